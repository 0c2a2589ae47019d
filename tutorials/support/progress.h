#pragma once

#include <concepts>
#include <cstddef>
#include <functional>
#include <iosfwd>
#include <string>
#include <string_view>

namespace doxa::support {

// Where progress is shown. The program's standard output by default; tests bring their own clock and width.
struct ProgressScreen {
  std::ostream* out;
  std::function<int()> columns;     // width of the terminal, 0 when there is none
  std::function<double()> seconds;  // a clock that never goes back

  static ProgressScreen standard_output();
};

// Progress of a loop of known length.
//
// On a terminal: a bar that appears once the loop has taken a second, is redrawn ten times a second at most,
// and leaves one closing line behind when the loop is complete or nothing when it is left early. Elsewhere:
// ten plain lines at most, with nothing in them that depends on time, so that two runs print the same.
//
//   Progress progress("training", steps);
//   for (...) progress.step([&] { return "loss " + significant(loss); });
class Progress {
 public:
  Progress(std::string label, std::size_t total, ProgressScreen screen = ProgressScreen::standard_output());
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  // One more step is done. `status` is called only when something is about to be shown.
  template <std::invocable Status>
  void step(Status status) {
    ++done_;
    if (due()) show(status());
  }
  void step(std::string_view status = {}) {
    step([status] { return std::string(status); });
  }
  // Writes whole lines of the loop's own, above the bar if one stands there.
  void print(std::string_view lines);

 private:
  bool due();
  void show(const std::string& status);
  void erase();

  std::string label_;
  std::size_t total_;
  ProgressScreen screen_;
  std::size_t done_ = 0;
  bool on_terminal_;
  bool drawn_ = false;  // a bar stands on the current line
  std::string bar_;     // that bar
  double start_ = 0;
  double next_draw_ = 0;
};

// The bar as one line of at most `columns` columns; parts that do not fit are left out, the label last.
std::string progress_bar(std::string_view label, std::size_t done, std::size_t total, double elapsed,
                         std::string_view status, int columns);

}  // namespace doxa::support
