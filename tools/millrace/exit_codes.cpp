#include "tools/millrace/exit_codes.h"

#include <array>

namespace millrace {
namespace {

constexpr std::array<ErrorAdvice, 9> advice = {{
    {ErrorKind::bad_request, "the call, the job file, an account or a schema must change",
     "Stops before it writes wherever that can be known beforehand, and names everything that is "
     "in "
     "the way at once. Nothing is retried: the answer would be the same.",
     "Follow the hint. `millrace plan SOURCE TARGET` shows what a run would do and writes nothing. "
     "For a refused login see [Passwords](#passwords), for tables in the way `--if-exists`."},
    {ErrorKind::bad_data, "a value that the target cannot hold",
     "Stops the run and names table, column, key and value. Takes back what was not committed and "
     "names every table that the target keeps, with its rows.",
     "Mend the value at the source, choose another type with the switch that the hint names "
     "(`--tinyint1 smallint`, `--json-type text`, ...), say what becomes of such values "
     "(`--on-fault null`, `--on-fault reject`), or leave the table out with `--exclude`."},
    {ErrorKind::connection_lost, "a server could not be reached, or went away half-way",
     "Opens the connection again and does over what was under way, up to `--retries` times, with "
     "pauses that grow; a source's session is replaced only while the source is what it was. Then "
     "takes back what was not committed and names what the target keeps.",
     "Look whether the server runs and is reachable (host, port, firewall, its log), then go on "
     "with "
     "`--resume`."},
    {ErrorKind::conflict, "another session of a server was in the way (deadlock, lock timeout)",
     "Takes back the transaction that lost and does it over, up to `--retries` times; then stops, "
     "and names what the target keeps. A run that another process works on is left alone.",
     "Find who holds the lock (`pg_stat_activity` and `pg_locks` on the target, `SHOW PROCESSLIST` "
     "on the source, `millrace status`), end it or wait, then go on with `--resume`."},
    {ErrorKind::exhausted, "a server or this machine ran out of disk, memory or connections",
     "Waits for a free connection or lock, up to `--retries` times. Of a full disk it takes back "
     "what was not committed, so that the space is free again, and stops.",
     "Free the disk, raise `max_connections`, or ask for less: fewer `--readers`, `--writers`, "
     "`--builders`, a smaller `--memory`. Then go on with `--resume`."},
    {ErrorKind::commit_in_doubt, "a COMMIT was sent and its answer was lost",
     "Asks the ledger over another connection whether the rows are there, and does the chunk over "
     "if they are not. Where that cannot be asked (`--no-ledger`, a target that stays away) it "
     "stops "
     "and names the tables in question.",
     "Go on with `--resume`: the ledger knows. After `--no-ledger` count the rows of the named "
     "tables "
     "in the target, or start again with `--if-exists drop`."},
    {ErrorKind::difference, "source and target are not equal",
     "Ends only after everything was compared. Changes nothing; the report and the summary name "
     "each "
     "table, and `millrace verify` each row and column, that differs.",
     "Look who wrote to the target or changed the source meanwhile. `millrace verify SOURCE TARGET "
     "--repair` copies just the rows that differ."},
    {ErrorKind::internal, "a fault of millrace itself: report it",
     "Takes back what was not committed and names the place in its own code.",
     "Report the whole message with the version (`millrace --version`) and, if you can, the JSON "
     "report of the run."},
    {ErrorKind::cancelled, "stopped by Ctrl-C or SIGTERM",
     "Aborts each COPY, closes the connections in order and names what the target keeps. A second "
     "Ctrl-C exits at once; the servers then take back by themselves what was not committed.",
     "Go on with `--resume`, or start again with `--if-exists drop`."},
}};

constexpr std::string_view rejects_meaning =
    "all is done, but some rows wait in reject files (`--on-fault reject`)";
constexpr std::string_view rejects_reaction =
    "Loads every row that fits, names the reject files and counts their rows in the summary and "
    "the "
    "reports. A foreign key that does not hold because of them is left NOT VALID, and noted.";
constexpr std::string_view rejects_remedy =
    "Mend the values in the files, see [Values that do not fit](#values-that-do-not-fit).";

}  // namespace

std::span<const ErrorAdvice> error_advice() { return advice; }

std::string exit_codes_text() {
  const auto line = [](int code, std::string_view text) {
    const std::string number = std::to_string(code);
    return std::string(5 - number.size(), ' ') + number + "  " + std::string(text) + '\n';
  };
  std::string text = line(0, "complete");
  for (const ErrorAdvice& entry : advice) {
    text += line(exit_code(entry.kind),
                 std::string(name_of(entry.kind)) + ": " + std::string(entry.meaning));
    if (entry.kind == ErrorKind::commit_in_doubt) {
      text += line(exit_complete_with_rejects,
                   "complete with rejects: " + std::string(rejects_meaning));
    }
  }
  return text;
}

std::string exit_codes_markdown() {
  std::string text =
      "| code | kind | meaning |\n"
      "|---:|---|---|\n"
      "| 0 | | complete |\n";
  for (const ErrorAdvice& entry : advice) {
    text += "| " + std::to_string(exit_code(entry.kind)) + " | " +
            std::string(name_of(entry.kind)) + " | " + std::string(entry.meaning) + " |\n";
    if (entry.kind == ErrorKind::commit_in_doubt) {
      text += "| " + std::to_string(exit_complete_with_rejects) + " | complete with rejects | " +
              std::string(rejects_meaning) + " |\n";
    }
  }
  for (const ErrorAdvice& entry : advice) {
    text += "\n### " + std::string(name_of(entry.kind)) + " (exit code " +
            std::to_string(exit_code(entry.kind)) + ")\n";
    text += "- **It means:** " + std::string(entry.meaning) + ".\n";
    text += "- **Millrace by itself:** " + std::string(entry.reaction) + "\n";
    text += "- **What to do:** " + std::string(entry.remedy) + "\n";
  }
  text += "\n### complete with rejects (exit code " + std::to_string(exit_complete_with_rejects) +
          ")\n- **It means:** " + std::string(rejects_meaning) + ".\n- **Millrace by itself:** " +
          std::string(rejects_reaction) + "\n- **What to do:** " + std::string(rejects_remedy) +
          "\n";
  return text;
}

}  // namespace millrace
