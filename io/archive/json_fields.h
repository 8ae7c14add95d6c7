#pragma once

#include <string>

#include <nlohmann/json.hpp>

#include "io/error.h"

// How the files of an archive read and write their fields. Included by sources only: json is heavy.
namespace millrace::archive {

/// Write a field unless it has its default value.
template <class Value>
void put(nlohmann::ordered_json& out, const char* name, const Value& value,
         const Value& standard = {}) {
  if (value != standard) out[name] = value;
}

/// Read a field that may be missing: its default stays then.
template <class Value>
void get(const nlohmann::ordered_json& in, const char* name, Value& value) {
  const auto found = in.find(name);
  if (found != in.end()) found->get_to(value);
}

/// Read a field that must be there.
template <class Value>
void need(const nlohmann::ordered_json& in, const char* name, Value& value) {
  in.at(name).get_to(value);
}

/// As one line. Names come from servers as UTF-8; a byte that is not becomes U+FFFD.
inline std::string line_of(const nlohmann::ordered_json& json) {
  return json.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

/// Run `read`, with json's own errors as ours. The caller adds the file's name.
template <class Read>
void reading(Read&& read) {
  try {
    read();
  } catch (const nlohmann::ordered_json::exception& fault) {
    throw Error(ErrorKind::bad_data, std::string("it cannot be understood: ") + fault.what());
  }
}

inline nlohmann::ordered_json parse_line(const std::string& text) {
  nlohmann::ordered_json json;
  reading([&] { json = nlohmann::ordered_json::parse(text); });
  return json;
}

}  // namespace millrace::archive
