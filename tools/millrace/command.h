#pragma once

#include <array>
#include <cstdint>
#include <initializer_list>
#include <string_view>

namespace millrace {

enum class Command : std::uint8_t {
  print,  // help or version: no command, and takes nothing
  migrate,
  plan,
  check,
  verify,
  extract,
  load,
  load_rejects,
  archive,
  status,
  clean,
  docs
};

/// All that a user may call, in the order in which they are told of.
inline constexpr std::array all_commands = {
    Command::migrate, Command::plan,  Command::check,        Command::verify,
    Command::extract, Command::load,  Command::load_rejects, Command::archive,
    Command::status,  Command::clean, Command::docs};

/// "migrate", as typed.
std::string_view name_of(Command command) noexcept;

/// Some of the commands.
class CommandSet {
 public:
  constexpr CommandSet() noexcept = default;
  constexpr CommandSet(std::initializer_list<Command> commands) noexcept {
    for (const Command command : commands) bits_ |= bit(command);
  }

  constexpr bool has(Command command) const noexcept { return (bits_ & bit(command)) != 0; }

  friend constexpr CommandSet operator|(CommandSet one, CommandSet other) noexcept {
    one.bits_ |= other.bits_;
    return one;
  }

 private:
  static constexpr std::uint32_t bit(Command command) noexcept {
    return std::uint32_t{1} << static_cast<unsigned>(command);
  }

  std::uint32_t bits_ = 0;
};

}  // namespace millrace
