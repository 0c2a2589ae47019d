#include "doxa/autograd/internal/gradcheck/numerical_derivative.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace doxa {
namespace {

constexpr std::size_t rows = 12;
constexpr double shrink = 1.4;
constexpr double between_starts = 30;

// Quotients of shrinking steps, extrapolated to step 0. The powers of h in their error are the multiples of
// `order`. The error of an entry is the largest of its distances to three others: the two from which it is
// computed, and the entry above it, which is of the same order. The third is needed because the first two
// both vanish where the error of the column before happens to change sign.
class Tableau {
 public:
  explicit Tableau(double order) : factor_(std::pow(shrink, order)) {}

  // True if this row has the best entry so far.
  bool add(double quotient, double rounding) {
    const double before = error_;
    std::array<double, rows> a{}, r{};
    a[0] = quotient;
    r[0] = rounding;
    double factor = 1;
    for (std::size_t j = 1; j <= row_; ++j) {
      factor *= factor_;
      a[j] = (a[j - 1] * factor - above_[j - 1]) / (factor - 1);
      r[j] = (r[j - 1] * factor + rounding_[j - 1]) / (factor - 1);
      if (j == row_) continue;
      const double error = std::max(
          {std::abs(a[j] - a[j - 1]), std::abs(a[j] - above_[j - 1]), std::abs(a[j] - above_[j]), r[j]});
      if (error < error_) {
        error_ = error;
        error_of_rounding_ = r[j];
        value_ = a[j];
      }
    }
    above_ = a;
    rounding_ = r;
    ++row_;
    return error_ < before;
  }
  double value() const { return value_; }
  double error() const { return error_; }
  // Does the error come from rounding, not from truncation?
  bool rounded() const { return error_ <= 30 * error_of_rounding_; }

 private:
  double factor_;
  std::array<double, rows> above_{}, rounding_{};  // the last row
  std::size_t row_ = 0;
  double value_ = 0, error_ = std::numeric_limits<double>::infinity(), error_of_rounding_ = 0;
};

// All quotients of one component, for steps that shrink from one first step.
class Sides {
 public:
  void add(double low, double here, double high, double down, double up, double noise) {
    if (!std::isfinite(low) || !std::isfinite(high)) {
      *this = {};  // start again: F may be defined at smaller steps
      return;
    }
    const auto rounding = [&](double a, double b, double width) {
      return 2 * std::max({noise, unit_roundoff * std::abs(a), unit_roundoff * std::abs(b)}) / width;
    };
    const double slope = std::max(std::abs(high - here), std::abs(here - low)) / std::min(up, down);
    if (central_.add((high - low) / (up + down), rounding(low, high, up + down))) central_slope_ = slope;
    if (right_.add((high - here) / up, rounding(here, high, up))) side_slope_ = slope;
    left_.add((here - low) / down, rounding(here, low, down));
  }

  // The limits of both sides are known, and differ by more than a check can resolve. (At a jump the quotients
  // have no limit. The error of the extrapolation is then a few per cent of its value, so it does not count.)
  bool kink() const {
    return gap() > 10 * side_error() && gap() > std::pow(unit_roundoff, 0.4) * slope() &&
           side_error() <= 0.01 * slope();
  }
  // The limits agree, and are known well enough that a kink would have been seen: to a hundredth of the
  // derivative, or as well as rounding allows, which affects them more than the central quotients.
  bool smooth() const {
    return gap() <= 10 * side_error() && side_error() <= std::max(0.01 * slope(), 1000 * central_.error());
  }
  bool rounded() const { return central_.rounded(); }
  double side_error() const { return right_.error() + left_.error(); }
  double left() const { return left_.value(); }
  double right() const { return right_.value(); }
  // Updates the derivative of a smooth F. The one-sided quotients converge more slowly than the central ones,
  // but they converge where F'' jumps, too.
  void improve(NumericalDerivative& d) const {
    if (central_.error() < d.error) {
      d.value = central_.value();
      d.error = central_.error();
      d.slope = central_slope_;
    }
    if (const double error = gap() + side_error(); error < d.error) {
      d.value = (left() + right()) / 2;
      d.error = error;
      d.slope = side_slope_;
    }
  }

