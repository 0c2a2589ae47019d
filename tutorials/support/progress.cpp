#include "support/progress.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdlib>
#include <iostream>
#include <limits>

#include "support/text.h"

namespace doxa::support {
namespace {

constexpr double quiet_seconds = 1;
constexpr double redraw_seconds = 0.1;
constexpr std::size_t plain_lines = 10;

int terminal_columns() {
  const char* terminal = std::getenv("TERM");
  const char* no_color = std::getenv("NO_COLOR");
  const bool dumb = terminal == nullptr || std::string_view(terminal) == "dumb";
  if (dumb || (no_color != nullptr && *no_color != '\0') || ::isatty(STDOUT_FILENO) == 0) return 0;
  winsize size{};
  const bool known = ::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0;
  return known ? size.ws_col : 80;
}

// "7.3 s", "2:05", "1:02:05".
std::string duration(double seconds) {
  if (seconds < 10) return decimal(seconds, 1) + " s";
  if (seconds < 60) return decimal(seconds, 0) + " s";
  const auto total = static_cast<long long>(std::min(seconds, 1e9));
  const auto two = [](long long n) { return (n < 10 ? "0" : "") + std::to_string(n); };
  const std::string tail = two(total % 60);
  if (total < 3600) return std::to_string(total / 60) + ":" + tail;
  return std::to_string(total / 3600) + ":" + two(total / 60 % 60) + ":" + tail;
}

std::string counter(std::size_t done, std::size_t total) {
  const std::string of = std::to_string(total);
  std::string n = std::to_string(done);
  if (n.size() < of.size()) n.insert(0, of.size() - n.size(), ' ');
  return n + "/" + of;
}

std::string bar(std::size_t width, double fraction) {
  constexpr const char* eighths[] = {"", "▏", "▎", "▍", "▌", "▋", "▊", "▉"};
  const auto filled = static_cast<std::size_t>(std::lround(8.0 * static_cast<double>(width) * fraction));
  std::string text;
  for (std::size_t i = 0; i < filled / 8; ++i) text += "█";
  text += eighths[filled % 8];
  for (std::size_t i = (filled + 7) / 8; i < width; ++i) text += "·";
  return text;
}

}  // namespace

ProgressScreen ProgressScreen::standard_output() {
  const auto now = [] {
    return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
  };
  return {&std::cout, terminal_columns, now};
}

std::string progress_bar(std::string_view label, std::size_t done, std::size_t total, double elapsed,
                         std::string_view status, int width) {
  if (width <= 1) return {};
  const double fraction =
      total == 0 ? 1 : std::min(1.0, static_cast<double>(done) / static_cast<double>(total));
  const std::string count = counter(done, total);
  std::string times = duration(elapsed);
  if (fraction > 0 && fraction < 1) times += ", " + duration(elapsed / fraction * (1 - fraction)) + " left";

  // One column stays free: writing into the last one makes some terminals wrap. Of what does not fit,
  // the bar goes first.
  const auto room = static_cast<std::size_t>(width - 1);
  std::string line(fitting(label, room));
  const auto append = [&](const std::string& part) {
    const bool fits = columns(line) + 2 + columns(part) <= room;
    if (fits) line += "  " + part;
    return fits;
  };
  const std::size_t others = columns(count) + columns(status) + columns(times) + (status.empty() ? 6u : 8u);
  const std::size_t left = room > columns(line) + others ? room - columns(line) - others : 0;
  if (left >= 6) append(bar(std::min<std::size_t>(left, 30), fraction));
  append(count);
  if (!status.empty()) append(std::string(status));
  append(times);
  return line;
}

Progress::Progress(std::string label, std::size_t total, ProgressScreen screen)
    : label_(std::move(label)), total_(total), screen_(std::move(screen)) {
  on_terminal_ = screen_.columns() > 0;
  if (!on_terminal_) return;
  start_ = screen_.seconds();
  next_draw_ = start_ + quiet_seconds;
}

Progress::~Progress() {
  try {
    if (drawn_ && done_ < total_) erase();
  } catch (...) {  // a stream set to throw must not end the program from here
  }
}

bool Progress::due() {
  if (done_ > total_) return false;
  if (on_terminal_) return drawn_ && done_ == total_ ? true : screen_.seconds() >= next_draw_;
  // Of ten equal parts of the loop, the last step of each.
  const std::size_t parts = std::min(total_, plain_lines);
  const auto part = [&](std::size_t step) { return step / total_ * parts + step % total_ * parts / total_; };
  return part(done_) != part(done_ - 1);
}

void Progress::show(const std::string& status) {
  std::ostream& out = *screen_.out;
  if (!on_terminal_) {
    out << label_ << "  " << counter(done_, total_) << (status.empty() ? "" : "  ") << status << std::endl;
    return;
  }
  const double now = screen_.seconds();
  next_draw_ = now + redraw_seconds;
  bar_ = progress_bar(label_, done_, total_, now - start_, status, screen_.columns());
  out << '\r' << bar_ << "\x1b[K";
  drawn_ = done_ < total_;
  if (!drawn_) out << '\n';
  out.flush();
}

void Progress::print(std::string_view lines) {
  std::string text(lines);
  if (drawn_) text = "\r\x1b[K" + text + bar_;
  *screen_.out << text << std::flush;  // in one go, so that the bar does not flicker
}

void Progress::erase() {
  *screen_.out << "\r\x1b[K" << std::flush;
  drawn_ = false;
}

}  // namespace doxa::support
