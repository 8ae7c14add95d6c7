#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace millrace {

/// Writes JSON as PostgreSQL shows the jsonb that it makes of it: `{"b": 1, "aa": [1.50, 20]}`.
///
/// Keys stand in the order of their length, then of their bytes; of equal keys the last one counts.
/// Numbers are written as numeric, without exponent and with their digits after the point; escapes
/// only where the server needs them. So what is read back from a jsonb column can be compared byte
/// by byte with what went into it.
///
/// Threads: one; the scratch is kept from value to value.
/// Source:  PostgreSQL, src/backend/utils/adt/jsonb_util.c, lengthCompareJsonbString() and
///          uniqueifyJsonbObject(); jsonb.c, JsonbToCString(); json.c, escape_json(); numeric.c,
///          set_var_from_str() and get_str_from_var().
class JsonbText {
 public:
  /// Append the text of one value to `out`.
  ///
  /// Requires: check_json(json, JsonTarget::jsonb) is none: the grammar is not checked again.
  /// Ensures:  reads nothing outside `json`, whatever it holds.
  /// Cost:     one pass; an object whose keys are out of order is copied once more. Allocates only
  ///           where the scratch must grow: 40 bytes for each member of the objects that are open.
  void append(std::string_view json, std::string& out);

 private:
  struct Frame {
    bool object = false;
    bool in_order = true;
    std::size_t begin = 0;    // in the output, behind the bracket
    std::size_t members = 0;  // its first one in members_
  };
  struct Member {
    std::string_view key;  // without escapes: in the input, or in unescaped_
    std::size_t begin = 0, end = 0;
  };

  void skip_blanks() noexcept;
  bool at(char c) const noexcept { return !rest_.empty() && rest_.front() == c; }
  void open(std::string& out);
  void close(std::string& out);
  void put_key(std::string& out);
  void put_scalar(std::string& out);
  void put_string(std::string_view raw, std::string& out);
  void put_number(std::string& out);
  /// Take a string's bytes between its quotes; `escaped`: a backslash is among them.
  std::string_view take_string(bool& escaped) noexcept;
  std::string_view unescape(std::string_view raw);
  void reorder(const Frame& frame, std::string& out);

  std::string_view rest_;
  std::vector<Frame> frames_;
  std::vector<Member> members_;
  std::string unescaped_;  // never grows while keys point into it
  std::string moved_;
};

}  // namespace millrace
