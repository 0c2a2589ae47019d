// Saturated functions: what is left of the derivative is far below the last digit of the value. Hochreiter
// 1991 (vanishing gradients); Blanchard, Higham & Higham, "Accurately computing the log-sum-exp and softmax
// functions", IMA J. Numer. Anal. 41, 2021.

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

#include "closed_form.h"
#include "families.h"

namespace doxa::trouble {
namespace {

long double sigmoid_slope(long double x) {
  const long double e = std::exp(-std::abs(x));
  return e / ((1 + e) * (1 + e));
}
long double tanh_slope(long double x) { return 4 * sigmoid_slope(2 * x); }

void softmax_of(std::span<const Real> x, std::span<long double> p) {
  const long double largest = static_cast<long double>(std::ranges::max(x));
  long double sum = 0;
  for (std::size_t i = 0; i < x.size(); ++i) sum += p[i] = std::exp(static_cast<long double>(x[i]) - largest);
  for (std::size_t i = 0; i < x.size(); ++i) p[i] /= sum;
}
void rounded_softmax(std::span<const Real> x, std::span<Real> y) {
  const Real largest = std::ranges::max(x);
  Real sum = 0;
  for (std::size_t i = 0; i < x.size(); ++i) sum += y[i] = std::exp(x[i] - largest);
  for (std::size_t i = 0; i < x.size(); ++i) y[i] /= sum;
}

// p_i (δ_ij - p_j).
const ClosedForm softmax_rows{4, rounded_softmax, [](auto x, auto j) {
                                std::array<long double, 4> p{};
                                softmax_of(x, p);
                                for (std::size_t a = 0; a < 4; ++a)
                                  for (std::size_t b = 0; b < 4; ++b) {
                                    long double others = 0;  // 1 - p_a without cancellation
                                    for (std::size_t c = 0; c < 4; ++c) others += c == a ? 0 : p[c];
                                    j[4 * a + b] = a == b ? p[a] * others : -p[a] * p[b];
                                  }
                              }};

// -log p_0 with p computed first: the loss of a classifier that is sure of the right class, or of a wrong
// one.
const ClosedForm cross_entropy_of_softmax{1,
                                          [](auto x, auto y) {
                                            std::array<Real, 4> p{};
                                            rounded_softmax(x, p);
                                            y[0] = -std::log(p[0]);
                                          },
                                          [](auto x, auto j) {
                                            std::array<long double, 4> p{};
                                            softmax_of(x, p);
                                            for (std::size_t i = 1; i < 4; ++i) j[0] -= j[i] = p[i];
                                          }};

Draw logits(double first, double deviation) {
  return [first, deviation](Philox& random) {
    Tensor x(Shape{4});
    for (Real& x_i : x.span()) x_i = static_cast<Real>(deviation * random.normal());
    x[0] += static_cast<Real>(first);
    return std::vector{x};
  };
}

Real sigmoid_of(Real x) { return 1 / (1 + std::exp(-x)); }

}  // namespace

void add_saturation(std::vector<Trouble>& to) {
  const std::string family = "saturation";
  to.push_back({family,
                "softmax, one logit 30 above",
                Kind::limited,
                "derivatives of 1e-13 beside a value of 1",
                logits(30, 2),
                closed_form(softmax_rows),
                {},
                true});
  to.push_back({family,
                "cross entropy, sure and right",
                Kind::limited,
                "1 - p is 1e-13, and p is rounded",
                logits(30, 2),
                closed_form(cross_entropy_of_softmax),
                {},
                true});
  to.push_back({family,
                "cross entropy, sure and wrong",
                Kind::limited,
                "a gradient of 1 and some of 1e-9",
                logits(-60, 3),
                closed_form(cross_entropy_of_softmax),
                {},
                true});
  to.push_back({family, "sigmoid at 12", Kind::limited, "derivatives of 6e-6", uniform(3, 11, 13),
                elementwise(sigmoid_of, sigmoid_slope)});
  to.push_back({family,
                "sigmoid at 33",
                Kind::limited,
                "derivatives of 4e-15",
                uniform(3, 31, 35),
                elementwise(sigmoid_of, sigmoid_slope),
                {},
                true});
  to.push_back({family, "sigmoid at -33", Kind::limited, "values of 4e-15, with all their digits",
                uniform(3, -35, -31), elementwise(sigmoid_of, sigmoid_slope)});
  to.push_back({family,
                "tanh at 17",
                Kind::limited,
                "derivatives of 7e-15",
                uniform(3, 16, 18),
                elementwise([](Real x) { return std::tanh(x); }, tanh_slope),
                {},
                true});
  to.push_back({family,
                "log(1 - sigmoid) at 20",
                Kind::limited,
                "1 - sigmoid has 7 digits",
                uniform(3, 18, 22),
                elementwise([](Real x) { return std::log(1 - sigmoid_of(x)); },
                            [](long double x) { return -1 / (1 + std::exp(-x)); }),
                {},
                true});
  to.push_back({family,
                "1 - erf at 4",
                Kind::limited,
                "values of 1e-8 with 8 digits",
                uniform(3, 3.5, 4.5),
                elementwise([](Real x) { return 1 - std::erf(x); },
                            [](long double x) {
                              return -2 * std::numbers::inv_sqrtpi_v<long double> * std::exp(-x * x);
                            }),
                {},
                true});
}

}  // namespace doxa::trouble
