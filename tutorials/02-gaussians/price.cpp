#include "doxa/autograd/random.h"
#include "sections.h"
#include "support/sample_mean.h"

using namespace doxa;
using namespace doxa::support;

namespace {

constexpr double narrow_loc = 1, narrow_scale = 0.5;  // of q; p is N(0, 1)

double log_weight_of(double noise) {
  const double x = narrow_loc + narrow_scale * noise;
  return (noise * noise - x * x) / 2 + std::log(narrow_scale);
}

double plus_weight(double noise) {
  const double log_w = log_weight_of(noise);
  return std::expm1(log_w) - log_w;
}

// The deviation of (w − 1) − log w, were there no noise beyond ±reach.
double deviation_within(double reach, double kl) {
  double variance = 0;
  for (const double noise : spaced(-reach, reach, 0.125))
    variance += 0.125 * normal_density(noise, 0, 1) * std::pow(plus_weight(noise) - kl, 2);
  return std::sqrt(variance);
}

}  // namespace

// q = N(1, ½²) is so much narrower than p = N(0, 1) that E_q[w²] = ∞, (02.21).
void price(Chapter& chapter) {
  const Divergences exact(narrow_scale * narrow_scale, narrow_loc);
  std::cout << "\nq = N(1, ½²), p = N(0, 1), KL = " << significant(exact.kl, 4)
            << ". Here the weights have no variance. Four runs of 200,000 draws:\n\n";
  Table table({"run", "average −log w", {"deviation", 3}, "average (w − 1) − log w", {"deviation", 3}});
  const Index n = chapter.quick() ? 20'000 : 200'000;
  double worst = 0;
  for (std::uint64_t run = 0; run < 4; ++run) {
    Philox random(chapter.seed() + run, 5);
    const Tensor noise = normal_noise({n}, random);
    std::vector<double> plain, controlled;
    for (const Real e : noise.span()) {
      plain.push_back(-log_weight_of(double{e}));
      controlled.push_back(plus_weight(double{e}));
    }
    const MeanEstimate a = sample_mean(plain), b = sample_mean(controlled);
    const double root = std::sqrt(static_cast<double>(n));
    table.row({static_cast<int>(run) + 1, a.mean, a.standard_error * root, b.mean, b.standard_error * root});
    worst = worse(worst, std::abs(a.mean - exact.kl) / std::sqrt(exact.variance) * root);
  }
  chapter.print("price", table);
  std::cout << "\nThe same deviation as a sum over nodes of the noise, which end somewhere:\n\n";
  Table sums({"nodes up to ε =", {"deviation of (w − 1) − log w", 3}});
  double least_growth = std::numeric_limits<double>::infinity(), last = 0;
  for (const double reach : {6.0, 9.0, 12.0, 15.0}) {
    const double deviation = deviation_within(reach, exact.kl);
    sums.row({significant(reach, 2), deviation});
    if (last > 0) least_growth = std::min(least_growth, deviation / last);
    last = deviation;
  }
  sums.row({"∞, (02.21)", std::sqrt(exact.controlled(1))});
  chapter.print("reach", sums);
  chapter.claims.at_most(
      "−log w estimates KL of a narrow q as (02.18) says (worst of four, in standard errors)", worst, 4, 0,
      "four standard errors");
  chapter.claims.equal("(02.21) for r ≤ ½ the deviation of (w − 1) − log w is infinite",
                       std::sqrt(exact.controlled(1)), std::numeric_limits<double>::infinity(), 0,
                       "∫ p²/q dx diverges");
  chapter.claims.at_least(
      "so a sum over nodes grows with every node (least growth from 6 to 9, 12 and 15)", least_growth, 500, 0,
      "w² times the density of ε is about exp(ε²/4 − ε): from −6 to −9 it grows by e^14, and its "
      "root by e^7; later by more");
}
