#include <cmath>
#include <iostream>
#include <string>
#include <vector>

#include "figures.h"
#include "mixture.h"
#include "sections.h"
#include "support/number.h"
#include "support/table.h"

using namespace doxa;
using support::Chapter;
using support::Table;

namespace {

const Mixture two_modes{{0.625, 0.375}, {-1.5, 2}, {0.625, 0.875}};

struct Minimum {
  Fit fit;
  double kl;
  int steps;
};

// Natural gradient descent in (μ, log σ), whose Fisher information is diag(1/σ², 2).
template <class Divergence>
Minimum minimise(Fit start, Divergence divergence) {
  Tape tape;
  Fit at = start;
  for (int step = 1;; ++step) {
    tape.clear();
    const Var mu = tape.variable(Tensor(Shape{}, static_cast<Real>(at.loc)));
    const Var log_sigma = tape.variable(Tensor(Shape{}, static_cast<Real>(std::log(at.scale))));
    const Var kl = divergence(Normal::from_log_scale(mu, log_sigma));
    tape.backward(kl);
    const double move = at.scale * mu.adjoint()[0], grow = log_sigma.adjoint()[0] / 2;
    at.loc -= at.scale * move;   // (02.26)
    at.scale *= std::exp(-grow);
    if (std::abs(move) + std::abs(grow) < 64 * u || step == 300) return {at, kl.item(), step};
  }
}

// E_q[∂ log p] σ and σ² E_q[−∂² log p], the second by Stein's lemma: E_q[ε ∂ log p(μ + σε)] = σ E_q[∂² log p].
struct Stationarity {
  double slope, curvature;
};

// ∂ log p of the mixture in double, and −∂² log p, written out.
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

}  // namespace

void asymmetry(Chapter& chapter) {
  const Mixture& p = two_modes;
  const NormalNodes noise = normal_nodes(1.0 / 64);
  const Nodes line = nodes(0.25, 12, 1.0 / 32);
  const auto to_p = [&](const Normal& q) { return reverse_kl(q, p, noise); };
  const auto from_p = [&](const Normal& q) { return forward_kl(q, p, line); };
  const auto at = [&](Fit fit, auto divergence) {
    Tape tape;
    return double{divergence(Normal(tape.constant(static_cast<Real>(fit.loc)), tape.constant(static_cast<Real>(fit.scale)))).item()};
  };

  std::cout << "\nOne normal q for p = ⅝ N(−1.5, 0.625²) + ⅜ N(2, 0.875²), by natural gradient steps:\n\n";
  Table table({"minimised", "from (μ, σ)", "steps", "μ", "σ", "KL(q‖p)", "KL(p‖q)"});
  std::vector<Fit> reverse;
  double worst = 0;
  for (const Fit start : {Fit{-2, 1}, Fit{2.5, 1}, Fit{0.25, 3}}) {
    const Minimum m = minimise(start, to_p);
    table.row({"KL(q‖p)", "(" + support::shortest(start.loc) + ", " + support::shortest(start.scale) + ")", m.steps, {m.fit.loc, 6}, {m.fit.scale, 6}, {m.kl, 5}, {at(m.fit, from_p), 5}});
    reverse.push_back(m.fit);
    const Stationarity s = stationarity(m.fit, p);  // (02.24)
    worst = std::max({worst, std::abs(s.slope), std::abs(s.curvature - 1)});
  }
  const Minimum forward = minimise({0, 1}, from_p);
  table.row({"KL(p‖q)", "(0, 1)", forward.steps, {forward.fit.loc, 6}, {forward.fit.scale, 6}, {at(forward.fit, to_p), 5}, {forward.kl, 5}});
  table.row({"moments of p", "", "", {mean(p), 6}, {stddev(p), 6}, "", ""});
  std::cout << table;
  chapter.claims.at_most("debug", worst, 0, 1e-10, "debug");
  draw_asymmetry(chapter, p, reverse, forward.fit);
}
