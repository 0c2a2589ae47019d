// The gradient of a sum is the sum of the gradients, whatever else is on the tape.

#include <algorithm>
#include <cmath>
#include <limits>

#include "doxa/autograd/internal/gradcheck/floating_point_flags.h"
#include "doxa/autograd/internal/gradcheck/properties.h"
#include "doxa/autograd/ops.h"

namespace doxa {
namespace {

Var dot(Var x, const Tensor& weights) { return sum(x * x.tape().constant(weights)); }

}  // namespace

// Each input is used once more, before f is recorded or after it. Backward runs the other way round: f's
// rules find their inputs' adjoints fresh, or with something in them that they must not overwrite.
void Properties::another_use(bool before) {
  std::vector<Tensor> weights;  // of the size of the gradient, so that rounding hides neither of the two
  for (std::size_t l = 0; l < f_.leaves().size(); ++l) {
    double largest = 0;
    for (std::size_t j = f_.first(l); j < f_.first(l + 1); ++j)
      if (std::isfinite(of_v_[j])) largest = std::max(largest, std::abs(of_v_[j]));
    Tensor& weight = weights.emplace_back(f_.leaves()[l].value->shape());
    for (Index i = 0; i < weight.size(); ++i) {
      const double g = std::abs(of_v_[f_.first(l) + static_cast<std::size_t>(i)]);
      const double size = g > 0 && std::isfinite(g) ? g : largest > 0 ? largest : 1;
      weight[i] = static_cast<Real>(size * (1 + random_.uniform()) / 4);
    }
  }
  Tape& tape = f_.cleared_tape();
  const auto use = [&] {
    Var total = tape.constant(0);
    for (std::size_t l = 0; l < weights.size(); ++l)
      total = total + dot(tape.leaf(*f_.leaves()[l].value, *f_.leaves()[l].gradient), weights[l]);
    return total;
  };
  Var other;
  if (before) other = use();
  const Tape::Mark mark = tape.mark();
  const Var y = f_.record_on(tape);
  if (!tape.holds(mark)) return;  // a function that clears the tape can be used once only
  if (!before) other = use();
  expect_sum(std::string("beside another use of the inputs, recorded ") + (before ? "before" : "after") +
                 " this one, the gradient is not the sum of both",
             dot(y, v_), other);
}

void Properties::two_uses() {
  Tape& tape = f_.cleared_tape();
  const Var y = f_.record_on(tape);
  const Tape::Mark mark = tape.mark();
  const Var again = f_.record_on(tape);
  if (!tape.holds(mark)) return;
  report("recorded twice on a tape, the first has another gradient",
         beyond_rounding(f_.gradient(y, v_), of_v_, rounding_));
  report("recorded twice on a tape, the second has another gradient",
         beyond_rounding(f_.gradient(again, v_), of_v_, rounding_));
  expect_sum("recorded twice on a tape, the gradient of the sum is not the sum of the gradients", dot(y, v_),
             dot(again, w_));
}

// ∇(p + s q) = ∇p + s ∇q. Large terms that cancel in ∇p may take the digits of ∇q with them, so that a larger
// s is tried, too; where that overflows, p/s + q.
void Properties::expect_sum(const std::string& what, Var p, Var q) {
  constexpr int most = std::numeric_limits<Real>::digits - 13;  // rounding does not hide ∇p beside s ∇q
  const Tensor one(Shape{}, 1);
  const Numbers of_p = f_.gradient(p, one), of_q = f_.gradient(q, one);
  std::optional<std::string> first;
  for (const int power : {0, most / 2, most}) {
    const auto off = [&](double of_first, double of_second, bool& out_of_range) {
      const Var total = static_cast<Real>(of_first) * p + static_cast<Real>(of_second) * q;
      const FloatingPointFlags flags;
      const Numbers gradient = f_.gradient(total, one);
      Numbers expected = of_p, rounding = rounding_;
      for (std::size_t j = 0; j < expected.size(); ++j)
        expected[j] = of_first * of_p[j] + of_second * of_q[j];
      std::optional<std::string> where = beyond_rounding(gradient, expected, rounding);
      if (where) {
        measure_rounding(total, one, gradient, rounding);
        where = beyond_rounding(gradient, expected, rounding);
      }
      out_of_range = flags.overflow() || (of_first < 1 && flags.underflow());
      for (std::size_t j = 0; j < expected.size(); ++j)
        out_of_range |= !std::isfinite(expected[j]) && std::isfinite(of_p[j]) && std::isfinite(of_q[j]);
      return where;
    };
    bool out_of_range = false;
    const double s = std::ldexp(1.0, power);
    std::optional<std::string> where = off(1, s, out_of_range);
    if (out_of_range) where = off(1 / s, 1, out_of_range);
    if (!where || out_of_range) return;
    if (!first) first = where;
  }
  report(what, first);
}

}  // namespace doxa
