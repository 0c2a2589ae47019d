#include <algorithm>
#include <cmath>
#include <exception>
#include <optional>
#include <utility>

#include "doxa/autograd/internal/gradcheck/derivatives.h"
#include "doxa/autograd/internal/gradcheck/kinks_nearby.h"

namespace doxa {
namespace {

constexpr int tied_directions = 32;

}  // namespace

// At a point where several inputs meet a kink together, as equal elements of a maximum do, each derivative
// may lie between its one-sided limits and their sum not. If Σ v_i y_i is convex, a subgradient g has
// F'(x; -d) ≤ -⟨g, d⟩ and ⟨g, d⟩ ≤ F'(x; d) in every direction d; the other way round if it is concave.
// (Of a function that is neither, as a network with units of both signs at 0, a limit of gradients near by
// need not.)
void DerivativeCheck::ties(const Tensor& v, Index output, std::span<const std::size_t> inputs,
                           std::span<const double> g, std::vector<GradientEntry>& entries) {
  bool along_each[] = {true, true};
  for (const GradientEntry& e : entries)
    if (e.verdict == Verdict::kink && e.output == output && e.index >= 0) {
      along_each[0] = along_each[0] && e.right > e.left;
      along_each[1] = along_each[1] && e.right < e.left;
    }
  if (!along_each[0] && !along_each[1]) return;
  const Bend bend = bends(f_, random_, {contracted(v), &v, terms(v)}, inputs)[0];
  const bool is_convex = along_each[0] && bend.convex();
  if (!is_convex && !(along_each[1] && bend.concave())) return;
  const auto look = [&](const Numbers& d) {
    double product = 0;
    for (const std::size_t j : inputs) product += g[j] * d[j];
    const LineFunction line = f_.contracted(f_.along(d), v);
    const std::vector<double> here = contracted(v);
    StepRange range = direction_steps(terms(v));
    range.largest = range.first;  // the kink is here, and longer steps would see other pieces
    const NumericalDerivative numeric = differentiate(line, here, {&product, 1}, range, resolution_limit)[0];
    GradientEntry e;
    e.input = "tied inputs";
    e.index = -1;
    e.output_shape = f_.output_shape();
    e.output = output;
    e.analytic = product;
    judge(e, numeric, around(here[0], std::abs(product), v));
    // `bends` overlooks kinks of the other sign that are smaller than this.
    const double unseen = 20 * radius_of_kinks * std::max(std::abs(e.left), std::abs(e.right));
    if (e.verdict == Verdict::fail && e.at_kink() && e.ratio() * e.error <= unseen) e.verdict = Verdict::kink;
    if (e.verdict == Verdict::fail || e.verdict == Verdict::kink) entries.push_back(std::move(e));
  };
  for (int k = 0; k < tied_directions; ++k) {
    Numbers d(f_.inputs());
    for (const std::size_t j : inputs) {
      d[j] = k < 2 ? 1 : random_.uniform() + 0.5;
      if (k == 0 ? g[j] < 0 : k > 2 && random_.uniform() < 0.5) d[j] = -d[j];  // at first uphill
    }
    look(d);
  }
  if (const std::optional<Numbers> d = separating(v, inputs, g, is_convex ? 1 : -1)) look(*d);
}

// A direction d in which ⟨g, d⟩ exceeds the slope F'(x; d) of a convex F, if there is one that is not too
// narrow; of a concave F for sign -1. The slope is the largest ⟨h, d⟩ of the gradients h near by, and is
// attained by that at x + t d. So where d does not separate g from that h, it is moved by g - h (the
// perceptron's rule, which ends if any d separates g from all). The tape's gradients near by only choose d:
// differences judge.
std::optional<std::vector<double>> DerivativeCheck::separating(const Tensor& v,
                                                               std::span<const std::size_t> inputs,
                                                               std::span<const double> g, double sign) {
  constexpr int most = 256;
  Numbers d(f_.inputs()), x(f_.inputs());
  for (std::size_t j = 0; j < x.size(); ++j) x[j] = f_.input(j);
  for (const std::size_t j : inputs) d[j] = random_.normal();
  for (int k = 0; k < most; ++k) {
    const double size = largest_magnitude(d);
    if (!(size > 0 && std::isfinite(size))) return std::nullopt;
    Numbers near = x;
    for (const std::size_t j : inputs) near[j] += radius_of_kinks * d[j] / size;
    Numbers h;
    try {
      f_.move_to(near);
      h = f_.gradient(v);
    } catch (const std::exception&) {
      // not defined there
    }
    f_.restore();
    if (h.empty()) return std::nullopt;
    double product = 0, terms = 0;
    for (const std::size_t j : inputs) {
      product += sign * (g[j] - h[j]) * d[j];
      terms += std::abs(g[j] * d[j]) + std::abs(h[j] * d[j]);
    }
    if (product > 1e-3 * terms) {
      for (double& d_j : d) d_j /= size;
      return d;
    }
    for (const std::size_t j : inputs) d[j] += sign * (g[j] - h[j]);
  }
  return std::nullopt;
}

}  // namespace doxa
