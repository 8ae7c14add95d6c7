#include "tools/millrace/help_text.h"

#include <unistd.h>

#include <algorithm>
#include <string_view>
#include <vector>

#include "engine/shown_text.h"
#include "tools/millrace/command_settings.h"
#include "tools/millrace/exit_codes.h"
#include "tools/millrace/settings.h"
#include "tools/millrace/terminal_size.h"

namespace millrace {
namespace {

constexpr std::size_t help_column = 30;  // where an option's explanation begins

std::string heading(std::string_view text, const HelpStyle& style) {
  if (!style.color) return std::string(text);
  return "\x1b[1m" + std::string(text) + "\x1b[0m";
}

std::string placeholder(const Setting& setting) {
  if (setting.words.empty()) return std::string(setting.value);
  std::string words;
  for (const std::string_view word : setting.words) {
    if (!words.empty()) words += '|';
    words += word;
  }
  return words.size() <= 24 ? words : std::string(setting.value);
}

std::string explanation(const Setting& setting) {
  std::string text(setting.help);
  if (!setting.fallback.empty()) text += ". Default: " + std::string(setting.fallback);
  if (setting.words.empty() || placeholder(setting) != setting.value) return text;
  text += ". " + std::string(setting.value) + " is ";
  for (std::size_t i = 0; i < setting.words.size(); ++i) {
    if (i != 0) text += i + 1 == setting.words.size() ? " or " : ", ";
    text += setting.words[i];
  }
  return text;
}

std::string option_line(std::string_view option, std::string_view explained,
                        const HelpStyle& style) {
  std::string line = "  " + std::string(option);
  if (line.size() + 2 > help_column) {
    line += '\n' + std::string(help_column, ' ');
  } else {
    line.resize(help_column, ' ');
  }
  return line + wrapped(explained, help_column, style.width);
}

std::string line_of(const Setting& setting, const HelpStyle& style) {
  std::string option(setting.option);
  if (setting.shape != ValueShape::flag) option += ' ' + placeholder(setting);
  return option_line(option, explanation(setting), style);
}

std::string options_help(Command command, const HelpStyle& style) {
  const std::vector<const Setting*> options = options_of(command);
  std::vector<std::string_view> groups;
  for (const Setting* setting : options) {
    if (std::find(groups.begin(), groups.end(), setting->group) == groups.end()) {
      groups.push_back(setting->group);
    }
  }
  std::string text;
  for (const std::string_view group : groups) {
    text += '\n' + heading(group, style) + '\n';
    for (const Setting* setting : options) {
      if (setting->group == group) text += line_of(*setting, style);
    }
  }
  text += '\n' + heading("Other", style) + '\n';
  text += option_line("--job FILE",
                      "read all of this from a TOML file; what the command line says wins", style);
  text += option_line("--help", "show this (short: -h)", style);
  return text;
}

/// The options of a command that works on the target alone: too few for headings.
std::string few_options_help(Command command, const HelpStyle& style) {
  std::string text = '\n' + heading("Options", style) + '\n';
  for (const Setting* setting : options_of(command)) text += line_of(*setting, style);
  text += option_line("--job FILE", "read the target from a TOML file", style);
  text += option_line("--help", "show this (short: -h)", style);
  return text;
}

std::string arguments_help(Command command, const HelpStyle& style) {
  std::string text;
  for (const std::string_view name : positionals_of(command)) {
    if (name == "SOURCE") {
      text += option_line(
          name, "mysql://user@host:3306/database, or mysql://user@/database?socket=/path", style);
    } else if (name == "TARGET") {
      text += option_line(name,
                          "postgresql://user@host:5432/database, or "
                          "postgresql://user@/database?host=/folder/of/the/socket",
                          style);
    } else {
      text += option_line(name, "the folder of the archive", style);
    }
  }
  if (command == Command::archive) return text;
  text += '\n';
  text += wrapped(
      "A password in a URL works and is masked everywhere. Better: MILLRACE_SOURCE_PASSWORD and "
      "MILLRACE_TARGET_PASSWORD, MYSQL_PWD and PGPASSWORD, ~/.my.cnf and ~/.pgpass, a password "
      "file, "
      "or the prompt.",
      0, style.width);
  return text;
}

std::string exit_codes_help(const HelpStyle& style) {
  return '\n' + heading("Exit codes", style) + '\n' + exit_codes_text();
}

std::string migrate_help(const HelpStyle& style) {
  std::string text = heading("millrace migrate SOURCE TARGET [options]", style) + "\n\n";
  text += wrapped(
      "Moves databases of a MySQL or MariaDB server into PostgreSQL: tables, rows, indexes and "
      "keys, "
      "all from one instant of the source, which stays in use meanwhile.",
      0, style.width);
  text += '\n' + arguments_help(Command::migrate, style) + options_help(Command::migrate, style) +
          exit_codes_help(style);
  text += '\n' + heading("Examples", style) +
          "\n  millrace migrate mysql://reader@db1/shop postgresql://owner@db2/shop\n"
          "\n"
          "  millrace migrate 'mysql://root@/?socket=/run/mysqld/mysqld.sock' \\\n"
          "      'postgresql:///farm?host=/run/postgresql' \\\n"
          "      --databases 'qube,*qube,pfx_dw' --schema-map pfx_dw=warehouse \\\n"
          "      --if-exists drop --report run.html --report run.json\n"
          "\n"
          "  millrace migrate --job nightly.toml --progress json\n";
  return text;
}

std::string plan_help(const HelpStyle& style) {
  std::string text = heading("millrace plan SOURCE TARGET [options]", style) + "\n\n";
  text += wrapped(
      "Shows what migrate would do with the same options: tables, types, statements, chunks, their "
      "order, and what is in the way. Reads from both servers, writes to neither.",
      0, style.width);
  text += '\n' + arguments_help(Command::plan, style) + options_help(Command::plan, style) +
          exit_codes_help(style);
  text += '\n' + heading("Examples", style) +
          "\n  millrace plan mysql://reader@db1/shop postgresql://owner@db2/shop\n"
          "  millrace plan mysql://reader@db1/shop postgresql://owner@db2/shop --ddl > shop.sql\n";
  return text;
}

std::string check_help(const HelpStyle& style) {
  std::string text = heading("millrace check SOURCE TARGET [options]", style) + "\n\n";
  text += wrapped(
      "Looks at both sides as a run with the same options would use them, and says on one page "
      "what "
      "is well (OK), what to mind (WARN) and what would fail (FAIL), with what to do about it; and "
      "estimates the run. Writes nothing that stays.",
      0, style.width);
  text += '\n' + arguments_help(Command::check, style) + options_help(Command::check, style);
  text +=
      '\n' + heading("Exit codes", style) +
      "\n    0  all OK\n    1  something to mind (WARN)\n    2  something would fail (FAIL), or "
      "the call is wrong\n  130  stopped by Ctrl-C or SIGTERM\n";
  text += '\n' + heading("Examples", style) +
          "\n  millrace check mysql://reader@db1/shop postgresql://owner@db2/shop\n"
          "  millrace check --job nightly.toml --scan full --json\n";
  return text;
}

std::string status_help(const HelpStyle& style) {
  std::string text = heading("millrace status TARGET [options]", style) + "\n\n";
  text += wrapped(
      "Shows the runs that the target's ledger (schema millrace) knows: how far they are, while "
      "they "
      "run and afterwards, and which of their tables are not finished. Reads the target only.",
      0, style.width);
  text += few_options_help(Command::status, style);
  text += '\n' + heading("Examples", style) +
          "\n  millrace status postgresql://owner@db2/shop\n"
          "  millrace status --job nightly.toml --json\n";
  return text;
}

std::string clean_help(const HelpStyle& style) {
  std::string text = heading("millrace clean TARGET [options]", style) + "\n\n";
  text += wrapped(
      "Removes the ledger (schema millrace) from the target, with all that it knows of its runs. "
      "What they moved stays. Refused while a run is under way.",
      0, style.width);
  text += few_options_help(Command::clean, style);
  text += '\n' + heading("Example", style) + "\n  millrace clean postgresql://owner@db2/shop\n";
  return text;
}

std::string verify_help(const HelpStyle& style) {
  std::string text = heading("millrace verify SOURCE TARGET [options]", style) + "\n\n";
  text += wrapped(
      "Reads every row of the target at one instant and compares, value for value, with what the "
      "runs that loaded it noted in its ledger; with --against source, with the rows of the source "
      "as they are now, for a target without a ledger or one that another tool loaded. Give it the "
      "options that said what the migration moves and what it becomes. What differs is named down "
      "to chunks, rows and columns. Writes nothing, unless --repair is given; exit code 9 says "
      "that "
      "the sides are not equal.",
      0, style.width);
  text += '\n' + arguments_help(Command::verify, style) + options_help(Command::verify, style) +
          exit_codes_help(style);
  text += '\n' + heading("Examples", style) +
          "\n  millrace verify mysql://reader@db1/shop postgresql://owner@db2/shop\n"
          "  millrace verify --job nightly.toml --report proof.html\n"
          "  millrace verify mysql://reader@db1/shop postgresql://owner@db2/shop --against source\n"
          "  millrace verify mysql://reader@db1/shop postgresql://owner@db2/shop --repair\n";
  return text;
}

std::string extract_help(const HelpStyle& style) {
  std::string text = heading("millrace extract SOURCE DIR [options]", style) + "\n\n";
  text += wrapped(
      "Writes databases of a MySQL or MariaDB server, all from one instant, into a folder of "
      "compressed files, for millrace load on another day or machine. Needs no PostgreSQL. Every "
      "file appears when it is whole, so the folder may be copied meanwhile.",
      0, style.width);
  text += '\n' + arguments_help(Command::extract, style) + options_help(Command::extract, style) +
          exit_codes_help(style);
  text += '\n' + heading("Examples", style) +
          "\n  millrace extract mysql://reader@db1/shop /backup/shop --report extract.html\n"
          "  millrace extract mysql://reader@db1/shop /backup/shop --resume\n"
          "  millrace archive verify /backup/shop\n";
  return text;
}

std::string load_help(const HelpStyle& style) {
  std::string text = heading("millrace load DIR TARGET [options]", style) + "\n\n";
  text += wrapped(
      "Brings an archive that millrace extract has written into PostgreSQL: tables, rows, indexes "
      "and keys. Needs no MySQL. Every file is checked as it is read; nothing of a broken one is "
      "loaded.",
      0, style.width);
  text += '\n' + arguments_help(Command::load, style) + options_help(Command::load, style) +
          exit_codes_help(style);
  text += '\n' + heading("Example", style) +
          "\n  millrace load /backup/shop postgresql://owner@db2/shop --report load.html\n";
  return text;
}

std::string archive_help(const HelpStyle& style) {
  std::string text = heading("millrace archive verify DIR [options]", style) + "\n\n";
  text += wrapped(
      "Reads every byte of an archive and compares it with its checksums, counts and digests. "
      "Needs no server. What is truncated, changed or missing is named by file and offset; the "
      "exit code is 3 then, and 2 where extract has not come to its end.",
      0, style.width);
  text += '\n' + arguments_help(Command::archive, style) + options_help(Command::archive, style) +
          exit_codes_help(style);
  text += '\n' + heading("Example", style) + "\n  millrace archive verify /backup/shop\n";
  return text;
}

std::string load_rejects_help(const HelpStyle& style) {
  std::string text = heading("millrace load --rejects FILE TARGET [options]", style) + "\n\n";
  text += wrapped(
      "Loads the rows of a reject file, once its values are mended, into the table that it names: "
      "all of them, or none. Afterwards the file is called FILE.loaded. docs/operations.md says "
      "what a line looks like and how a value is mended.",
      0, style.width);
  text += few_options_help(Command::load_rejects, style);
  text += exit_codes_help(style);
  text += '\n' + heading("Example", style) +
          "\n  millrace load --rejects millrace-rejects/shop.orders.jsonl "
          "postgresql://owner@db2/shop\n";
  return text;
}

std::string docs_help(const HelpStyle& style) {
  std::string text =
      heading("millrace docs types|conversions|job-file|exit-codes|help|profile NAME", style) +
      "\n\n";
  text += wrapped("Prints the parts of the documentation that are made from the code, as Markdown.",
                  0, style.width);
  text += '\n';
  text += option_line("types", "what every MySQL and MariaDB column type becomes (docs/types.md)",
                      style);
  text += option_line("conversions", "what a cast rule may ask for (docs/conversions.md)", style);
  text += option_line("job-file", "every key of a job file (docs/job-file.md)", style);
  text +=
      option_line("exit-codes", "each kind of error and what to do (docs/operations.md)", style);
  text += option_line("help", "the help of every command", style);
  text +=
      option_line("profile NAME", "a job file that is part of the program: --profile NAME", style);
  text += '\n' + heading("Example", style) + "\n  millrace docs types > docs/types.md\n";
  return text;
}

}  // namespace

HelpStyle help_style_of_stdout() {
  constexpr unsigned narrowest = 60;
  constexpr unsigned widest = 100;
  HelpStyle style;
  if (const auto size = terminal_size(STDOUT_FILENO)) {
    style.width = std::clamp(size->columns, narrowest, widest);
    style.color = colors_wanted();
  }
  return style;
}

std::string overview_help(const HelpStyle& style) {
  std::string text =
      heading("millrace", style) +
      " moves MySQL and MariaDB databases into PostgreSQL, at the speed of the servers\n\n" +
      heading("Usage", style) +
      "\n  millrace migrate SOURCE TARGET [options]   move databases, and report\n"
      "  millrace plan    SOURCE TARGET [options]   show what migrate would do; writes nothing\n"
      "  millrace check   SOURCE TARGET [options]   say what would stop, hold up or slow down a "
      "run\n"
      "  millrace verify  SOURCE TARGET [options]   prove that the target holds what the source "
      "holds\n"
      "  millrace extract SOURCE DIR [options]      write databases into a folder of files\n"
      "  millrace load    DIR TARGET [options]      bring such a folder into PostgreSQL\n"
      "  millrace load    --rejects FILE TARGET     load rejected rows, once mended\n"
      "  millrace archive verify DIR                check such a folder, without a server\n"
      "  millrace status  TARGET                    what the target's ledger says of its runs\n"
      "  millrace clean   TARGET                    remove the ledger\n"
      "  millrace docs    TOPIC                     print documentation as Markdown\n"
      "  millrace --version\n"
      "  millrace COMMAND --help                    all options, with an example\n";
  text += exit_codes_help(style);
  text += '\n' + heading("Example", style) +
          "\n  millrace check   mysql://reader@db1/shop postgresql://owner@db2/shop\n"
          "  millrace plan    mysql://reader@db1/shop postgresql://owner@db2/shop\n"
          "  millrace migrate mysql://reader@db1/shop postgresql://owner@db2/shop "
          "--report run.html\n";
  return text;
}

std::string help_of(Command command, const HelpStyle& style) {
  switch (command) {
    case Command::migrate: return migrate_help(style);
    case Command::plan: return plan_help(style);
    case Command::check: return check_help(style);
    case Command::verify: return verify_help(style);
    case Command::extract: return extract_help(style);
    case Command::load: return load_help(style);
    case Command::load_rejects: return load_rejects_help(style);
    case Command::archive: return archive_help(style);
    case Command::status: return status_help(style);
    case Command::clean: return clean_help(style);
    case Command::docs: return docs_help(style);
    case Command::print: break;
  }
  return overview_help(style);
}

}  // namespace millrace
