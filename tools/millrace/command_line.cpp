#include "tools/millrace/command_line.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <map>
#include <optional>
#include <utility>

#include <CLI/CLI.hpp>

#include "io/error.h"
#include "io/nearest_word.h"
#include "tools/millrace/command_settings.h"
#include "tools/millrace/help_text.h"
#include "tools/millrace/job_file.h"
#include "tools/millrace/settings.h"
#include "tools/millrace/shipped_profiles.h"

namespace millrace {
namespace {

constexpr std::array<std::string_view, 5> docs_topics = {"types", "conversions", "job-file",
                                                         "exit-codes", "help"};

[[noreturn]] void refuse(const std::string& why, std::string hint) {
  throw Error(ErrorKind::bad_request, why, {}, std::move(hint));
}

bool contains(const std::vector<std::string>& arguments, std::string_view wanted) {
  return std::find(arguments.begin(), arguments.end(), wanted) != arguments.end();
}

/// The part of a URL that is its password: [begin, end) within the text; empty if there is none.
struct PasswordPlace {
  std::size_t begin = 0;
  std::size_t end = 0;
};

// Broader than parse_endpoint on purpose: what might be a password is hidden, also in a URL that
// will be refused. So the last '@' of the whole text ends it.
PasswordPlace find_password(std::string_view text) noexcept {
  const std::size_t scheme = text.find("://");
  if (scheme == std::string_view::npos) return {};
  const std::size_t begin = scheme + 3;
  const std::size_t at = text.rfind('@');
  if (at != std::string_view::npos && at > begin) {
    const std::size_t colon = text.find(':', begin);
    return colon < at ? PasswordPlace{colon + 1, at} : PasswordPlace{};
  }
  // user:secret without an @: a host with an odd port, or a forgotten host.
  const std::size_t end = std::min(text.find_first_of("/?", begin), text.size());
  const std::size_t colon = text.find_last_of(':', end == begin ? end : end - 1);
  if (colon == std::string_view::npos || colon < begin) return {};
  const std::string_view port = text.substr(colon + 1, end - colon - 1);
  const bool is_port = port.size() <= 5 && std::all_of(port.begin(), port.end(), [](char letter) {
                         return letter >= '0' && letter <= '9';
                       });
  return is_port || port.find(']') != std::string_view::npos ? PasswordPlace{}
                                                             : PasswordPlace{colon + 1, end};
}

PasswordPlace find_password_parameter(std::string_view text) noexcept {
  if (text.find("://") == std::string_view::npos) return {};
  constexpr std::string_view name = "password=";
  const std::size_t found = text.find(name);
  if (found == std::string_view::npos || found == 0) return {};
  if (text[found - 1] != '?' && text[found - 1] != '&') return {};
  const std::size_t begin = found + name.size();
  return {begin, std::min(text.find('&', begin), text.size())};
}

std::string quoted_for_shell(const std::string& argument) {
  constexpr std::string_view plain =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_./:=,@%+";
  if (!argument.empty() && argument.find_first_not_of(plain) == std::string::npos) return argument;
  std::string quoted = "'";
  for (const char letter : argument) {
    if (letter == '\'') {
      quoted += "'\\''";
    } else {
      quoted += letter;
    }
  }
  return quoted + '\'';
}

std::string call_text(const std::vector<std::string>& arguments) {
  std::string text = "millrace";
  for (const std::string& argument : arguments) {
    text += ' ' + quoted_for_shell(mask_password(argument));
  }
  return text;
}

/// CLI11 sees every value as a list of strings; settings.h gives them their meaning.
class SettingsParser {
 public:
  explicit SettingsParser(Command command) : command_(command) {
    app_.set_help_flag();
    app_.allow_extras();
    app_.add_option("--job", job_files_)->allow_extra_args(false);
    for (const Setting* setting : options_of(command)) {
      const std::string name(setting->option);
      if (setting->shape == ValueShape::flag) {
        app_.add_flag(name == "--verbose" ? "-v,--verbose" : name, flags_[setting]);
      } else {
        app_.add_option(name, values_[setting])->allow_extra_args(false);
      }
      known_.push_back(setting->option);
    }
    known_.insert(known_.end(), {"--job", "--help"});
  }

