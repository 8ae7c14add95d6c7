#include "io/fault_point.h"

#include <algorithm>
#include <atomic>
#include <charconv>
#include <csignal>
#include <cstdlib>
#include <deque>
#include <string>

#include "io/error.h"

namespace millrace::fault {

namespace {

struct Point {
  std::string name;
  std::string action;
  std::atomic<long> left{0};  // visits until it acts
};

/// The points that the environment arms; what cannot be read ends the process, since a test that
/// arms nothing would pass.
std::deque<Point> read_points() {
  std::deque<Point> points;
  const char* text = std::getenv("MILLRACE_FAULT");
  std::string_view rest = text == nullptr ? "" : text;
  while (!rest.empty()) {
    const std::string_view one = rest.substr(0, rest.find(','));
    rest.remove_prefix(std::min(rest.size(), one.size() + 1));
    const std::size_t first = one.find(':');
    const std::size_t second = one.find(':', first == one.npos ? first : first + 1);
    long nth = 0;
    if (second != one.npos) {
      std::from_chars(one.data() + first + 1, one.data() + second, nth);
    }
    if (nth < 1) std::abort();
    Point& point = points.emplace_back();
    point.name = one.substr(0, first);
    point.action = one.substr(second + 1);
    point.left.store(nth);
  }
  return points;
}

std::deque<Point>& points() {
  static std::deque<Point> armed_points = read_points();
  return armed_points;
}

void act(const Point& point) {
  if (point.action == "kill") std::raise(SIGKILL);
  if (point.action == "stop") {
    std::raise(SIGSTOP);
    return;
  }
  const auto fail = [&](ErrorKind kind) {
    throw Error(kind, "fault point " + point.name + ": " + point.action);
  };
  if (point.action == "lost") fail(ErrorKind::connection_lost);
  if (point.action == "conflict") fail(ErrorKind::conflict);
  if (point.action == "exhausted") fail(ErrorKind::exhausted);
  if (point.action == "doubt") fail(ErrorKind::commit_in_doubt);
  std::abort();
}

}  // namespace

const bool armed = std::getenv("MILLRACE_FAULT") != nullptr;

void reach(std::string_view name) {
  for (Point& point : points()) {
    if (point.name == name && point.left.fetch_sub(1) == 1) act(point);
  }
}

}  // namespace millrace::fault
