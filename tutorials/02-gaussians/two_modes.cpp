#include <array>

#include "sections.h"

using namespace doxa;
using namespace doxa::support;

namespace {

const std::string why_of_steps =
    "the steps stop below 64u, and sums of up to 1200 terms are rounded 1200 times";

double divergence_at(Fit fit, auto divergence) {
  Tape tape;
  return divergence(
             Normal{tape.constant(static_cast<Real>(fit.loc)), tape.constant(static_cast<Real>(fit.scale))})
      .item();
}

// The probability under p of what lies within two deviations of the mean of q, which q itself gives 95.4 %.
double held(Fit q, const Mixture& p) {
  double total = 0;
  for (std::size_t k = 0; k < 2; ++k) {
    const auto below = [&](double x) {
      return std::erfc(-(x - p.loc[k]) / p.scale[k] / std::numbers::sqrt2) / 2;
    };
    total += p.weight[k] * (below(q.loc + 2 * q.scale) - below(q.loc - 2 * q.scale));
  }
  return total;
}

// The smaller eigenvalue of the second derivatives of a divergence in (μ/σ, log σ), by differences of the
// tape's gradients: positive at a minimum.
double least_curvature(Fit at, auto divergence) {
  const auto gradient = [&](double move, double grow) {
    Tape tape;
    const Var mu = tape.variable(Tensor(Shape{}, static_cast<Real>(at.loc + at.scale * move)));
    const Var log_sigma = tape.variable(Tensor(Shape{}, static_cast<Real>(std::log(at.scale) + grow)));
    tape.backward(divergence(Normal::from_log_scale(mu, log_sigma)));
    return std::array<double, 2>{at.scale * double{mu.adjoint()[0]}, double{log_sigma.adjoint()[0]}};
  };
  const double h = 0.01;
  const auto right = gradient(h, 0), left = gradient(-h, 0), up = gradient(0, h), down = gradient(0, -h);
  const double a = (right[0] - left[0]) / (2 * h), d = (up[1] - down[1]) / (2 * h);
  const double b = (right[1] - left[1] + up[0] - down[0]) / (4 * h);
  return (a + d) / 2 - std::hypot((a - d) / 2, b);
}

void claim_moments(Chapter& chapter, const Mixture& p, const Nodes& line,
                   const Minimum& forward) {  // (02.22)
  Tape tape;
  double entropy_of_p = 0;
  for (const Real l : log_prob(p, tape.constant(line.at)).value())
    entropy_of_p -= line.step * std::exp(double{l}) * double{l};
  const double entropy_of_q =
      entropy(Normal{tape.constant(0), tape.constant(static_cast<Real>(stddev(p)))}).item();
  chapter.claims.equal("(02.22) the normal of least KL(p‖q) has the mean of p", forward.fit.loc, mean(p),
                       2048 * u, why_of_steps);
  chapter.claims.equal("and its standard deviation", forward.fit.scale, stddev(p), 2048 * u, why_of_steps);
  chapter.claims.equal("and is H(q) − H(p) away", forward.kl, entropy_of_q - entropy_of_p, 2048 * u,
                       why_of_steps);
}

// What fits.md says of its three fits, A on the heavier mode, B on the lighter one, C over both.
void claim_three_minima(Chapter& chapter, const Mixture& p, const std::vector<Minimum>& found, auto to_p) {
  double apart = std::numeric_limits<double>::infinity(), curvature = apart, widest = 0;
  for (std::size_t i = 0; i < found.size(); ++i) {
    for (std::size_t j = 0; j < i; ++j)
      apart = std::min(apart, std::abs(found[i].fit.loc - found[j].fit.loc));
    curvature = std::min(curvature, least_curvature(found[i].fit, to_p));
    widest = std::max(widest, found[i].fit.scale);
  }
  chapter.claims.at_least("from three starts KL(q‖p) has three fits (least distance of their means)", apart,
                          2048 * u, 0, "what the means may be off by");
  chapter.claims.at_least("each of them a minimum (least curvature in any direction)", curvature, 0.01, 0,
                          "differences of gradients over 0.02, off by less than 1e-3");
  const double of_one_mode = divergence_at({p.loc[0], p.scale[0]}, to_p);
  chapter.claims.at_most("fit A beats the heavier mode itself, which costs at most −log of its weight",
                         found[0].kl, std::min(of_one_mode, -std::log(p.weight[0])), 2048 * u,
                         "p ≥ α N everywhere, so KL(N‖p) ≤ −log α; sums of up to 1200 terms");
  chapter.claims.at_most("fit C, which sits on no mode, beats fit B, which sits on one", found[2].kl,
                         found[1].kl, 0, "0.60 and 0.96 nats");
  chapter.claims.at_least("and is not too sure: what it gives 95.4 % is more than that of p",
                          held(found[2].fit, p), std::erf(std::numbers::sqrt2), 0,
                          "a sum of four error functions, 0.98");
  chapter.claims.at_most("here each is narrower than p (the widest)", widest, stddev(p), 0, "1.83 and 2.08");
}

}  // namespace

