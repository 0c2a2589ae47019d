#include <array>

#include "sections.h"

using namespace doxa;
using namespace doxa::support;

namespace {

// σ E_q[∂ log p] and −σ² E_q[∂² log p], with the derivatives of log p written out.
struct Stationarity {
  double slope, curvature;
};

Stationarity stationarity(Fit q, const Mixture& p) {
  const NormalNodes noise = normal_nodes(1.0 / 64);
  Stationarity s{0, 0};
  for (std::size_t i = 0; i < noise.weight.size(); ++i) {
    const double z = q.loc + q.scale * double{noise.at[static_cast<Index>(i)]};
    std::array<double, 2> density{}, slope{};
    for (std::size_t k = 0; k < 2; ++k) {
      const double e = (z - p.loc[k]) / p.scale[k];
      density[k] = std::log(p.weight[k] / p.scale[k]) - e * e / 2;
      slope[k] = -e / p.scale[k];
    }
    const double share = 1 / (1 + std::exp(density[1] - density[0]));  // of the first mode
    const double first = share * slope[0] + (1 - share) * slope[1];
    const double apart = slope[0] - slope[1];
    const double second = -share / (p.scale[0] * p.scale[0]) - (1 - share) / (p.scale[1] * p.scale[1]) +
                          share * (1 - share) * apart * apart;
    s.slope += noise.weight[i] * q.scale * first;
    s.curvature -= noise.weight[i] * q.scale * q.scale * second;
  }
  return s;
}

const std::string why_of_steps =
    "the steps stop below 64u, and sums of up to 1200 terms are rounded 1200 times";

void claim_moments(Chapter& chapter, const Mixture& p, const Nodes& line,
                   const Minimum& forward) {  // (02.22)
  Tape tape;
  double entropy_of_p = 0;
  for (const Real l : log_prob(p, tape.constant(line.at)).value())
    entropy_of_p -= line.step * std::exp(double{l}) * double{l};
  const double entropy_of_q =
      entropy(Normal{tape.constant(0), tape.constant(static_cast<Real>(stddev(p)))}).item();
  chapter.claims.equal("the normal nearest to the mixture in KL(p‖q) has its mean", forward.fit.loc, mean(p),
                       2048 * u, why_of_steps);
  chapter.claims.equal("and its standard deviation", forward.fit.scale, stddev(p), 2048 * u, why_of_steps);
  chapter.claims.equal("and is H(q) − H(p) away", forward.kl, entropy_of_q - entropy_of_p, 2048 * u,
                       why_of_steps);
}

}  // namespace

void asymmetry(Chapter& chapter) {
  const Mixture& p = two_modes;
  constexpr double rate = 0.5;
  // log p branches where p vanishes, at |Im x| = π σ²/4 = 0.44: for σ_q < 2 the rule errs by less than e^-80.
  const NormalNodes noise = normal_nodes(1.0 / 64);
  const Nodes line = nodes(0, 12, 1.0 / 32);
  const auto to_p = [&](const Normal& q) { return reverse_kl(q, p, noise); };
  const auto from_p = [&](const Normal& q) { return forward_kl(q, p, line); };
  const auto at = [&](Fit fit, auto divergence) {
    Tape tape;
    return double{divergence(Normal{tape.constant(static_cast<Real>(fit.loc)),
                                    tape.constant(static_cast<Real>(fit.scale))})
                      .item()};
  };

  const auto part = [&](std::size_t k) {
    return to_text(p.weight[k]) + " N(" + to_text(p.loc[k]) + ", " + to_text(p.scale[k]) + "²)";
  };
  std::cout << "\nOne normal q for p = " << part(0) << " + " << part(1) << ", by natural gradient steps:\n\n";
  Table table({"minimised", "from (μ, σ)", "steps", {"μ", 6}, {"σ", 6}, {"KL(q‖p)", 5}, {"KL(p‖q)", 5}});
  const auto row = [&](const char* what, Fit from, const Minimum& m) {
    table.row({what, "(" + to_text(from.loc) + ", " + to_text(from.scale) + ")", m.steps, m.fit.loc,
               m.fit.scale, at(m.fit, to_p), at(m.fit, from_p)});
  };
  std::vector<Fit> reverse;
  double worst = 0, best = std::numeric_limits<double>::infinity();
  for (const Fit start : {Fit{-1, 0.5}, Fit{1, 0.5}, Fit{0, 3}}) {
    const Minimum m = natural_gradient(start, to_p, rate);
    row("KL(q‖p)", start, m);
    reverse.push_back(m.fit);
    best = std::min(best, m.kl);
    const Stationarity s = stationarity(m.fit, p);  // (02.23)
    worst = worse(worst, worse(std::abs(s.slope), std::abs(s.curvature - 1)));
    chapter.results.set("reverse.kl." + std::to_string(reverse.size()), m.kl);
  }
  const Minimum forward = natural_gradient({0, 1}, from_p, rate);
  row("KL(p‖q)", {0, 1}, forward);
  table.row({"moments of p", "", "", mean(p), stddev(p), "", ""});
  chapter.results.set("printed.fits", table.text());
  // Of roundings, below the tolerance of the claims.
  const double moments = std::abs(forward.fit.loc - mean(p)) + std::abs(forward.fit.scale - stddev(p));
  chapter.results.set("fits.error_of_moments", moments, 4096 * u);
  chapter.results.set("fits.error_of_fixed_points", worst, 2048 * u);
  std::cout << table;

  claim_moments(chapter, p, line, forward);
  chapter.claims.equal(
      "at three minima of KL(q‖p), E_q[∂ log p] = 0 and −σ² E_q[∂² log p] = 1 (largest difference)", worst, 0,
      2048 * u, why_of_steps);
  double apart = std::numeric_limits<double>::infinity();
  for (std::size_t i = 0; i < reverse.size(); ++i)
    for (std::size_t j = 0; j < i; ++j) apart = std::min(apart, std::abs(reverse[i].loc - reverse[j].loc));
  chapter.claims.at_least("which are three different ones (least distance of their means)", apart, 2048 * u,
                          0, "what the means may be off by");
  const double of_one_mode = at({p.loc[0], p.scale[0]}, to_p);
  chapter.claims.at_most(
      "the best of them beats the heavier mode of p, which costs at most minus the log of its weight", best,
      std::min(of_one_mode, -std::log(p.weight[0])), 2048 * u,
      "log p ≥ log w₁ + log N₁ everywhere, so KL(N₁‖p) ≤ −log w₁; sums of up to 1200 terms");
  draw_asymmetry(chapter, p, reverse, forward.fit);
}
