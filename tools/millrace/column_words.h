#pragma once

#include <cstddef>
#include <functional>
#include <span>
#include <string>
#include <string_view>

namespace millrace {

// Settings whose value is a word of a few, for all columns or for some: --on-fault null,
// --on-fault 'shop.*.when=null', [[fault]] on_fault = "null".

/// End with a message about a setting of `origin` ("--on-fault", "job.toml:4").
/// Errors: bad_request, always.
[[noreturn]] void refuse_setting(const std::string& origin, const std::string& why,
                                 std::string hint);

/// The place of `word` among `known`.
/// Errors: bad_request where it is none of them, with the word that was meant, or else `offer`.
std::size_t place_of_word(const std::string& word, std::span<const std::string_view> known,
                          const std::string& origin, const std::string& offer);

/// Tell WORD from COLUMNS=WORD in each of the values that `option` was given.
/// Errors: bad_request for "=WORD", with `example` to write.
void read_column_words(std::span<const std::string> values, const std::string& option,
                       const std::string& example,
                       const std::function<void(const std::string& word)>& of_all,
                       const std::function<void(std::string columns, const std::string& word,
                                                std::string origin)>& of_some);

}  // namespace millrace
