// Ties: where the one-sided derivatives differ, the derivatives of all tied elements must still fit together:
// along every direction the slope must lie between the limits from both sides (Clarke, "Optimization and
// Nonsmooth Analysis", 1983; Kakade & Lee, "Provably correct automatic subdifferentiation", NeurIPS 2018).

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>

#include "closed_form.h"
#include "doxa/autograd/ops.h"
#include "families.h"

namespace doxa::trouble {
namespace {

// Normal numbers, of which `copies` become the k-th in order (0: the largest).
Draw tied(Index n, Index copies, Index k) {
  return [n, copies, k](Philox& random) {
    Tensor x = normal_noise({n}, random);
    std::sort(x.span().begin(), x.span().end(), std::greater<Real>());
    for (Index i = k; i < k + copies; ++i) x[i] = x[k];
    Tensor mixed(Shape{n});
    const std::vector<Index> order = random.permutation(n);
    for (Index i = 0; i < n; ++i) mixed[order[static_cast<std::size_t>(i)]] = x[i];
    return std::vector{mixed};
  };
}

// Normal numbers, each third of which is `value`.
Draw at_kink(Index n, Real value) {
  return [n, value](Philox& random) {
    Tensor x = normal_noise({n}, random);
    for (Index i = 0; i < n; i += 3) x[i] = value;
    return std::vector{x};
  };
}

template <int n>
Real median_of(std::span<const Real> x) {
  std::array<Real, n> sorted{};
  std::copy_n(x.begin(), n, sorted.begin());
  std::nth_element(sorted.begin(), sorted.begin() + n / 2, sorted.end());
  return sorted[n / 2];
}
template <int n, bool shared>
void median_jacobian(std::span<const Real> x, std::span<long double> j) {
  const Real median = median_of<n>(x);
  const auto ties = shared ? static_cast<long double>(std::ranges::count(x, median)) : 1.0L;
  for (std::size_t i = 0; i < x.size(); ++i) j[i] = x[i] == median ? 1 / ties : 0;
}
template <int n, bool shared>
const ClosedForm median{1, [](auto x, auto y) { y[0] = median_of<n>(x); }, median_jacobian<n, shared>};

void largest(std::span<const Real> x, std::span<Real> y) {
  y[0] = x[0];
  for (const Real x_i : x) y[0] = x_i > y[0] || std::isnan(x_i) ? x_i : y[0];
}
const ClosedForm every_largest{1, largest, [](auto x, auto j) {
                                 for (std::size_t i = 0; i < x.size(); ++i)
                                   j[i] = x[i] == std::ranges::max(x);
                               }};
const ClosedForm no_largest{1, largest, [](auto x, auto j) {
                              const Real top = std::ranges::max(x);
                              if (std::ranges::count(x, top) == 1)
                                for (std::size_t i = 0; i < x.size(); ++i) j[i] = x[i] == top;
                            }};

// x_1 ≥ x_2 ≥ …; two tied elements share each of their places equally. (Of three, the middle one has the
// slope median(d) along d, which is not linear in d, so that no gradient fits.)
template <bool shared>
const ClosedForm sorted{5,
                        [](auto x, auto y) {
                          std::copy(x.begin(), x.end(), y.begin());
                          std::sort(y.begin(), y.end(), std::greater<Real>());
                        },
                        [](auto x, auto j) {
                          std::array<Real, 5> y{};
                          std::copy_n(x.begin(), 5, y.begin());
                          std::sort(y.begin(), y.end(), std::greater<Real>());
                          for (std::size_t m = 0; m < 5; ++m)
                            for (std::size_t i = 0; i < 5; ++i)
                              if (x[i] == y[m])
                                j[5 * m + i] =
                                    shared ? 1 / static_cast<long double>(std::ranges::count(x, y[m])) : 1.0L;
                        }};

const ClosedForm norm_with_ones{1,
                                [](auto x, auto y) {
                                  Real squares = 0;
                                  for (const Real x_i : x) squares += x_i * x_i;
                                  y[0] = std::sqrt(squares);
                                },
                                [](auto, auto j) {
                                  for (long double& slope : j) slope = 1;
                                }};

// f(x) for scalars, with this derivative at the kink and the right one elsewhere.
template <int tenths>
TensorFunction relu_with_slope() {
  return elementwise([](Real x) { return x < 0 ? Real(0) : x; },
                     [](long double x) { return x == 0  ? tenths / 10.0L
                                                : x > 0 ? 1.0L
                                                        : 0.0L; });
}
template <int tenths>
TensorFunction abs_with_slope() {
  return elementwise([](Real x) { return std::abs(x); },
                     [](long double x) { return x == 0  ? tenths / 10.0L
                                                : x > 0 ? 1.0L
                                                        : -1.0L; });
}

}  // namespace

void add_ties(std::vector<Trouble>& to) {
  const std::string family = "ties", why = "the derivatives from both sides differ";
  const auto largest_op = [](Tape&, Inputs x) { return max(x[0]); };
  const Draw zeros = [](Philox&) { return std::vector{Tensor(Shape{3})}; };
  to.push_back({family,
                "largest of 5, two tied",
                Kind::kink,
                why,
                tied(5, 2, 0),
                largest_op,
                {{"full gradient to every tied element", closed_form(every_largest)},
                 {"none to tied elements", closed_form(no_largest)}}});
  to.push_back({family,
                "largest of 6, four tied",
                Kind::kink,
                why,
                tied(6, 4, 0),
                largest_op,
                {{"full gradient to every tied element", closed_form(every_largest)},
                 {"none to tied elements", closed_form(no_largest)}}});
  to.push_back({family,
                "median of 5, two tied",
                Kind::kink,
                why,
                tied(5, 2, 1),
                closed_form(median<5, true>),
                {{"full gradient to every tied element", closed_form(median<5, false>)}}});
  to.push_back({family,
                "sorted, two tied",
                Kind::kink,
                why,
                tied(5, 2, 1),
                closed_form(sorted<true>),
                {{"full gradient to every tied element", closed_form(sorted<false>)}}});
  to.push_back({family, "the larger of two equal vectors", Kind::kink, why,
                [](Philox& random) {
                  std::vector<Tensor> inputs{normal_noise({3}, random), normal_noise({3}, random)};
                  inputs[1][0] = inputs[0][0];
                  inputs[1][2] = inputs[0][2];
                  return inputs;
                },
                [](Tape&, Inputs x) { return maximum(x[0], x[1]); }});
  to.push_back({family,
                "norm at 0",
                Kind::kink,
                why,
                zeros,
                [](Tape&, Inputs x) { return norm(x[0]); },
                {{"ones at 0", closed_form(norm_with_ones)}}});
  to.push_back({family,
                "relu at 0",
                Kind::kink,
                why,
                at_kink(4, 0),
                [](Tape&, Inputs x) { return relu(x[0]); },
                {{"slope 1.5 at 0", relu_with_slope<15>()}, {"slope -0.5 at 0", relu_with_slope<-5>()}}});
  to.push_back({family,
                "absolute value at 0",
                Kind::kink,
                why,
                at_kink(4, 0),
                [](Tape&, Inputs x) { return abs(x[0]); },
                {{"slope 1.5 at 0", abs_with_slope<15>()}, {"slope -2 at 0", abs_with_slope<-20>()}}});
  to.push_back({family, "hinge loss at its corner", Kind::kink, why, at_kink(5, 1),
                [](Tape&, Inputs x) { return mean(relu(1 - x[0])); }});
}

}  // namespace doxa::trouble
