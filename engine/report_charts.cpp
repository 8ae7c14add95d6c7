#include "engine/report_charts.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "engine/quantity_text.h"
#include "engine/shown_text.h"

namespace millrace {
namespace {

constexpr double width = 960;  // of every picture, in user units; the page scales it
constexpr double right_margin = 18;
constexpr double curve_left = 64;
constexpr double curve_top = 14;
constexpr double curve_height = 170;
constexpr double bars_left = 236;
constexpr double bar_pitch = 26;
constexpr double bar_height = 15;
constexpr std::size_t label_columns = 28;
constexpr double value_room = 190;  // right of the longest bar, for its value

/// A coordinate: a tenth of a unit is finer than any screen.
std::string at(double coordinate) {
  std::string text = fixed_text(coordinate, 1);
  if (text.ends_with(".0")) text.resize(text.size() - 2);
  return text;
}

std::string attribute(std::string_view name, double value) {
  return ' ' + std::string(name) + "=\"" + at(value) + '"';
}

std::string text_at(double x, double y, std::string_view classes, std::string_view text) {
  return "<text" + attribute("x", x) + attribute("y", y) + " class=\"" + std::string(classes) +
         "\">" + html_escaped(text) + "</text>";
}

std::string line_at(double x1, double y1, double x2, double y2, std::string_view classes) {
  return "<line" + attribute("x1", x1) + attribute("y1", y1) + attribute("x2", x2) +
         attribute("y2", y2) + " class=\"" + std::string(classes) + "\"/>";
}

std::string opened(std::string_view title, double height) {
  return "<svg viewBox=\"0 0 " + at(width) + ' ' + at(height) + "\" role=\"img\" aria-label=\"" +
         html_escaped(title) + "\">";
}

std::string axis_value(double value, bool bytes) {
  if (value == 0) return "0";
  // Three digits are too many on an axis: 1.50M -> 1.5M, 200 MB stays.
  std::string text = bytes ? data_text(value) : short_count_text(value);
  const std::size_t point = text.find('.');
  if (point == std::string::npos) return text;
  std::size_t end = text.find_first_not_of("0123456789", point + 1);
  if (end == std::string::npos) end = text.size();
  std::size_t kept = end;
  while (text[kept - 1] == '0') --kept;
  if (text[kept - 1] == '.') --kept;
  return text.erase(kept, end - kept);
}

std::string axis_time(double seconds, double step) {
  if (seconds < step / 2) return "0";
  if (step < 0.1) return fixed_text(seconds * 1000, step < 0.001 ? 1 : 0) + " ms";
  if (step < 1) return fixed_text(seconds, 1) + " s";
  const auto whole = static_cast<std::uint64_t>(std::llround(seconds));
  const auto two = [](std::uint64_t number) {
    return (number < 10 ? "0" : "") + std::to_string(number);
  };
  if (step < 60 && whole < 120) return std::to_string(whole) + " s";
  if (whole < 3600 && step < 3600) return std::to_string(whole / 60) + ':' + two(whole % 60);
  return std::to_string(whole / 3600) + ':' + two(whole % 3600 / 60) + " h";
}

/// Grid lines and labels of a time axis at the bottom.
std::string time_axis(double left, double right, double top, double bottom, double begin_s,
                      double end_s, unsigned most_steps) {
  std::string svg;
  const double span_s = end_s - begin_s;
  const double step = time_axis_step(span_s, most_steps);
  const double first = std::ceil(begin_s / step - 1e-9) * step;
  // By index: adding up steps would drift.
  for (int i = 0; first + i * step <= end_s + step * 1e-6; ++i) {
    const double seconds = first + i * step;
    const double x = left + (right - left) * (seconds - begin_s) / span_s;
    svg += line_at(x, top, x, bottom, "grid");
    svg += text_at(x, bottom + 17, "label mid", axis_time(seconds, step));
  }
  return svg + line_at(left, bottom, right, bottom, "axis");
}

std::string segment_rect(double x, double y, double bar_width, std::string_view series,
                         const std::string& tooltip) {
  return "<rect" + attribute("x", x) + attribute("y", y) + attribute("width", bar_width) +
         attribute("height", bar_height) + " rx=\"2\" class=\"s-" + std::string(series) +
         "\"><title>" + html_escaped(tooltip) + "</title></rect>";
}

std::string bar_label(const Bar& bar, double y) {
  return "<text" + attribute("x", bars_left - 12) + attribute("y", y + 12) +
         " class=\"label end\">" + html_escaped(fitted(bar.label, label_columns)) + "<title>" +
         html_escaped(bar.label) + "</title></text>";
}

}  // namespace

double axis_step(double end, unsigned most_steps) {
  if (!(end > 0) || !std::isfinite(end)) return 1;
  const double least = end / most_steps;
  const double power = std::pow(10.0, std::floor(std::log10(least)));
  for (const double factor : {1.0, 2.0, 5.0}) {
    if (factor * power >= least * (1 - 1e-9)) return factor * power;
  }
  return 10 * power;
}

double time_axis_step(double span_s, unsigned most_steps) {
  constexpr std::array<double, 18> clock_steps = {
      1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10800, 21600, 43200, 86400};
  const double least = span_s / most_steps;
  if (!(least > 1)) return axis_step(span_s, most_steps);
  for (const double step : clock_steps) {
    if (step >= least) return step;
  }
  return std::ceil(least / clock_steps.back()) * clock_steps.back();
}

std::string curve_svg(const Curve& curve) {
  const double left = curve_left;
  const double right = width - right_margin;
  const double bottom = curve_top + curve_height;
  double highest = curve.mean;
  for (const CurvePoint& point : curve.points) highest = std::max(highest, point.value);
  const double step = axis_step(highest, 4);
  const double top_value = std::max(std::ceil(highest / step - 1e-9), 1.0) * step;
  const double span_s = std::max(curve.end_s - curve.begin_s, 1e-9);
  const auto x_of = [&](double at_s) {
    return left + (right - left) * std::clamp((at_s - curve.begin_s) / span_s, 0.0, 1.0);
  };
  const auto y_of = [&](double value) {
    return bottom - curve_height * std::clamp(value / top_value, 0.0, 1.0);
  };

  std::string svg = opened(curve.title, bottom + 26);
  for (int i = 0; i * step <= top_value * (1 + 1e-9); ++i) {
    const double y = y_of(i * step);
    if (i != 0) svg += line_at(left, y, right, y, "grid");
    svg += text_at(left - 8, y + 4, "label end", axis_value(i * step, curve.bytes));
  }
  svg += time_axis(left, right, curve_top, bottom, curve.begin_s, curve.begin_s + span_s, 10);

  std::string path;
  for (const CurvePoint& point : curve.points) {
    path += (path.empty() ? "M" : "L") + at(x_of(point.at_s)) + ' ' + at(y_of(point.value));
  }
  if (!curve.points.empty()) {
    svg += "<path class=\"area a-" + curve.series + "\" d=\"" + path + 'L' +
           at(x_of(curve.points.back().at_s)) + ' ' + at(bottom) + 'L' +
           at(x_of(curve.points.front().at_s)) + ' ' + at(bottom) + "Z\"/>";
    svg += "<path class=\"curve c-" + curve.series + "\" d=\"" + path + "\"/>";
  }
  if (curve.mean > 0) svg += line_at(left, y_of(curve.mean), right, y_of(curve.mean), "mean");
  return svg + "</svg>";
}

std::string bars_svg(std::string_view title, const std::vector<Bar>& bars, double end_s) {
  const double right = width - value_room;
  const double bottom = 4 + bar_pitch * static_cast<double>(bars.size());
  const double span_s = end_s > 0 ? end_s : 1;
  const double scale = (right - bars_left) / span_s;
  std::string svg = opened(title, bottom + 26);
  svg += time_axis(bars_left, right, 0, bottom, 0, span_s, 7);
  double y = 4 + (bar_pitch - bar_height) / 2;
  for (const Bar& bar : bars) {
    svg += bar_label(bar, y);
    double x = bars_left + bar.begin_s * scale;
    for (const Segment& segment : bar.segments) {
      if (!(segment.seconds > 0)) continue;
      const double bar_width = segment.seconds * scale;
      svg += segment_rect(x, y, std::max(bar_width, 1.0), segment.series,
                          bar.label + ": " + segment.name + ' ' + duration_text(segment.seconds) +
                              (bar.tooltip.empty() ? "" : "; " + bar.tooltip));
      x += bar_width;
    }
    svg += text_at(std::max(x, bars_left + 1) + 8, y + 12, "value", bar.value);
    y += bar_pitch;
  }
  return svg + "</svg>";
}

std::string shares_svg(std::string_view title, const std::vector<Bar>& bars) {
  const double right = width - right_margin;
  constexpr double pitch = 40;
  constexpr double tall = 26;
  constexpr double narrowest_label = 46;
  std::string svg = opened(title, 4 + pitch * static_cast<double>(bars.size()));
  double y = 4;
  for (const Bar& bar : bars) {
    double total_s = 0;
    for (const Segment& segment : bar.segments) total_s += segment.seconds;
    svg += text_at(bars_left - 12, y + 11, "label end strong", bar.label);
    svg += text_at(bars_left - 12, y + 25, "label end", bar.value);
    double x = bars_left;
    for (const Segment& segment : bar.segments) {
      if (!(segment.seconds > 0) || !(total_s > 0)) continue;
      const double share = segment.seconds / total_s;
      const double part = share * (right - bars_left);
      svg += "<rect" + attribute("x", x) + attribute("y", y) + attribute("width", part) +
             attribute("height", tall) + " class=\"s-" + segment.series + "\"><title>" +
             html_escaped(bar.label + ": " + segment.name + ' ' + fixed_text(share * 100, 1) +
                          " %, " + duration_text(segment.seconds)) +
             "</title></rect>";
      if (part >= narrowest_label) {
        svg += text_at(x + part / 2, y + 17, "inside mid i-" + segment.series,
                       fixed_text(share * 100, 0) + " %");
      }
      x += part;
    }
    if (!(total_s > 0)) svg += text_at(bars_left, y + 17, "value", "no time booked");
    y += pitch;
  }
  return svg + "</svg>";
}

}  // namespace millrace