  Request parse(std::vector<std::string> arguments) {
    std::reverse(arguments.begin(), arguments.end());  // as CLI11 wants it
    try {
      app_.parse(std::move(arguments));
    } catch (const CLI::ArgumentMismatch& fault) {
      const std::string what = fault.what();  // "--readers: 1 required TEXT missing"
      refuse("cannot read the command line: " + what.substr(0, what.find(':')) + " has no value",
             help_hint());
    } catch (const CLI::ParseError& fault) {
      refuse("cannot read the command line: " + mask_password(lowered(fault.what())), help_hint());
    }
    const std::vector<std::string> urls = positionals();
    std::vector<Assignment> said;
    const std::vector<std::string_view> names = positionals_of(command_);
    for (const Setting& setting : all_settings()) {
      for (std::size_t i = 0; i < urls.size(); ++i) {
        if (setting.option == names[i])
          said.push_back({&setting, {urls[i]}, std::string(names[i])});
      }
      if (const auto found = values_.find(&setting); found != values_.end()) {
        if (!found->second.empty()) {
          said.push_back({&setting, found->second, std::string(setting.option)});
        }
      } else if (const auto flag = flags_.find(&setting); flag != flags_.end()) {
        if (flag->second) said.push_back({&setting, {"true"}, std::string(setting.option)});
      }
    }
    const auto given = [&said](std::string_view option) {
      return std::any_of(said.begin(), said.end(), [&](const Assignment& assignment) {
        return assignment.setting->option == option;
      });
    };
    if (given("--data-only") && given("--schema-only")) {
      refuse("cannot use --data-only with --schema-only: nothing would be left to move",
             "give one of them, or neither");
    }
    const std::vector<Assignment> file = job_file();
    const std::vector<Assignment> profile = profile_of(file, said);
    return make_request({.profile = profile, .file = file, .command_line = said});
  }

 private:
  std::string help_hint() const {
    return "see millrace " + std::string(name_of(command_)) + " --help";
  }

  static std::string lowered(std::string text) {
    if (!text.empty() && text[0] >= 'A' && text[0] <= 'Z') {
      text[0] = static_cast<char>(text[0] - 'A' + 'a');
    }
    return text;
  }

  /// What is no option: SOURCE and TARGET. An unknown option is named with its nearest one.
  std::vector<std::string> positionals() const {
    const std::vector<std::string> rest = app_.remaining();
    for (const std::string& argument : rest) {
      if (!argument.starts_with('-') || argument == "-" || argument == "--") continue;
      const std::string name = argument.substr(0, argument.find('='));
      refuse("unknown option " + mask_password(name), hint_for_unknown(name));
    }
    const std::vector<std::string_view> names = positionals_of(command_);
    if (rest.size() > names.size()) {
      std::string said;
      for (const std::string_view name : names) {
        said += (said.empty() ? "a " : " and a ") + std::string(name);
      }
      refuse("cannot read the command line: more than " + said,
             "quote globs, and write a list as 'a,b' without spaces");
    }
    return rest;
  }

  std::string hint_for_unknown(const std::string& option) const {
    std::string takers;
    for (const Command command : takers_of(option)) {
      takers += (takers.empty() ? "" : ", ") + std::string(name_of(command));
    }
    if (!takers.empty()) return option + " is an option of " + takers;
    const std::string_view meant = nearest_word(option, known_);
    return meant.empty() ? help_hint() : "did you mean " + std::string(meant) + "?";
  }

  /// What the shipped profile says that the command line or else the job file names.
  static std::vector<Assignment> profile_of(const std::vector<Assignment>& file,
                                            const std::vector<Assignment>& said) {
    for (const auto* layer : {&said, &file}) {
      for (const Assignment& assignment : *layer) {
        if (assignment.setting->option != "--profile") continue;
        // A name that there is not is refused where all words are.
        const ShippedProfile* const profile = find_profile(assignment.values.front());
        if (profile == nullptr) return {};
        return parse_job_file(profile->text, "profile " + std::string(profile->name));
      }
    }
    return {};
  }

  std::vector<Assignment> job_file() const {
    if (job_files_.empty()) return {};
    if (job_files_.size() > 1) refuse("cannot use --job: given more than once", "give it once");
    return read_job_file(job_files_.front());
  }

