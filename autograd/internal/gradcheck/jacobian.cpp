#include <algorithm>
#include <cmath>
#include <iterator>
#include <limits>

#include "doxa/autograd/internal/gradcheck/derivatives.h"
#include "doxa/autograd/internal/gradcheck/kinks_nearby.h"

namespace doxa {

void DerivativeCheck::jacobian(GradientReport& report) {
  const std::size_t n = f_.inputs(), m = f_.outputs();
  std::vector<std::vector<double>> analytic, unstable(m);
  const Var y = f_.record();
  for (std::size_t i = 0; i < m; ++i) analytic.push_back(f_.gradient(y, unit(i)));
  std::vector<Tensor> cotangents;
  std::vector<std::vector<double>> products, unstable_products(2);
  for (int k = 0; m > 1 && k < 2; ++k) {
    cotangents.push_back(normal_noise(f_.output_shape(), random_));
    products.push_back(f_.gradient(y, cotangents.back()));
  }
  std::vector<Undecided> undecided(m);
  std::vector<std::vector<std::size_t>> kinks(m);
  KinksNearby nearby(f_, random_, {here_});
  std::vector<double> of_outputs(m);
  for (std::size_t j = 0; j < n; ++j) {
    for (std::size_t i = 0; i < m; ++i) of_outputs[i] = analytic[i][j];
    const LineFunction f = f_.along(j);
    const std::vector<NumericalDerivative> numeric =
        differentiate(f, here_, of_outputs, steps(f_.input(j)), resolution_limit);
    std::vector<GradientEntry> column;
    for (std::size_t i = 0; i < m; ++i) {
      GradientEntry e = f_.entry(j, analytic[i][j]);
      e.output = static_cast<Index>(i);
      const Tensor v = unit(i);
      Around around = this->around(here_[i], largest_magnitude(analytic[i]), v);
      around.instability = [&, i, j] {
        if (unstable[i].empty()) unstable[i] = instability(v, analytic[i]);
        return unstable[i][j];
      };
      judge(e, numeric[i], around);
      if (e.verdict == Verdict::fail && nearby.leave_open(e, i, j)) {
        e.verdict = Verdict::inconclusive;
        e.cause = several_kinks;
      }
      doubt_zero(e, numeric[i], v, j);
      undecided[i].add(e, numeric[i]);
      if (e.verdict == Verdict::kink) kinks[i].push_back(j);
      column.push_back(std::move(e));
    }
    // If a term fails, its sums would tell nothing more.
    if (std::ranges::none_of(column, [](const GradientEntry& e) { return e.verdict == Verdict::fail; }))
      for (std::size_t k = 0; k < cotangents.size(); ++k) {
        report.entries.push_back(product(j, products[k][j], cotangents[k], column, [&]() -> const Numbers& {
          if (unstable_products[k].empty()) unstable_products[k] = instability(cotangents[k], products[k]);
          return unstable_products[k];
        }));
        if (report.entries.back().verdict == Verdict::inconclusive)
          report.undecided = std::numeric_limits<double>::infinity();
      }
    std::ranges::move(column, std::back_inserter(report.entries));
  }
  for (std::size_t i = 0; i < m; ++i) {
    report.undecided = std::max(report.undecided, undecided[i].share(euclidean_norm(analytic[i])));
    if (kinks[i].size() > 1) ties(unit(i), static_cast<Index>(i), kinks[i], analytic[i], report.entries);
  }
}

// (vᵀJ)_j from one backward, beside the sum of what is known of its terms. The value of a term at a kink, and
// of one that is inconclusive, is that of the tape.
GradientEntry DerivativeCheck::product(std::size_t j, double analytic, const Tensor& v,
                                       std::span<const GradientEntry> column,
                                       const std::function<const Numbers&()>& unstable) const {
  GradientEntry e = f_.entry(j, analytic);
  double sizes = 0;
  for (const GradientEntry& term : column) {
    const double v_i = static_cast<double>(v[term.output]);
    e.numeric += v_i * (term.verdict == Verdict::pass ? term.numeric : term.analytic);
    if (const double error = std::max(term.error, std::abs(term.numeric - term.analytic));
        term.verdict != Verdict::kink && std::isfinite(error))
      e.error += std::abs(v_i) * error;
    sizes += std::abs(v_i * term.analytic);
  }
  // A rule may round numbers as large as y on the way, as softmax does.
  e.error += unit_roundoff * (std::sqrt(static_cast<double>(column.size())) * sizes + terms(v));
  e.left = e.right = e.numeric;
  const bool off = e.ratio() > ratio_limit &&
                   std::abs(e.analytic - e.numeric) > 0.1 * resolution_limit * sizes + denormal_limit;
  e.verdict = off ? Verdict::fail : Verdict::pass;
  if (off) {
    e.error += unstable()[j];
    if (e.ratio() <= ratio_limit) {
      e.verdict = Verdict::inconclusive;
      e.cause = "rounding the inputs changes the gradient of the tape more than that";
    }
  }
  return e;
}

}  // namespace doxa
