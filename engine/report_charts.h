#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace millrace {

// Pictures of the HTML report. Each function returns one <svg> element as text, drawn in CSS
// classes of the page: `s-<name>` fills a series, `axis`, `grid`, `label`, `value` style the rest.
// All texts are escaped here: callers pass them as they are.

struct CurvePoint {
  double at_s = 0;
  double value = 0;
};

/// A rate over the time of the run, as a filled line with its mean.
struct Curve {
  std::string title;   // for screen readers
  std::string series;  // CSS class suffix
  bool bytes = false;  // axis in B, kB, MB ... instead of counts
  std::vector<CurvePoint> points;
  double begin_s = 0;  // of the axis
  double end_s = 0;
  double mean = 0;
};
std::string curve_svg(const Curve& curve);

struct Segment {
  std::string series;
  std::string name;  // for the tooltip
  double seconds = 0;
};

/// One horizontal bar, of segments that follow each other from `begin_s` on.
struct Bar {
  std::string label;
  std::string tooltip;  // after the label; may be empty
  std::string value;    // written behind the bar
  double begin_s = 0;
  std::vector<Segment> segments;
};

/// Bars below each other over one axis of seconds from 0 to `end_s`.
std::string bars_svg(std::string_view title, const std::vector<Bar>& bars, double end_s);

/// As bars_svg, but each bar fills the width: what matters are the parts of the whole.
std::string shares_svg(std::string_view title, const std::vector<Bar>& bars);

/// Steps of an axis from 0 to at least `end`: 1, 2 or 5 times a power of ten.
double axis_step(double end, unsigned most_steps);
/// Steps of a time axis, in seconds: also 15, 30, 60, 300, ... as a clock counts.
double time_axis_step(double span_s, unsigned most_steps);

}  // namespace millrace