 private:
  double gap() const { return std::abs(right() - left()); }
  double slope() const { return std::max(std::abs(right()), std::abs(left())); }

  Tableau central_{2}, left_{1}, right_{1};
  double central_slope_ = 0, side_slope_ = 0;
};

}  // namespace

std::vector<NumericalDerivative> differentiate(const LineFunction& f, std::span<const double> here,
                                               std::span<const double> noise, double first_step,
                                               double last_step) {
  const std::size_t m = here.size();
  std::vector<NumericalDerivative> derivatives(m);
  std::vector<double> high(m), low(m);
  std::vector<std::size_t> open(m);
  for (std::size_t i = 0; i < m; ++i) open[i] = i;

  std::vector<Sides> sides;
  for (double start = first_step; start > last_step && !open.empty(); start /= between_starts) {
    sides.assign(open.size(), {});
    double h = start;
    for (std::size_t row = 0; row < rows; ++row, h /= shrink) {
      const double up = f(h, high), down = -f(-h, low);
      if (!(up > 0 && down > 0)) break;  // the step is smaller than the spacing of numbers at the inputs
      for (std::size_t k = 0; k < open.size(); ++k)
        sides[k].add(low[open[k]], here[open[k]], high[open[k]], down, up, noise[open[k]]);
    }
    std::size_t left_open = 0;
    for (std::size_t k = 0; k < open.size(); ++k) {
      const Sides& s = sides[k];
      NumericalDerivative& d = derivatives[open[k]];
      const double before = d.error;
      if (s.smooth()) {
        s.improve(d);
      } else if (s.kink() && s.side_error() < d.side_error) {
        d.kink = true;
        d.left = s.left();
        d.right = s.right();
        d.side_error = s.side_error();
      }
      // Smaller steps help until rounding takes over.
      const bool settled = d.error <= std::pow(unit_roundoff, 2.0 / 3) * std::abs(d.value) ||
                           (s.smooth() && s.rounded() && d.error == before);
      if (!settled) open[left_open++] = open[k];
    }
    open.resize(left_open);
  }
  return derivatives;
}

std::vector<double> rounding_noise(const LineFunction& f, std::span<const double> here) {
  constexpr std::size_t points = 12;
  const std::size_t m = here.size();
  std::vector<double> noise(m);
  for (std::size_t i = 0; i < m; ++i) noise[i] = unit_roundoff * std::abs(here[i]);
  std::vector<double> y(points * m);
  // Where F is coarser than the spacing of the points, as (x + 1e8) - 1e8 is, neighbours are equal and tell
  // nothing. The points are then spread further apart. The factor is less than their number, so that no
  // spacing at which some neighbours are equal and some not is skipped.
  std::vector<char> done(m, false);
  for (double spacing = 64 * unit_roundoff; spacing < 0.01; spacing *= 8) {
    for (std::size_t k = 0; k < points; ++k)
      f(spacing * static_cast<double>(k), std::span(y).subspan(k * m, m));
    bool all_done = true;
    for (std::size_t i = 0; i < m; ++i) {
      if (done[i]) continue;
      const auto at = [&](std::size_t k) { return y[k * m + i]; };
      std::size_t equal = 0;
      for (std::size_t k = 0; k + 1 < points; ++k) equal += at(k) == at(k + 1);
      double squares = 0;
      for (std::size_t k = 0; k + 3 < points; ++k) {
        const double third = at(k + 3) - 3 * at(k + 2) + 3 * at(k + 1) - at(k);
        squares += third * third;
      }
      const double rms = std::sqrt(squares / (points - 3) / 20);
      if (std::isfinite(rms)) noise[i] = std::max(noise[i], rms);
      done[i] = 2 * equal < points;
      all_done = all_done && done[i];
    }
    if (all_done) break;
  }
  return noise;
}

}  // namespace doxa
