#pragma once

#include <string>

namespace millrace {

/// How wide help may be, and whether headings may stand out.
struct HelpStyle {
  unsigned width = 80;
  bool color = false;
};

/// The style that suits standard output.
HelpStyle help_style_of_stdout();

/// `millrace --help`: the commands, the exit codes, where to read on.
std::string overview_help(const HelpStyle& style);
/// `millrace migrate --help`
std::string migrate_help(const HelpStyle& style);
/// `millrace plan --help`
std::string plan_help(const HelpStyle& style);
/// `millrace check --help`
std::string check_help(const HelpStyle& style);
/// `millrace status --help`
std::string status_help(const HelpStyle& style);
/// `millrace clean --help`
std::string clean_help(const HelpStyle& style);
/// `millrace verify --help`
std::string verify_help(const HelpStyle& style);
/// `millrace extract --help`
std::string extract_help(const HelpStyle& style);
/// `millrace load --help`
std::string load_help(const HelpStyle& style);
/// `millrace archive --help`
std::string archive_help(const HelpStyle& style);
/// `millrace docs --help`
std::string docs_help(const HelpStyle& style);
std::string load_rejects_help(const HelpStyle& style);

}  // namespace millrace