void two_modes_section(Chapter& chapter, const Choices& choices) {
  const Mixture p = modes_at(choices.apart);
  // For --apart 2 log p branches where p vanishes, at |Im x| = π σ²/4 = 0.44: for σ_q < 2 the rule errs by
  // less than e^-80. For 3, with σ_q = 3, by e^-39.
  const NormalNodes noise = normal_nodes(1.0 / 64);
  const Nodes line = nodes(0, 12, 1.0 / 32);
  const auto to_p = [&](const Normal& q) { return reverse_kl(q, p, noise); };
  const auto from_p = [&](const Normal& q) { return forward_kl(q, p, line); };
  const auto part = [&](std::size_t k) {
    return to_text(p.weight[k]) + " N(" + to_text(p.loc[k]) + ", " + to_text(p.scale[k]) + "²)";
  };
  std::cout << "\nFITS (fits.md). One normal q for p = " << part(0) << " + " << part(1)
            << ",\nby natural gradient steps. Does q go to a mode?\n\n";
  Table table({"fit",
               "minimised",
               "from (μ, σ)",
               "steps",
               {"μ", 5},
               {"σ", 5},
               {"KL(q‖p)", 4},
               {"KL(p‖q)", 4},
               {"p within 2σ", 3}});
  const auto row = [&](const char* name, const char* what, Fit from, const Minimum& m) {
    table.row({name, what, "(" + to_text(from.loc) + ", " + to_text(from.scale) + ")", m.steps, m.fit.loc,
               m.fit.scale, divergence_at(m.fit, to_p), divergence_at(m.fit, from_p), held(m.fit, p)});
  };
  std::vector<Minimum> found;
  std::vector<Fit> fits;
  bool settled = true;
  double worst = 0;
  for (const Fit start : {Fit{-1, 0.5}, Fit{1, 0.5}, Fit{0, 3}}) {
    const Minimum m = natural_gradient(start, to_p, choices.rate);
    const char* names[] = {"A", "B", "C"};
    row(names[found.size()], "KL(q‖p)", start, m);
    found.push_back(m);
    fits.push_back(m.fit);
    settled = settled && m.steps < most_steps;
    const Stationarity s = stationarity(m.fit, p);  // (02.23)
    worst = worse(worst, worse(std::abs(s.slope), std::abs(s.curvature - 1)));
    chapter.results.set("reverse.kl." + std::to_string(found.size()), m.kl);
  }
  const Minimum forward = natural_gradient({0, 1}, from_p, choices.rate);
  row("D", "KL(p‖q)", {0, 1}, forward);
  table.row({"", "moments of p", "", "", mean(p), stddev(p), "", "", held({mean(p), stddev(p)}, p)});
  chapter.print("fits", table);
  // Of roundings, below the tolerance of the claims.
  const double moments = std::abs(forward.fit.loc - mean(p)) + std::abs(forward.fit.scale - stddev(p));
  chapter.results.set("fits.error_of_moments", moments, 4096 * u);
  chapter.results.set("fits.error_of_fixed_points", worst, 2048 * u);

  double lowest = forward.kl;
  for (const Minimum& m : found) lowest = std::min(lowest, m.kl);
  chapter.claims.at_least("(02.9) no fit has a negative divergence (the least)", lowest, 0, 2048 * u,
                          why_of_steps);
  if (settled)
    chapter.claims.equal(
        "(02.23) at the fits of KL(q‖p) slope and curvature are 0 and 1 (largest difference)", worst, 0,
        2048 * u, why_of_steps);
  if (forward.steps < most_steps) claim_moments(chapter, p, line, forward);
  if (choices.apart == 2 && choices.rate == 0.5) claim_three_minima(chapter, p, found, to_p);
  draw_asymmetry(chapter, p, fits, forward.fit);
}
