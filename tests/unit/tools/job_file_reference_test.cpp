#include "tools/millrace/job_file_reference.h"

#include <algorithm>

#include <gtest/gtest.h>

#include "engine/sizing.h"
#include "io/error.h"
#include "tools/millrace/job_file.h"
#include "tools/millrace/setting_value.h"

namespace millrace {
namespace {

bool contains(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

TEST(JobFileReference, EveryExampleIsRead) {
  for (const Setting& setting : all_settings()) {
    if (setting.example.empty()) continue;
    std::string lines(setting.example);  // an option's own: what says the same
    if (!setting.key.empty()) lines = example_lines(setting);
    if (setting.option == "--cast") continue;  // the head of a table that has an example
    try {
      EXPECT_EQ(parse_job_file(lines, "job.toml").size(), 1U) << lines;
      make_request(parse_job_file(lines, "job.toml"), {});
    } catch (const Error& error) {
      ADD_FAILURE() << lines << error.what();
    }
  }
}

TEST(JobFileReference, EveryKeyAndEveryOptionIsThereWithAnExample) {
  const std::string page = job_file_markdown();

  for (const Setting& setting : all_settings()) {
    if (!setting.key.empty()) {
      EXPECT_FALSE(setting.example.empty()) << setting.key;
      EXPECT_FALSE(setting.help.empty()) << setting.key;
      EXPECT_TRUE(contains(page, "`" + std::string(setting.key) + "`") ||
                  contains(page, "[" + std::string(setting.key) + "]"))
          << setting.key;
    }
    if (!setting.option.empty()) {
      EXPECT_TRUE(contains(page, "`" + std::string(setting.option) + "`")) << setting.option;
    }
  }
}

TEST(JobFileReference, TheDefaultOfAWordIsOneOfItsWords) {
  for (const Setting& setting : all_settings()) {
    // Two say in words of their own what they go by.
    if (setting.words.empty() || setting.option == "--progress" || setting.option == "--snapshot" ||
        setting.option == "--profile") {
      continue;
    }
    const std::string_view first = setting.fallback.substr(0, setting.fallback.find(';'));
    EXPECT_NE(std::find(setting.words.begin(), setting.words.end(), first), setting.words.end())
        << setting.option << setting.key;
  }
}

TEST(JobFileReference, TheDefaultOfMemoryIsTheEngines) {
  for (const Setting& setting : all_settings()) {
    if (setting.option != "--memory") continue;
    EXPECT_EQ(parse_size(setting.fallback, "--memory"), default_memory_bytes);
  }
}

}  // namespace
}  // namespace millrace
