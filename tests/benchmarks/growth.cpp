#include <cmath>
#include <stdexcept>
#include <system_error>

#include "doxa/models/files/file.h"
#include "measurements.h"
#include "support/figure.h"
#include "support/table.h"
#include "support/text.h"
#include "training_step.h"
#include "training_steps/filter.h"

namespace doxa::benchmarks {
namespace {

struct Curve {
  std::string what;           // which size grows
  std::vector<Index> values;  // through these
  Filter::Sizes smallest;
  Index Filter::Sizes::*size;
  std::string expected;
  std::vector<double> x = {}, microseconds = {}, bytes = {};
};

void measure(Curve& curve, double seconds, Rows& rows) {
  for (const Index value : curve.values) {
    Filter::Sizes sizes = curve.smallest;
    sizes.*curve.size = value;
    const TrainingStep step = taped_step<Filter>(sizes);
    curve.x.push_back(static_cast<double>(value));
    curve.microseconds.push_back(median_microseconds(step.run, seconds));
    curve.bytes.push_back(static_cast<double>(step.bytes()));
    rows.add("doxa-growth", curve.what, 1,
             {{"T", sizes.T},
              {"B", sizes.B},
              {"H", sizes.H},
              {"microseconds", curve.microseconds.back(), 1},
              {"records", step.records()},
              {"bytes", step.bytes()}});
  }
}

// Least squares of log y on log x over the upper half of the points: what is constant in y has faded there.
double slope(const std::vector<double>& x, const std::vector<double>& y) {
  const std::size_t first = x.size() / 2;
  const double n = static_cast<double>(x.size() - first);
  double sx = 0, sy = 0, sxx = 0, sxy = 0;
  for (std::size_t i = first; i < x.size(); ++i) {
    const double u = std::log(x[i]), v = std::log(y[i]);
    sx += u, sy += v, sxx += u * u, sxy += u * v;
  }
  return (n * sxy - sx * sy) / (n * sxx - sx * sx);
}

support::Figure draw(const std::vector<Curve>& curves) {
  support::Figure figure("Time and memory of one training step against its sizes", 2);
  support::Axes &time = figure.axes(), &memory = figure.axes();
  for (support::Axes* axes : {&time, &memory}) {
    axes->x_label = "T, B or H";
    axes->x_scale = axes->y_scale = support::Scale::log;
  }
  time.y_label = "time / µs";
  memory.y_label = "tape / bytes";
  for (const Curve& c : curves) {
    const auto style = [&](const std::vector<double>& y) {
      return support::Style{.label = c.what + ", slope " + support::decimal(slope(c.x, y), 2),
                            .marker = support::Marker::circle};
    };
    time.line(c.x, c.microseconds, style(c.microseconds));
    memory.line(c.x, c.bytes, style(c.bytes));
  }
  return figure;
}

}  // namespace

void measure_growth(const std::filesystem::path& directory, double seconds, Rows& rows, std::ostream& out) {
  std::error_code failed;
  std::filesystem::create_directories(directory, failed);
  if (failed) throw std::runtime_error("cannot create " + directory.string() + ": " + failed.message());
  const std::filesystem::path figure = directory / "growth.svg";
  require_writable(figure);  // now, rather than after all is measured
  const Filter::Sizes small{.B = 16, .T = 16, .A = 3, .O = 2, .H = 32, .L = 4};
  const std::vector<Index> up_to_4096{16, 32, 64, 128, 256, 512, 1024, 2048, 4096};
  std::vector<Curve> curves{
      {"T", up_to_4096, small, &Filter::Sizes::T, "1"},
      {"B", up_to_4096, small, &Filter::Sizes::B, "1"},
      {"H", {16, 32, 64, 128, 256, 512, 1024, 2048}, small, &Filter::Sizes::H, "1"},
  };
  support::Table table({"size", "from", "to", {"slope of time", 3}, {"slope of bytes", 3}, "expected"});
  for (Curve& c : curves) {
    measure(c, seconds, rows);
    table.row({c.what, c.values.front(), c.values.back(), slope(c.x, c.microseconds), slope(c.x, c.bytes),
               c.expected});
  }
  write_file_atomically(figure, draw(curves).svg());
  out << "\nlog-log slopes over the upper half of each range, from T = B = 16, H = 32:\n"
      << table << std::flush;
}

}  // namespace doxa::benchmarks
