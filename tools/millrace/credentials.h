#pragma once

#include <functional>
#include <optional>
#include <string>

#include "io/endpoint.h"
#include "io/error.h"
#include "tools/millrace/option_file.h"
#include "tools/millrace/request.h"

namespace millrace {

/// A variable of the environment; none where it is not set.
using Environment = std::function<std::optional<std::string>(const std::string& name)>;
std::optional<std::string> process_environment(const std::string& name);

/// Fill in what the URLs leave open: user and password, for MySQL also host, port, socket and TLS.
///
/// Source's password, the first that is there: URL, --source-password-file,
/// MILLRACE_SOURCE_PASSWORD, MYSQL_PWD, option files. Target's: URL, --target-password-file,
/// MILLRACE_TARGET_PASSWORD; after these libpq itself looks at PGPASSWORD and ~/.pgpass.
/// Errors: Error{bad_request} naming the file that cannot be read.
void complete_credentials(Request& request, const Environment& environment);
/// The same for a command that has one side: what a job file says of the other is not looked at.
void complete_source_credentials(Request& request, const Environment& environment);
void complete_target_credentials(Request& request, const Environment& environment);

/// Put what an option file says into `endpoint` where its URL is silent.
///
/// Host, port and socket only if the URL names neither host nor socket; the password only for the
/// user it stands beside.
void apply_option_file(const OptionFileValues& values, Endpoint& endpoint);

/// Does `error` mean that this side wants a password that it was not given?
bool wants_password(const Error& error, const Request& request);

/// Ask on the terminal, with echo off. Errors: Error{bad_request} if there is no terminal,
/// Error{cancelled} on Ctrl-C.
void prompt_password(Endpoint& endpoint);

/// Where --password-prompt is given, ask for the password of this side of the request, if it was
/// not found. Errors: as prompt_password().
void prompt_where_asked(const Request& request, Endpoint& side);

/// Is there somebody to ask?
bool can_prompt() noexcept;

}  // namespace millrace