  Command command_;
  CLI::App app_;
  std::vector<std::string> job_files_;
  std::map<const Setting*, std::vector<std::string>> values_;
  std::map<const Setting*, bool> flags_;
  std::vector<std::string_view> known_;
};

void check_complete(const Request& request, Command command) {
  std::string missing, call = "write millrace " + std::string(name_of(command));
  if (command == Command::load_rejects) call += " FILE";
  for (const std::string_view name : positionals_of(command)) {
    const bool given = name == "SOURCE"   ? request.source_given
                       : name == "TARGET" ? request.target_given
                                          : !request.job.archive.empty();
    if (!given && missing.empty()) {
      missing = name == "SOURCE" ? "source" : name == "TARGET" ? "target" : "folder";
    }
    call += name == "SOURCE"   ? " mysql://user@host/database"
            : name == "TARGET" ? " postgresql://user@host/database"
                               : " /path/to/folder";
  }
  if (!missing.empty()) refuse("no " + missing + " given", call);
}

/// The command that a call begins with, if it is one. `load --rejects FILE TARGET` is one of its
/// own: it has neither a folder nor a run.
std::optional<Command> command_of(const std::vector<std::string>& arguments) {
  const std::string& name = arguments.front();
  if (name == "archive") return Command::archive;
  for (const Command command : all_commands) {
    if (name != name_of(command)) continue;
    const bool rejects =
        command == Command::load &&
        std::any_of(arguments.begin(), arguments.end(), [](const std::string& argument) {
          return argument == "--rejects" || argument.starts_with("--rejects=");
        });
    return rejects ? Command::load_rejects : command;
  }
  return std::nullopt;
}

/// What follows `archive verify`.
std::vector<std::string> after_verify(const std::vector<std::string>& rest) {
  if (rest.empty() || rest.front() != "verify") {
    refuse("archive takes one word that says what to do",
           "write millrace archive verify /path/to/folder");
  }
  return {rest.begin() + 1, rest.end()};
}

CommandLine printed(std::string text) {
  CommandLine line;
  line.print = std::move(text);
  return line;
}

CommandLine parse_docs(const std::vector<std::string>& arguments) {
  CommandLine line;
  if (!arguments.empty() && arguments[0] == "profile") {
    const ShippedProfile* const profile =
        arguments.size() == 2 ? find_profile(arguments[1]) : nullptr;
    if (profile == nullptr) {
      std::string names;
      for (const ShippedProfile& one : shipped_profiles()) {
        names += (names.empty() ? "" : " or ") + std::string(one.name);
      }
      refuse("docs profile takes the name of a profile", "write millrace docs profile " + names);
    }
    return printed(std::string(profile->text));
  }
  if (arguments.size() != 1 ||
      std::find(docs_topics.begin(), docs_topics.end(), arguments[0]) == docs_topics.end()) {
    refuse("docs takes one topic",
           "write millrace docs types, conversions, job-file, exit-codes, help or profile NAME");
  }
  line.command = Command::docs;
  line.docs_topic = arguments[0];
  return line;
}

}  // namespace

CommandLine parse_command_line(const std::vector<std::string>& arguments) {
  if (arguments.empty()) return printed(overview_help(help_style_of_stdout()));
  const std::string& name = arguments.front();
  if (name == "--version" || name == "-V") return printed("millrace " MILLRACE_VERSION "\n");
  const bool help = contains(arguments, "--help") || contains(arguments, "-h");
  const std::vector<std::string> rest(arguments.begin() + 1, arguments.end());

  const std::optional<Command> command = command_of(arguments);
  if (help && command) return printed(help_of(*command, help_style_of_stdout()));
  if (help || name == "help") return printed(overview_help(help_style_of_stdout()));
  if (!command) {
    std::vector<std::string_view> first_words{"archive"};
    for (const Command known : all_commands) {
      if (name_of(known).find(' ') == std::string_view::npos) first_words.push_back(name_of(known));
    }
    const std::string_view meant = nearest_word(name, first_words);
    // A URL where the command should stand may hold a password.
    const bool shown = name.find("://") == std::string::npos && name.find('@') == std::string::npos;
    refuse((name.starts_with('-') ? "unknown option" : "unknown command") +
               (shown ? ' ' + name : std::string()),
           meant.empty() ? "write millrace migrate SOURCE TARGET; see millrace --help"
                         : "did you mean millrace " + std::string(meant) + "?");
  }
  if (command == Command::docs) return parse_docs(rest);

  CommandLine line;
  line.command = *command;
  line.request = SettingsParser(line.command)
                     .parse(line.command == Command::archive ? after_verify(rest) : rest);
  line.text = call_text(arguments);
  check_complete(line.request, line.command);
  return line;
}

std::string mask_password(const std::string& argument) {
  std::string masked = argument;
  for (const auto find : {find_password, find_password_parameter}) {
    const PasswordPlace place = find(masked);
    if (place.begin < place.end) masked.replace(place.begin, place.end - place.begin, "***");
  }
  return masked;
}

void hide_passwords(int argument_count, char** arguments) noexcept {
  for (int i = 1; i < argument_count; ++i) {
    char* const argument = arguments[i];
    for (const auto find : {find_password, find_password_parameter}) {
      const std::size_t length = std::strlen(argument);
      const PasswordPlace place = find(std::string_view(argument, length));
      if (place.begin >= place.end) continue;
      const std::size_t stars = std::min<std::size_t>(place.end - place.begin, 3);
      std::memset(argument + place.begin, '*', stars);
      std::memmove(argument + place.begin + stars, argument + place.end, length - place.end);
      const std::size_t kept = place.begin + stars + length - place.end;
      std::memset(argument + kept, '\0', length - kept);
    }
  }
}

}  // namespace millrace
