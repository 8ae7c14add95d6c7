#include "tools/farmgen/qube_farm.h"

#include <algorithm>
#include <array>
#include <limits>

#include <fmt/format.h>

#include "tools/farmgen/job_frames.h"
#include "tools/farmgen/random.h"

namespace millrace {
namespace {

constexpr std::array<std::string_view, 6> kinds = {"maya",   "nuke",    "houdini",
                                                   "3dsmax", "cmdline", "cmdrange"};
constexpr std::array<std::string_view, 8> users = {"anna",   "björn", "chen", "dimitri",
                                                   "elodie", "farid", "gwen", "hiro"};
constexpr std::array<std::string_view, 5> clusters = {"/", "/film", "/film/fx", "/tv", "/tv/lo(w)"};
constexpr std::array<std::string_view, 4> shows = {"river", "mill", "harvest", ""};
constexpr std::array<std::string_view, 5> departments = {"fx", "light", "comp", "anim", ""};
// Names that people really type: brackets, commas, blanks, accents, a backslash, quotes.
constexpr std::array<std::string_view, 8> name_forms = {
    "{show}_{shot}_beauty_v{version:03}", "{show} {shot} (final, really) [v{version}]",
    "\\\\nas01\\{show}\\{shot}.ma",       "Rendu forêt {shot} – essai n°{version}",
    "{shot}'s \"hero\" pass, {version}",  "テスト {shot}",
    "{show}/{shot}: 50% proxy",           "({shot})[{version}],{show}",
};
constexpr std::array<QubeStatus, 9> ended_states = {{{"complete", 16},
                                                     {"complete", 16},
                                                     {"complete", 16},
                                                     {"complete", 16},
                                                     {"complete", 16},
                                                     {"complete", 16},
                                                     {"failed", 32},
                                                     {"killed", 48},
                                                     {"complete", 16}}};
constexpr std::array<QubeStatus, 4> open_states = {
    {{"running", 336}, {"pending", 320}, {"blocked", 272}, {"suspended", 304}}};
constexpr std::uint64_t first_frame = 1001;
constexpr std::uint64_t most_subjobs = 60;

constexpr std::int64_t int_unsigned_max = std::numeric_limits<std::uint32_t>::max();
constexpr std::int64_t int_max = std::numeric_limits<std::int32_t>::max();

// The table of all counters that a job keeps twice: of its frames, and of its subjobs.
constexpr std::array<std::string_view, 10> counters = {
    "complete", "badlogin",  "unknown", "running", "failed",
    "waiting",  "suspended", "killed",  "pending", "blocked"};

std::string shot_of(std::uint64_t id) {
  return fmt::format("sq{:02}_sh{:04}", id / 40 % 100, id % 40 * 10);
}

/// The counters when all of `total` are in the job's own state.
void write_counters(LoadText& out, const QubeJob& job, std::uint64_t total) {
  for (const std::string_view counter : counters) {
    out.natural(counter == job.status.word ? total : 0);
  }
}

// All integers of a table row that were never set.
void write_unset(LoadText& out, int count) {
  for (int i = 0; i < count; ++i) out.integer(-1);
}

void write_empty(LoadText& out, int count) {
  for (int i = 0; i < count; ++i) out.plain("");
}

}  // namespace

QubeFarm::QubeFarm(const FarmOptions& options)
    : options_(options),
      hosts_(options.hosts ? options.hosts : std::max<std::uint64_t>(4, options.jobs / 4)),
      prose_(options.seed) {}

std::uint64_t QubeFarm::frames_of(std::uint64_t id) const noexcept {
  return JobFrames(options_).of(id - 1);
}

std::uint64_t QubeFarm::subjobs_of(std::uint64_t id) const noexcept {
  return std::clamp<std::uint64_t>((frames_of(id) + 9) / 10, 1, most_subjobs);
}

QubeJob QubeFarm::job(std::uint64_t id) const {
  Random random(options_.seed, stream_of("qube.job"), id);
  QubeJob job;
  job.id = id;
  job.submitted = first_submit + static_cast<std::int64_t>(id) * seconds_between_jobs;
  const bool is_over = !random.one_in(16);
  job.status = is_over ? random.pick(ended_states) : random.pick(open_states);
  const bool was_started =
      is_over ? job.status.number != 48 || random.one_in(2) : job.status.number == 336;
  job.started = was_started ? job.submitted + random.between(1, 3'600) : unset_time;
  const std::int64_t from = was_started ? job.started : job.submitted;
  job.completed = is_over ? from + random.between(10, 90'000) : unset_time;
  return job;
}

std::string QubeFarm::job_name(std::uint64_t id) const {
  Random random(options_.seed, stream_of("qube.job name"), id);
  return fmt::format(fmt::runtime(random.pick(name_forms)), fmt::arg("show", random.pick(shows)),
                     fmt::arg("shot", shot_of(id)), fmt::arg("version", 1 + random.below(40)));
}

std::string QubeFarm::host_name(std::uint64_t number) const {
  return fmt::format("render{:04}", number);
}

std::string QubeFarm::host_address(std::uint64_t number) const {
  return fmt::format("10.{}.{}.{}", 20 + number / 62'500, number / 250 % 250, 1 + number % 250);
}

TableShape qube_job_shape() {
  TableShape shape;
  shape.columns = R"(
    id int NOT NULL,
    pid int NOT NULL DEFAULT -1,
    pgrp int NOT NULL,
    label varchar(64) NOT NULL DEFAULT '',
    name varchar(255) NOT NULL DEFAULT '',
    account varchar(64) NOT NULL DEFAULT '',
    cluster varchar(64) NOT NULL DEFAULT '',
    domain varchar(64) NOT NULL DEFAULT '',
    user varchar(64) NOT NULL DEFAULT '',
    kind varchar(32) NOT NULL DEFAULT '',
    prototype varchar(32) NOT NULL DEFAULT '',
    mailaddress varchar(64) NOT NULL DEFAULT '',
    notes text NOT NULL,
    reason text NOT NULL,
    status varchar(16) NOT NULL DEFAULT '',
    agendastatus varchar(16) NOT NULL DEFAULT '',
    subjobstatus varchar(16) NOT NULL DEFAULT '',
    groups text NOT NULL,
    omitgroups text NOT NULL,
    hosts text NOT NULL,
    omithosts text NOT NULL,
    hostorder text NOT NULL,
    requirements text NOT NULL,
    reservations text NOT NULL,
    restrictions text NOT NULL,
    preflights text NOT NULL,
    postflights text NOT NULL,
    agenda_preflights text NOT NULL,
    agenda_postflights text NOT NULL,
    dependency text NOT NULL,
    priority int NOT NULL DEFAULT 9999,
    cpus int NOT NULL DEFAULT 1,
    max_cpus int NOT NULL DEFAULT -1,
    flags int unsigned NOT NULL DEFAULT 0,
    globalorder int NOT NULL DEFAULT -1,
    localorder int NOT NULL DEFAULT -1,
    serverid int NOT NULL DEFAULT -1,
    queue int NOT NULL DEFAULT -1,
    retrysubjob int NOT NULL DEFAULT -1,
    retrywork int NOT NULL DEFAULT -1,
    retrywork_delay int NOT NULL DEFAULT -1,
    timelimit int NOT NULL DEFAULT -1,
    timeout int NOT NULL DEFAULT -1,
    agenda_timelimit int NOT NULL DEFAULT -1,
    agenda_timeout int NOT NULL DEFAULT -1,
    p_agenda_priority int NOT NULL DEFAULT -1,
    p_agenda_cpus int NOT NULL DEFAULT -1,
    todo int NOT NULL DEFAULT 0,
    timesubmit int NOT NULL DEFAULT 946702800,
    timestart int NOT NULL DEFAULT 946702800,
    timecomplete int NOT NULL DEFAULT 946702800,
    lastupdate int NOT NULL DEFAULT 946702800,
    prod_show varchar(64) NOT NULL DEFAULT '',
    prod_shot varchar(64) NOT NULL DEFAULT '',
    prod_seq varchar(64) NOT NULL DEFAULT '',
    prod_client varchar(64) NOT NULL DEFAULT '',
    prod_dept varchar(64) NOT NULL DEFAULT '',
    prod_custom1 varchar(64) NOT NULL DEFAULT '',
    prod_custom2 varchar(64) NOT NULL DEFAULT '',
    prod_custom3 varchar(64) NOT NULL DEFAULT '',
    prod_custom4 varchar(64) NOT NULL DEFAULT '',
    prod_custom5 varchar(64) NOT NULL DEFAULT '',
    data mediumblob NOT NULL,
    env text NOT NULL,
    cwd varchar(255) NOT NULL DEFAULT '',
    path varchar(255) NOT NULL DEFAULT '',
    pathmap text NOT NULL,
    drivemap text NOT NULL,)";
  for (const char* prefix : {"todotally", "cpustally"}) {
    for (const std::string_view counter : counters) {
      shape.columns += fmt::format("\n    {}_{} int NOT NULL DEFAULT 0,", prefix, counter);
    }
  }
  shape.columns += "\n    PRIMARY KEY (id)";
  shape.keys = {"UNIQUE KEY pgrp_label (pgrp, label)", "KEY user (user)", "KEY status (status)",
                "KEY timesubmit (timesubmit)"};
  return shape;
}

void QubeFarm::write_job(std::uint64_t id, LoadText& out) const {
  Random random(options_.seed, stream_of("qube.job row"), id);
  const QubeJob job = this->job(id);
  const std::uint64_t frames = frames_of(id);
  const std::string_view user = random.pick(users);
  const std::string_view kind = random.pick(kinds);
  const std::string_view show = random.pick(shows);
  const std::string shot = shot_of(id);
  const bool is_child = id > 1 && random.one_in(4);
  const std::uint64_t group = is_child ? id - 1 : id;

  out.natural(id).integer(is_child ? static_cast<std::int64_t>(id) - 1 : -1).natural(group);
  out.text(is_child ? fmt::format("child-{}", id) : "").text(job_name(id));
  out.plain(random.one_in(3) ? "overhead" : "").plain(random.pick(clusters));
  out.plain(random.one_in(2) ? "STUDIO" : "").plain(user).plain(kind);
  out.plain(random.one_in(2) ? kind : "").plain(random.one_in(5) ? "td@example.com" : "");
  out.text(random.one_in(4) ? fmt::format("{}\nline two,\tafter a tab", prose_.cut(random, 5, 90))
                            : "");
  out.plain(job.status.number == 32 ? prose_.cut(random, 10, 60) : "");
  for (int i = 0; i < 3; ++i) out.plain(job.status.word);
  out.plain(random.one_in(3) ? "fast,bigmem" : "");
  out.plain("");
  out.plain(random.one_in(3)
                ? host_name(random.below(hosts_)) + ',' + host_name(random.below(hosts_))
                : "");
  write_empty(out, 2);
  out.plain(random.one_in(3) ? "host.memory.avail >= 16000 and host.os == \"linux\"" : "");
  out.plain("host.processors=1+").plain(random.one_in(5) ? "/film" : "");
  write_empty(out, 4);
  out.plain(is_child ? fmt::format("link-complete-work-{},link-done-job-{}", group, group) : "");
  out.natural(random.below(10'000)).natural(1 + random.below(32));
  out.integer(random.one_in(2) ? -1 : random.between(1, 500));
  out.natural(random.one_in(50) ? int_unsigned_max : random.below(1 << 20));
  write_unset(out, 3);
  out.natural(0).integer(random.between(-1, 3)).integer(random.between(-1, 3));
  write_unset(out, 7);
  out.natural(frames);
  out.integer(job.submitted).integer(job.started).integer(job.completed);
  out.integer(std::max({job.submitted, job.started, job.completed}));
  out.plain(show).plain(shot).plain(std::string_view(shot).substr(0, 4));
  out.plain(random.one_in(2) ? "Müller & Söhne" : "").plain(random.pick(departments));
  write_empty(out, 5);

  std::string data = fmt::format(
      "(=(cmdline=Render -r {} -s QB_FRAME_START -e QB_FRAME_END {{{}.ma}})(range={}-{})"
      "(rangeChunkSize=1)(imgPattern=)(=(scene=({})[{}])(layers=(beauty depth))))",
      kind, shot, first_frame, first_frame + frames - 1, prose_.cut(random, 20, 200), show);
  // The packages are bytes, not text: a few hold what no character set allows.
  if (random.one_in(20)) data += std::string_view("\0\xff\xfe\t\n\\", 6);
  out.text(data);
  out.text(fmt::format("PATH=/usr/bin:/opt/{0}/bin;SHOW={1};USER={2}", kind, show, user));
  out.text(random.one_in(3) ? "C:\\projects\\mill" : "/mnt/projects/mill").plain("");
  out.text("(=(\\\\nas01\\projects=/mnt/projects))").plain("");
  write_counters(out, job, frames);
  write_counters(out, job, subjobs_of(id));
  out.end_row();
}

TableShape qube_subjob_shape() {
  TableShape shape;
  shape.columns = R"(
    pid int NOT NULL,
    id int NOT NULL,
    host varchar(64) NOT NULL DEFAULT '',
    address varchar(45) NOT NULL DEFAULT '',
    status int NOT NULL DEFAULT 0,
    allocations text NOT NULL,
    count int NOT NULL DEFAULT 0,
    retry int NOT NULL DEFAULT -1,
    lastupdate int NOT NULL DEFAULT 946702800,
    timesubmit int NOT NULL DEFAULT 946702800,
    timestart int NOT NULL DEFAULT 946702800,
    timecomplete int NOT NULL DEFAULT 946702800,
    PRIMARY KEY (pid, id))";
  shape.keys = {"KEY status (status)"};
  return shape;
}

void QubeFarm::write_subjob(std::uint64_t id, std::uint64_t ordinal, LoadText& out) const {
  Random random(options_.seed, stream_of("qube.subjob") + id, ordinal);
  const QubeJob job = this->job(id);
  const bool was_started = job.started != unset_time;
  const std::uint64_t host = random.below(hosts_);
  out.natural(id).natural(ordinal).plain(was_started ? host_name(host) : "");
  out.plain(was_started ? host_address(host) : "").integer(job.status.number);
  out.plain(was_started ? "host.processors=1" : "").natural(random.below(3)).integer(-1);
  out.integer(std::max({job.submitted, job.started, job.completed})).integer(job.submitted);
  out.integer(was_started ? job.started + random.between(0, 120) : unset_time);
  out.integer(job.completed).end_row();
}

TableShape qube_work_shape() {
  TableShape shape;
  shape.columns = R"(
    pid int NOT NULL,
    id int NOT NULL,
    subid int NOT NULL DEFAULT -1,
    host varchar(64) NOT NULL DEFAULT '',
    name varchar(64) NOT NULL DEFAULT '',
    status int NOT NULL DEFAULT 0,
    address varchar(45) NOT NULL DEFAULT '',
    data mediumblob NOT NULL,
    package text NOT NULL,
    result text NOT NULL,
    resultpackage text NOT NULL,
    count int NOT NULL DEFAULT 0,
    retry int NOT NULL DEFAULT -1,
    retrydelay int NOT NULL DEFAULT -1,
    cpu_seconds int unsigned NOT NULL DEFAULT 0,
    mem_max bigint unsigned DEFAULT NULL,
    lastupdate int NOT NULL DEFAULT 946702800,
    timesubmit int NOT NULL DEFAULT 946702800,
    timestart int NOT NULL DEFAULT 946702800,
    timecomplete int NOT NULL DEFAULT 946702800,
    PRIMARY KEY (pid, id))";
  shape.keys = {"KEY status (status)"};
  return shape;
}

void QubeFarm::write_work(std::uint64_t id, std::uint64_t ordinal, LoadText& out) const {
  Random random(options_.seed, stream_of("qube.work") + id, ordinal);
  const QubeJob job = this->job(id);
  const bool was_started = job.started != unset_time;
  const std::uint64_t host = random.below(hosts_);
  const std::uint64_t frame = first_frame + ordinal;
  out.natural(id).natural(ordinal);
  out.integer(was_started ? static_cast<std::int64_t>(random.below(subjobs_of(id))) : -1);
  out.plain(was_started ? host_name(host) : "");
  out.plain(id % 7 == 0 ? fmt::format("{}-{}", frame, frame + 4) : std::to_string(frame));
  out.integer(job.status.number).plain(was_started ? host_address(host) : "");
  out.plain(fmt::format("(=(frame={})(padding=4))", frame)).plain("");
  out.plain(was_started ? fmt::format("(=(exit={})(image=beauty.{:04}.exr))",
                                      job.status.number == 32 ? 1 : 0, frame)
                        : "");
  out.plain("").natural(was_started ? 1 : 0).integer(-1).integer(-1);
  const std::int64_t longest = options_.beyond ? int_unsigned_max : int_max;
  out.integer(random.one_in(10'000) ? longest : random.between(0, 20'000));
  if (was_started) {
    out.natural(random.one_in(10'000) ? std::numeric_limits<std::int64_t>::max()
                                      : random.below(std::uint64_t{1} << 36));
  } else {
    out.null();
  }
  out.integer(std::max({job.submitted, job.started, job.completed})).integer(job.submitted);
  out.integer(was_started ? job.started + random.between(0, 600) : unset_time);
  out.integer(job.completed).end_row();
}

TableShape qube_callback_shape() {
  TableShape shape;
  shape.columns = R"(
    id int unsigned NOT NULL AUTO_INCREMENT,
    pid int NOT NULL,
    triggers varchar(255) NOT NULL DEFAULT '',
    code text NOT NULL,
    language varchar(16) NOT NULL DEFAULT '',
    user varchar(64) NOT NULL DEFAULT '',
    count int NOT NULL DEFAULT 0,
    maximum int NOT NULL DEFAULT -1,
    ready tinyint(1) NOT NULL DEFAULT 0,
    PRIMARY KEY (id))";
  shape.keys = {"KEY pid (pid)"};
  return shape;
}

void QubeFarm::write_callback(std::uint64_t id, std::uint64_t ordinal, std::uint64_t key,
                              LoadText& out) const {
  constexpr std::array<std::string_view, 3> triggers = {"done-job-self", "fail-work-self-*",
                                                        "complete-job-self and done-job-parent"};
  constexpr std::array<std::string_view, 3> codes = {
      "mail-status", "import qb\nif qb.jobinfo(id=%d):\n\tprint \"done\\n\"\n",
      "my ($job) = @_;\nqb::unblock($job->{'id'});\n"};
  constexpr std::array<std::string_view, 3> languages = {"mail", "python", "perl"};
  Random random(options_.seed, stream_of("qube.callback") + id, ordinal);
  const std::uint64_t language = random.below(languages.size());
  out.natural(key).natural(id).plain(random.pick(triggers)).text(codes[language]);
  out.plain(languages[language]).plain(random.pick(users)).natural(random.below(2)).integer(-1);
  out.natural(random.below(2)).end_row();
}

TableShape qube_event_shape() {
  TableShape shape;
  shape.columns = R"(
    id bigint unsigned NOT NULL AUTO_INCREMENT,
    stamp int NOT NULL DEFAULT 946702800,
    jobid int NOT NULL,
    subid int NOT NULL DEFAULT -1,
    workid int NOT NULL DEFAULT -1,
    comment varchar(255) NOT NULL DEFAULT '',
    PRIMARY KEY (id))";
  shape.keys = {"KEY jobid (jobid)"};
  return shape;
}

void QubeFarm::write_event(std::uint64_t id, std::uint64_t ordinal, std::uint64_t key,
                           LoadText& out) const {
  Random random(options_.seed, stream_of("qube.event") + id, ordinal);
  const QubeJob job = this->job(id);
  out.natural(key);
  if (ordinal < 3) {
    const std::array<std::int64_t, 3> stamps = {job.submitted, job.started, job.completed};
    constexpr std::array<std::string_view, 3> comments = {"submitted", "started", ""};
    out.integer(stamps[ordinal]).natural(id).integer(-1).integer(-1);
    out.plain(ordinal == 2 ? job.status.word : comments[ordinal]);
  } else {
    const std::uint64_t subjob = (ordinal - 3) / 2;
    const std::int64_t from = job.started == unset_time ? job.submitted : job.started;
    out.integer(from + random.between(0, 9'000)).natural(id).natural(subjob);
    out.integer(random.between(-1, 99));
    out.plain(ordinal % 2 ? "subjob started" : "subjob ended, (worker) [idle]");
  }
  out.end_row();
}

TableShape qube_host_shape() {
  TableShape shape;
  shape.columns = R"(
    macaddress varchar(17) NOT NULL,
    name varchar(64) NOT NULL DEFAULT '',
    address varchar(45) NOT NULL DEFAULT '',
    state varchar(16) NOT NULL DEFAULT '',
    cluster varchar(64) NOT NULL DEFAULT '',
    groups text NOT NULL,
    flags int unsigned NOT NULL DEFAULT 0,
    resources text NOT NULL,
    restrictions text NOT NULL,
    properties text NOT NULL,
    stats text NOT NULL,
    subjobs text NOT NULL,
    lastupdate int NOT NULL DEFAULT 946702800,
    PRIMARY KEY (macaddress))";
  shape.keys = {"KEY name (name)"};
  return shape;
}

void QubeFarm::write_host(std::uint64_t number, LoadText& out) const {
  constexpr std::array<std::string_view, 4> states = {"active", "active", "down", "panic"};
  Random random(options_.seed, stream_of("qube.host"), number);
  const std::uint64_t cores = std::uint64_t{4} << random.below(5);
  out.plain(fmt::format("00:1B:{:02X}:{:02X}:{:02X}:{:02X}", number >> 24 & 255, number >> 16 & 255,
                        number >> 8 & 255, number & 255));
  out.plain(host_name(number)).plain(host_address(number)).plain(random.pick(states));
  out.plain(random.pick(clusters)).plain(random.one_in(2) ? "fast,bigmem" : "");
  out.natural(random.one_in(50) ? int_unsigned_max : random.below(1 << 16));
  out.plain(fmt::format("host.processors=0/{0},host.memory={1}/{2}", cores,
                        random.below(cores * 4000), cores * 4000));
  out.plain("").plain(fmt::format("(=(host.os=linux)(host.cpus={})(host.gpu=))", cores));
  out.plain(fmt::format("(=(load={}))", random.fraction() * 10)).plain("");
  out.integer(first_submit + random.between(0, 1'000'000)).end_row();
}

}  // namespace millrace
