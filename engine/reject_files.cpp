#include "engine/reject_files.h"

#include <fcntl.h>
#include <sys/types.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <fstream>
#include <optional>
#include <set>
#include <system_error>
#include <unordered_map>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "engine/reject_line.h"
#include "engine/work_plan.h"
#include "io/error.h"

namespace millrace {

namespace {

namespace fs = std::filesystem;

constexpr std::size_t buffer_bytes = std::size_t{256} << 10;
constexpr std::string_view chunk_mark = ".chunk-";
constexpr std::string_view draft_mark = ".draft-";

[[noreturn]] void fail(const std::string& doing, const std::string& path, int code) {
  throw Error(
      code == ENOSPC || code == EDQUOT || code == EMFILE || code == EIO ? ErrorKind::exhausted
                                                                        : ErrorKind::bad_request,
      "cannot " + doing + " the reject file " + path + ": " + std::generic_category().message(code),
      {}, "make room there, or name another folder with --reject-dir");
}

FileHandle open_file(const std::string& path, int flags) {
  constexpr ::mode_t owner_only = 0600;  // rows are as secret as the table
  const int descriptor = ::open(path.c_str(), flags | O_CLOEXEC, owner_only);
  if (descriptor < 0) fail("open", path, errno);
  return FileHandle(descriptor);
}

void write_all(const FileHandle& file, const std::string& path, std::string_view bytes) {
  while (!bytes.empty()) {
    const ::ssize_t written = ::write(file.get(), bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) fail("write", path, errno);
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
}

void sync_file(const FileHandle& file, const std::string& path) {
  if (::fsync(file.get()) != 0) fail("write", path, errno);
}

/// A new name is on the disk only when its folder is.
void sync_folder(const std::string& folder) { sync_file(open_file(folder, O_RDONLY), folder); }

/// A file name for any table: letters that a file system or a shell minds as %XX.
std::string file_name(std::string_view table) {
  constexpr std::size_t longest = 180;  // NAME_MAX is 255, and the chunk's mark comes behind
  std::string name;
  for (const char letter : table) {
    const auto byte = static_cast<unsigned char>(letter);
    const bool plain = byte > 0x20 && byte != 0x7f && letter != '/' && letter != '%';
    name += plain && !(name.empty() && letter == '.') ? std::string(1, letter)
                                                      : fmt::format("%{:02X}", byte);
  }
  if (name.size() > longest) {
    // FNV-1a: two long names that begin alike must stay two.
    std::uint64_t hash = 14695981039346656037U;
    for (const char letter : table) {
      hash = (hash ^ static_cast<unsigned char>(letter)) * 1099511628211U;
    }
    name = name.substr(0, longest) + fmt::format("-{:016x}", hash);
  }
  return name + ".jsonl";
}

/// The name of the table's file that a file of one of its chunks begins with.
std::string of_table(const std::string& name) {
  constexpr std::string_view ending = ".jsonl";
  const std::size_t at = name.rfind(ending);
  return at == std::string::npos ? name : name.substr(0, at + ending.size());
}

std::optional<std::uint64_t> number_after(std::string_view name, std::string_view mark) {
  const std::size_t at = name.rfind(mark);
  if (at == std::string_view::npos) return std::nullopt;
  const std::string digits(name.substr(at + mark.size()));
  if (digits.empty() || digits.find_first_not_of("0123456789") != std::string::npos) {
    return std::nullopt;
  }
  return std::stoull(digits);
}

/// The chunk that a line belongs to; none for the header and for a line that was cut off.
std::optional<std::uint64_t> chunk_of(const std::string& line) {
  const auto json = nlohmann::json::parse(line, nullptr, false);
  if (!json.is_object() || !json.contains("chunk")) return std::nullopt;
  return json["chunk"].get<std::uint64_t>();
}

}  // namespace

FileHandle::~FileHandle() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

ChunkRejects::ChunkRejects(RejectFiles& files, std::size_t table, std::uint64_t chunk,
                           std::size_t part)
    : files_(files),
      table_(table),
      chunk_(chunk),
      part_(part),
      path_(files.draft_path(table, chunk, part)) {
  std::error_code fault;
  fs::create_directories(files.folder_, fault);  // where it fails, opening tells
  file_ = open_file(path_, O_WRONLY | O_CREAT | O_EXCL);
}

ChunkRejects::~ChunkRejects() {
  if (!kept_) ::unlink(path_.c_str());
}

void ChunkRejects::add(std::string_view line) {
  buffer_ += line;
  if (buffer_.size() >= buffer_bytes) flush();
}

void ChunkRejects::flush() {
  write_all(file_, path_, buffer_);
  buffer_.clear();
}

void ChunkRejects::sync() {
  flush();
  sync_file(file_, path_);
  std::string named = files_.chunk_path(table_, chunk_, part_);
  if (::rename(path_.c_str(), named.c_str()) != 0) fail("name", named, errno);
  path_ = std::move(named);
  sync_folder(files_.folder_);
}

void ChunkRejects::join() {
  // From here on the chunk's file is all that knows of the rows, until the table's file has them.
  kept_ = true;
  files_.append(table_, path_);
  kept_ = false;
}

RejectFiles::RejectFiles(std::string folder, const WorkPlan& plan)
    : folder_(std::move(folder)), plan_(plan) {}

std::string RejectFiles::path_of(std::size_t table) const {
  return (fs::path(folder_) / file_name(plan_.tables[table].source->full_name())).string();
}

std::string RejectFiles::chunk_path(std::size_t table, std::uint64_t chunk,
                                    std::size_t part) const {
  return path_of(table) + (part == 0 ? "" : ".part-" + std::to_string(part)) +
         std::string(chunk_mark) + std::to_string(chunk);
}

std::string RejectFiles::draft_path(std::size_t table, std::uint64_t chunk, std::size_t part) {
  return chunk_path(table, chunk, part) + std::string(draft_mark) +
         std::to_string(drafts_.fetch_add(1));
}

void RejectFiles::append(std::size_t table, const std::string& from) {
  const std::string path = path_of(table);
  std::ifstream lines(from, std::ios::binary);
  if (!lines) fail("read", from, errno);
  const std::lock_guard lock(mutex_);
  const bool is_new = !fs::exists(path);
  const FileHandle file = open_file(path, O_WRONLY | O_CREAT | O_APPEND);
  if (is_new) write_all(file, path, reject_header(plan_.tables[table]));
  std::string buffer(buffer_bytes, '\0');
  do {
    lines.read(buffer.data(), static_cast<std::streamsize>(buffer.size()));
    write_all(file, path,
              std::string_view(buffer).substr(0, static_cast<std::size_t>(lines.gcount())));
  } while (lines);
  if (lines.bad()) fail("read", from, errno);
  sync_file(file, path);
  if (is_new) sync_folder(folder_);
}

void RejectFiles::refuse_old_files() const {
  std::error_code fault;
  if (!fs::exists(folder_, fault)) {
    fs::path above = fs::absolute(folder_, fault);
    while (above.has_relative_path() && !fs::exists(above, fault)) above = above.parent_path();
    if (::access(above.c_str(), W_OK | X_OK) != 0) fail("make a folder for", folder_, errno);
    return;
  }
  if (!fs::is_directory(folder_, fault)) fail("use", folder_, ENOTDIR);
  if (::access(folder_.c_str(), W_OK | X_OK) != 0) fail("use", folder_, errno);

  std::set<std::string> ours;
  for (const TableWork& table : plan_.tables) ours.insert(file_name(table.source->full_name()));
  std::string found;
  std::size_t files = 0;
  constexpr std::size_t shown = 10;
  for (const auto& entry : fs::directory_iterator(folder_)) {
    const std::string name = entry.path().filename().string();
    if (!ours.contains(of_table(name))) continue;
    if (++files <= shown) found += (found.empty() ? "" : ", ") + entry.path().string();
  }
  if (files == 0) return;
  if (files > shown) found += fmt::format(" and {} more", files - shown);
  throw Error(
      ErrorKind::bad_request, "cannot begin: an earlier run left rows in reject files: " + found,
      {},
      "nothing was touched; mend and load them, move them away, or name another folder with "
      "--reject-dir");
}

std::map<std::size_t, std::uint64_t> RejectFiles::settle(
    const std::function<bool(std::uint64_t chunk)>& committed) {
  std::map<std::size_t, std::uint64_t> rows_of;
  std::error_code fault;
  if (!fs::exists(folder_, fault)) return rows_of;
  std::unordered_map<std::string, std::size_t> table_of;
  for (std::size_t i = 0; i < plan_.tables.size(); ++i) {
    table_of.emplace(file_name(plan_.tables[i].source->full_name()), i);
  }
  struct Found {
    std::vector<std::pair<std::uint64_t, std::string>> chunks;
    bool standing = false;
  };
  std::unordered_map<std::size_t, Found> found;
  std::vector<std::string> drafts;
  for (const auto& entry : fs::directory_iterator(folder_)) {
    const std::string name = entry.path().filename().string();
    const auto table = table_of.find(of_table(name));
    const auto whole = table_of.find(name);
    if (name.find(draft_mark) != std::string::npos) {
      if (table != table_of.end()) drafts.push_back(entry.path().string());
    } else if (whole != table_of.end()) {
      found[whole->second].standing = true;
    } else if (const auto chunk = number_after(name, chunk_mark);
               chunk && table != table_of.end()) {
      found[table->second].chunks.emplace_back(*chunk, entry.path().string());
    }
  }
  for (const std::string& draft : drafts) fs::remove(draft, fault);  // of chunks never committed
  for (auto& [table, files] : found) {
    if (files.standing) {
      // A chunk that still has a file of its own may stand here in part.
      const auto stays = [&](std::uint64_t chunk) {
        return committed(chunk) &&
               std::none_of(files.chunks.begin(), files.chunks.end(),
                            [&](const auto& other) { return other.first == chunk; });
      };
      const std::string path = path_of(table);
      const std::string draft = draft_path(table, 0, 0);
      {
        std::ifstream lines(path, std::ios::binary);
        const FileHandle file = open_file(draft, O_WRONLY | O_CREAT | O_EXCL);
        write_all(file, draft, reject_header(plan_.tables[table]));
        for (std::string line; std::getline(lines, line);) {
          const auto chunk = chunk_of(line);
          if (chunk && stays(*chunk)) write_all(file, draft, line + "\n");
        }
        if (lines.bad()) fail("read", path, errno);
        sync_file(file, draft);
      }
      if (::rename(draft.c_str(), path.c_str()) != 0) fail("name", path, errno);
    }
    for (const auto& [chunk, path] : files.chunks) {
      if (committed(chunk)) append(table, path);
      fs::remove(path, fault);
    }
    std::ifstream lines(path_of(table), std::ios::binary);
    std::uint64_t rows = 0;
    for (std::string line; std::getline(lines, line);) rows += chunk_of(line) ? 1 : 0;
    if (rows != 0) rows_of.emplace(table, rows);
  }
  sync_folder(folder_);
  return rows_of;
}

}  // namespace millrace
