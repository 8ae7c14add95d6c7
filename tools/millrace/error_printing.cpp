#include "tools/millrace/error_printing.h"

#include <cstdio>
#include <exception>
#include <new>
#include <string_view>

namespace millrace {
namespace {

/// The path of this source file as seen from the root of the sources.
std::string_view from_root(std::string_view path) noexcept {
  for (const std::string_view folder : {"/io/", "/operators/", "/engine/", "/tools/"}) {
    const std::size_t found = path.rfind(folder);
    if (found != std::string_view::npos) return path.substr(found + 1);
  }
  return path.substr(path.rfind('/') + 1);
}

int print(const Error& error) {
  std::fputs(error_text(error).c_str(), stderr);
  return exit_code(error.kind());
}

}  // namespace

std::string error_text(const Error& error) {
  std::string text = std::string("millrace: ") + error.what() + '\n';
  std::string hint = error.hint();
  if (error.kind() == ErrorKind::internal) {
    if (!hint.empty()) hint += "; ";
    hint += "this is a fault of millrace: report it with this place: " +
            std::string(from_root(error.at().file_name())) + ':' +
            std::to_string(error.at().line());
  }
  if (!hint.empty()) text += "  hint: " + hint + '\n';
  return text;
}

int run_and_print_errors(const std::function<int()>& command) {
  try {
    return command();
  } catch (const Error& error) {
    return print(error);
  } catch (const std::bad_alloc&) {
    return print(Error(ErrorKind::exhausted, "cannot go on: this machine gives no more memory", {},
                       "use fewer --readers and --writers, or a smaller --memory"));
  } catch (const std::exception& fault) {
    return print(Error(ErrorKind::internal, std::string("cannot go on: ") + fault.what()));
  }
}

}  // namespace millrace
