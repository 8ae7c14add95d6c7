#include "tools/millrace/run_log.h"

#include <memory>
#include <utility>
#include <vector>

#include <spdlog/sinks/basic_file_sink.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include "io/error.h"

namespace millrace {

void open_run_log(bool to_stderr, const std::string& file) {
  std::vector<spdlog::sink_ptr> sinks;
  if (to_stderr) {
    sinks.push_back(std::make_shared<spdlog::sinks::stderr_sink_mt>());
    sinks.back()->set_pattern("millrace: %v");
  }
  if (!file.empty()) {
    try {
      sinks.push_back(std::make_shared<spdlog::sinks::basic_file_sink_mt>(file));
    } catch (const spdlog::spdlog_ex& fault) {
      throw Error(ErrorKind::bad_request, std::string("cannot write the log: ") + fault.what(), {},
                  "--log-file takes a file in a folder that exists and may be written");
    }
    sinks.back()->set_pattern("%Y-%m-%dT%H:%M:%S.%e%z %l %v");
  }
  auto logger = std::make_shared<spdlog::logger>("millrace", sinks.begin(), sinks.end());
  logger->set_level(sinks.empty() ? spdlog::level::off : spdlog::level::info);
  logger->flush_on(spdlog::level::info);
  spdlog::set_default_logger(std::move(logger));
}

}  // namespace millrace
