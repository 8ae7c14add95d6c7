#pragma once

#include <span>
#include <string>
#include <string_view>

namespace millrace {

/// Find the word of `known` that a misspelt `word` most likely meant; empty when none is close.
///
/// Letters' case and '-' against '_' do not count. Close: at most a third of the letters differ.
std::string_view nearest_word(std::string_view word, std::span<const std::string_view> known);

}  // namespace millrace
