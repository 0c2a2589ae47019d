#include <cmath>
#include <utility>

#include "doxa/autograd/internal/gradcheck/derivatives.h"

namespace doxa {

// At a point where several inputs meet a kink together, as equal elements of a maximum do, each derivative
// may lie between its one-sided limits and their sum not. If Σ v_i y_i is convex along each of the inputs (or
// concave along each), a subgradient g has F'(x; -d) ≤ -⟨g, d⟩ and ⟨g, d⟩ ≤ F'(x; d) in every direction d.
void DerivativeCheck::ties(const Tensor& v, Index output, std::span<const std::size_t> inputs,
                           std::span<const double> g, bool all_seen, std::vector<GradientEntry>& entries) {
  bool convex = true, concave = true;
  for (const GradientEntry& e : entries)
    if (e.verdict == Verdict::kink && e.output == output && e.index >= 0) {
      convex = convex && e.right > e.left;
      concave = concave && e.right < e.left;
    }
  if (!convex && !concave) return;
  for (int k = 0; k < 4; ++k) {
    std::vector<double> d(f_.inputs());
    double product = 0;
    for (const std::size_t j : inputs) {
      d[j] = k == 0 ? 1 : random_.uniform() + 0.5;
      if (k > 1 && random_.uniform() < 0.5) d[j] = -d[j];
      product += g[j] * d[j];
    }
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
    if (e.verdict == Verdict::fail && !all_seen) {
      e.verdict = Verdict::inconclusive;
      e.cause = "several kinks meet here";
      entries.push_back(std::move(e));
      return;
    }
    if (e.verdict == Verdict::fail || e.verdict == Verdict::kink) entries.push_back(std::move(e));
  }
}

}  // namespace doxa
