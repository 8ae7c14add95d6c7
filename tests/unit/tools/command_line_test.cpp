#include "tools/millrace/command_line.h"

#include <sstream>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "io/error.h"
#include "tools/millrace/help_text.h"
#include "tools/millrace/settings.h"

namespace millrace {
namespace {

using Arguments = std::vector<std::string>;

const std::string source = "mysql://reader@db1/shop";
const std::string target = "postgresql://owner@db2/shop";

std::string refusal(const Arguments& arguments) {
  try {
    parse_command_line(arguments);
  } catch (const Error& error) {
    EXPECT_EQ(exit_code(error.kind()), 2);
    EXPECT_EQ(std::string(error.what()).find('\n'), std::string::npos) << "one line";
    return std::string(error.what()) + " | " + error.hint();
  }
  ADD_FAILURE() << "not refused";
  return {};
}

bool contains(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

// ---- commands

TEST(CommandLine, ReadsSourceTargetAndOptionsInAnyOrder) {
  const CommandLine line =
      parse_command_line({"migrate", "--readers", "4", source, "--if-exists=drop", target,
                          "--skip-keys", "--skip-digest", "--skip-analyze"});

  EXPECT_EQ(line.command, Command::migrate);
  EXPECT_EQ(line.request.job.source.host, "db1");
  EXPECT_EQ(line.request.job.target.host, "db2");
  EXPECT_EQ(line.request.job.readers, 4);
  EXPECT_EQ(line.request.job.if_exists, IfExists::drop);
  EXPECT_TRUE(line.request.job.skip_keys);
  EXPECT_TRUE(line.request.job.skip_analyze);
  EXPECT_TRUE(line.request.job.skip_digest);
}

TEST(CommandLine, AListOptionTakesOneArgumentOnly) {
  const CommandLine line =
      parse_command_line({"migrate", "--include", "a,b", source, target, "--include", "c"});

  EXPECT_EQ(line.request.job.include, (Arguments{"a", "b", "c"}));
  EXPECT_EQ(line.request.job.source.host, "db1");
}

TEST(CommandLine, ReadsFlags) {
  EXPECT_EQ(parse_command_line({"migrate", source, target, "--data-only"}).request.job.scope,
            Scope::data_only);
  EXPECT_EQ(parse_command_line({"migrate", source, target, "--schema-only"}).request.job.scope,
            Scope::schema_only);
  EXPECT_TRUE(parse_command_line({"migrate", source, target, "-v"}).request.verbose);
}

TEST(CommandLine, ReadsPlan) {
  const CommandLine line = parse_command_line({"plan", source, target, "--ddl"});

  EXPECT_EQ(line.command, Command::plan);
  EXPECT_TRUE(line.request.ddl);
}

TEST(CommandLine, ReadsDocs) {
  EXPECT_EQ(parse_command_line({"docs", "exit-codes"}).docs_topic, "exit-codes");
}

TEST(CommandLine, ShowsHelpWithoutACall) {
  EXPECT_TRUE(contains(parse_command_line({}).print, "millrace migrate SOURCE TARGET"));
}

TEST(CommandLine, ShowsHelpOfEachCommandWithAnExampleAndTheExitCodes) {
  for (const char* command : {"migrate", "plan"}) {
    const std::string help = parse_command_line({command, "--help"}).print;

    EXPECT_TRUE(contains(help, std::string("millrace ") + command + " mysql://")) << command;
    EXPECT_TRUE(contains(help, "130  cancelled")) << command;
  }
  EXPECT_TRUE(contains(parse_command_line({"docs", "-h"}).print, "Example"));
}

TEST(CommandLine, HelpNeedsNothingElse) {
  EXPECT_EQ(parse_command_line({"migrate", source, "--nonsense", "--help"}).command,
            Command::print);
}

TEST(CommandLine, ShowsItsVersion) {
  EXPECT_TRUE(contains(parse_command_line({"--version"}).print, "millrace "));
}

// ---- refusals

TEST(CommandLine, NamesTheNearestOption) {
  EXPECT_EQ(refusal({"migrate", source, target, "--readrs", "4"}),
            "unknown option --readrs | did you mean --readers?");
  EXPECT_EQ(refusal({"migrate", source, target, "--readrs=4"}),
            "unknown option --readrs | did you mean --readers?");
}

TEST(CommandLine, PointsToTheHelpWhenNoOptionIsNear) {
  EXPECT_TRUE(contains(refusal({"migrate", source, target, "--frobnicate"}), "migrate --help"));
}

TEST(CommandLine, RefusesAnOptionOfAnotherCommand) {
  EXPECT_EQ(refusal({"migrate", source, target, "--ddl"}),
            "unknown option --ddl | --ddl is an option of plan");
  EXPECT_TRUE(contains(refusal({"plan", source, target, "--report", "x.json"}), "--report"));
}

TEST(CommandLine, HelpNamesTheOptionsThatACommandTakesAndTheOthersAreRefused) {
  for (const Command command : all_commands) {
    if (command == Command::docs) continue;
    const std::string help = help_of(command, {});
    Arguments words;
    std::istringstream name{std::string(name_of(command))};
    for (std::string word; name >> word;) words.push_back(word);
    if (command == Command::load_rejects) words.emplace_back("file.jsonl");
    for (const Setting& setting : all_settings()) {
      if (!setting.option.starts_with("--")) continue;
      const std::string option(setting.option);
      const bool taken = setting.commands.has(command);
      const bool named =
          contains(help, "\n  " + option + " ") || contains(help, "\n  " + option + "\n");
      EXPECT_EQ(named, taken) << name_of(command) << " " << option;
      Arguments call = words;
      call.push_back(option);
      if (option == "--rejects" && command == Command::load) continue;  // makes it another command
      if (!taken) {
        EXPECT_TRUE(contains(refusal(call), "unknown option " + option)) << name_of(command);
      }
    }
  }
}

TEST(CommandLine, NamesTheNearestCommand) {
  EXPECT_TRUE(contains(refusal({"migrat", source, target}), "did you mean millrace migrate?"));
}

TEST(CommandLine, NamesTheOptionThatLacksItsValue) {
  EXPECT_TRUE(
      contains(refusal({"migrate", source, target, "--readers"}), "--readers has no value"));
}

TEST(CommandLine, RefusesACallWithoutSourceOrTarget) {
  EXPECT_TRUE(contains(refusal({"migrate"}), "no source given"));
  EXPECT_TRUE(contains(refusal({"migrate", source}), "no target given"));
}

TEST(CommandLine, RefusesAThirdUrl) {
  EXPECT_TRUE(contains(refusal({"migrate", source, target, "a"}), "more than a SOURCE"));
}

TEST(CommandLine, RefusesDataOnlyWithSchemaOnly) {
  EXPECT_TRUE(contains(refusal({"migrate", source, target, "--data-only", "--schema-only"}),
                       "--data-only"));
}

TEST(CommandLine, RefusesAnUnknownTopic) {
  EXPECT_TRUE(contains(refusal({"docs", "everything"}), "exit-codes"));
}

TEST(CommandLine, NamesAJobFileThatIsNotThere) {
  EXPECT_TRUE(contains(refusal({"migrate", "--job", "no/such.toml"}), "no/such.toml"));
}

TEST(CommandLine, NeverShowsAUrlThatStandsWhereTheCommandShould) {
  EXPECT_FALSE(contains(refusal({"mysql://u:hush@h/x", target}), "hush"));
}

// ---- passwords

TEST(CommandLine, MasksThePasswordsOfTheCall) {
  const CommandLine line =
      parse_command_line({"migrate", "mysql://u:hush@db1/shop", "postgresql://o:HUSH@db2/shop",
                          "--databases", "qube,*qube"});

  EXPECT_EQ(line.text,
            "millrace migrate 'mysql://u:***@db1/shop' 'postgresql://o:***@db2/shop' --databases "
            "'qube,*qube'");
  EXPECT_EQ(line.request.job.source.password, "hush");
}

TEST(CommandLine, MasksEveryFormOfPassword) {
  EXPECT_EQ(mask_password("mysql://u:p@ss@h/x"), "mysql://u:***@h/x");
  EXPECT_EQ(mask_password("mysql://u:p/s@h/x"), "mysql://u:***@h/x");
  EXPECT_EQ(mask_password("mysql://u:p?s@h/x"), "mysql://u:***@h/x");
  EXPECT_EQ(mask_password("mysql://u:hush"), "mysql://u:***");
  EXPECT_EQ(mask_password("mysql://h/x?password=hush&ssl-mode=required"),
            "mysql://h/x?password=***&ssl-mode=required");
}

TEST(CommandLine, LeavesAloneWhatHoldsNoPassword) {
  for (const char* text : {"mysql://u@h:3306/x", "mysql://h:3306/x", "mysql://[::1]:3306/x",
                           "postgresql:///x?host=/run/postgresql", "--readers", "qube.a:b@c",
                           "mysql://u@[fe80::1]:3306/x", "mysql://[::1]/x"}) {
    EXPECT_EQ(mask_password(text), text);
  }
}

TEST(CommandLine, OverwritesPasswordsInItsOwnArguments) {
  std::string program = "millrace";
  std::string url = "mysql://u:hushhush@db1/shop?ssl-mode=required";
  std::string other = "mysql://u:x@db1";
  char* arguments[] = {program.data(), url.data(), other.data()};

  hide_passwords(3, arguments);

  EXPECT_STREQ(arguments[1], "mysql://u:***@db1/shop?ssl-mode=required");
  EXPECT_EQ(url.find("hush"), std::string::npos) << "nothing of it stays behind the end";
  EXPECT_STREQ(arguments[2], "mysql://u:*@db1") << "no room for more stars";
}

}  // namespace
}  // namespace millrace
