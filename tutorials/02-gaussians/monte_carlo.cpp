#include "doxa/distributions/monte_carlo.h"

#include <array>

#include "doxa/distributions/multivariate_normal.h"
#include "sections.h"

using namespace doxa;
using namespace doxa::support;

namespace {

const Gaussian gaussian_q{Tensor({2}, {Real(0.5), Real(-0.25)}),
                          Tensor({2, 2}, {Real(0.75), 0, Real(0.5), Real(0.625)})};
const Gaussian gaussian_p{Tensor({2}, {0, 0}), Tensor({2, 2}, {1, 0, Real(-0.25), Real(0.875)})};

MultivariateNormal on(Tape& tape, const Gaussian& g) {
  return MultivariateNormal{tape.constant(g.loc), tape.constant(g.factor)};
}

// KL(q‖p) estimated from N draws, `repetitions` times over.
std::vector<double> estimates(Index n, Index repetitions, Philox& random) {
  std::vector<double> all;
  Tape tape;
  const Index together = std::max<Index>(1, 8192 / n);
  for (Index done = 0; done < repetitions; done += together) {
    const Evaluation evaluation(tape);
    const Index rows = std::min(together, repetitions - done);
    const MultivariateNormal q = on(tape, gaussian_q), p = on(tape, gaussian_p);
    const Var x = rsample(q, normal_noise(tape, {rows, n, 2}, random));
    const Var log_p = log_prob(p, x), log_ratio = log_prob(q, x) - log_p;
    for (Index r = 0; r < rows; ++r) {  // (02.17)
      double total = 0;
      for (Index i = 0; i < n; ++i) total += double{log_ratio.value()[static_cast<std::size_t>(r * n + i)]};
      all.push_back(total / static_cast<double>(n));
    }
  }
  return all;
}

// KL(N(loc, scale²) ‖ N(0, 1)) from n draws, plain or with (02.19).
//! [by-hand]
double average_of_draws(double loc, double scale, Index n, bool controlled, Philox& random) {
  double total = 0;
  for (Index k = 0; k < n; ++k) {
    const double noise = random.normal(), x = loc + scale * noise;
    const double log_w = (noise * noise - x * x) / 2 + std::log(scale);  // log p(x) − log q(x)
    total += controlled ? std::expm1(log_w) - log_w : -log_w;
  }
  return total / static_cast<double>(n);
}
//! [by-hand]

// The smallest of the divergences below, from 1000 draws, over and over.
void a_thousand_draws(Chapter& chapter) {
  const double t = 1.0 / 64, scale = 1 + t / 2;
  const Divergences exact(scale * scale, t);
  const Index n = 1000, repetitions = chapter.quick() ? 200 : 2000;
  std::cout
      << "\nDRAWS (draws.md). KL(N(t, (1 + t/2)²) ‖ N(0, 1)) at t = 1/64 is " << significant(exact.kl, 3)
      << ". Eight times, a thousand\ndraws of log q − log p are averaged. How many digits are right?\n\n";
  Table table({"run", {"average / KL", 3}, {"the same draws with (w − 1) added", 3}});
  double negative = 0;
  for (Index k = 0; k < repetitions; ++k) {
    const auto run = static_cast<std::uint64_t>(k);
    Philox random(chapter.seed(), 1000 + run), again(chapter.seed(), 1000 + run);
    const double plain = average_of_draws(t, scale, n, false, random);
    negative += plain < 0;
    if (k < 8) table.row({k + 1, plain / exact.kl, average_of_draws(t, scale, n, true, again) / exact.kl});
  }
  chapter.print("thousand", table);
  const auto times = static_cast<double>(repetitions);
  const double spread = std::sqrt(exact.variance / static_cast<double>(n));         // (02.17)
  const double predicted = std::erfc(exact.kl / spread / std::numbers::sqrt2) / 2;  // of a normal error
  std::cout << "\n  Of " << repetitions << " such averages " << decimal(100 * negative / times, 1)
            << " % are negative; errors of standard deviation √(V/N) would make it "
            << decimal(100 * predicted, 1) << " %.\n";
  chapter.results.set("thousand.kl", exact.kl);
  chapter.results.set("thousand.one_draw", std::sqrt(exact.variance) / exact.kl);
  chapter.results.set("thousand.negative", negative / times, 2 / times);
  chapter.results.set("thousand.predicted", predicted);
  chapter.claims.equal("an average of 1000 draws is as often negative as (02.17) and (02.18) say",
                       negative / times, predicted, 4 * std::sqrt(predicted * (1 - predicted) / times) + 0.02,
                       "four standard errors of a frequency, and the skewness of log q − log p over √N");
}

// The slope of a straight line through (x, y) and what errors of y with these variances make of it.
struct Slope {
  double value = 0, error = 0;
};

Slope slope(const std::vector<double>& x, const std::vector<double>& y, const std::vector<double>& variance) {
  double centre = 0, spread = 0;
  for (const double v : x) centre += v / static_cast<double>(x.size());
  for (const double v : x) spread += (v - centre) * (v - centre);
  Slope s;
  for (std::size_t i = 0; i < x.size(); ++i) {
    const double share = (x[i] - centre) / spread;
    s.value += share * y[i];
    s.error += share * share * variance[i];
  }
  s.error = std::sqrt(s.error);
  return s;
}

// What one knows without the exact answer: the standard error from the draws themselves.
void standard_errors(Chapter& chapter) {
  const Index draws = 100'000, n = 1000, repetitions = chapter.quick() ? 200 : 2000;
  Philox random(chapter.seed(), 6);
  Tape tape;
  const MultivariateNormal q = on(tape, gaussian_q), p = on(tape, gaussian_p);
  const double exact = kl_divergence(q, p).item();
  const auto estimated = [&](Index count) {
    const MonteCarloEstimate e = monte_carlo_kl(q, p, count, random);
    return std::array<double, 2>{double{e.mean.item()}, double{e.standard_error.item()}};
  };
  const auto [kl, error] = estimated(draws);
  double within = 0;
  for (Index i = 0; i < repetitions; ++i) {
    const auto [of_n, error_of_n] = estimated(n);
    within += std::abs(of_n - exact) <= 2 * error_of_n;
  }
  within /= static_cast<double>(repetitions);
  const double normal = std::erf(std::sqrt(2.0));  // P(|ε| ≤ 2)
  std::cout << "\n  monte_carlo_kl from " << draws << " draws: " << decimal(kl, 4) << " ± "
            << decimal(error, 4) << ", closed form " << decimal(exact, 4) << "; of " << repetitions
            << " estimates\n  from " << n << " draws " << decimal(100 * within, 1)
            << " % lie within two of the standard errors they report.\n";
  // A count of estimates, some of which may lie as near to two errors as another machine's rounding.
  chapter.results.set("monte_carlo.coverage", within, 2.0 / static_cast<double>(repetitions));
  chapter.results.set("monte_carlo.coverage_of_normal", normal);
  chapter.claims.equal("monte_carlo_kl finds the closed form", kl, exact, 4 * error,
                       "four of its own standard errors");
  chapter.claims.equal(
      "two of its standard errors hold the closed form as often as of a normal error", within, normal,
      4 * std::sqrt(normal * (1 - normal) / static_cast<double>(repetitions)) + 4.0 / static_cast<double>(n),
      "four standard errors of a frequency, and 4/N for the skewness of log q − log p");
}

std::vector<Convergence> convergence(Chapter& chapter) {
  const std::vector<Index> sizes = {8, 32, 128, 512, 2048};
  const Index repetitions = chapter.quick() ? 300 : 2000;
  const LogRatio moments(gaussian_q, gaussian_p);
  const double variance = moments.variance(), fourth = moments.fourth_cumulant();
  Tape tape;
  const MultivariateNormal q = on(tape, gaussian_q), p = on(tape, gaussian_p);
  const double exact = kl_divergence(q, p).item();
  std::cout << "\nTwo Gaussians in the plane, KL = " << significant(exact, 6) << ", estimated from N draws "
            << repetitions << " times over. By (02.18) V = " << significant(variance, 6) << ".\n\n";

  Table table({"N", "rms error", "√(V/N)", "ratio"});
  std::vector<Convergence> result;
  std::vector<double> log_n, log_rms, variance_of_log;
  double worst_ratio = 0, worst_mean = 0, lowest = 1, highest = 1;
  Philox random(chapter.seed(), 4);
  const auto times = static_cast<double>(repetitions);
  for (const Index n : sizes) {
    const auto draws = static_cast<double>(n);
    double squares = 0, errors = 0;
    for (const double estimate : estimates(n, repetitions, random)) {
      squares += (estimate - exact) * (estimate - exact) / times;
      errors += (estimate - exact) / times;
    }
    const double predicted = std::sqrt(variance / draws), rms = std::sqrt(squares);  // (02.17)
    // The square of an error over its variance has mean 1 and variance 2 + κ₄/(n κ₂²).
    const double noise = (2 + fourth / (draws * variance * variance)) / times;
    const double of_mean = errors / (predicted / std::sqrt(times));
    table.row({n, rms, predicted, rms / predicted});
    worst_ratio = worse(worst_ratio, std::abs(squares * draws / variance - 1) / std::sqrt(noise));
    worst_mean = worse(worst_mean, std::abs(of_mean));
    lowest = std::min(lowest, rms / predicted);
    highest = std::max(highest, rms / predicted);
    log_n.push_back(std::log(draws));
    log_rms.push_back(std::log(rms));
    variance_of_log.push_back(noise / 4);
    result.push_back({draws, rms, predicted});
  }
  chapter.print("convergence", table);
  const Slope s = slope(log_n, log_rms, variance_of_log);
  std::cout << "\n  slope of log rms error against log N: " << decimal(s.value, 4) << " ± "
            << decimal(s.error, 4) << "\n";
  chapter.results.set("monte_carlo.lowest_ratio", lowest);
  chapter.results.set("monte_carlo.highest_ratio", highest);
  chapter.results.set("monte_carlo.slope", s.value);
  chapter.results.set("monte_carlo.slope_error", s.error);
  chapter.claims.equal("(02.17) the rms error falls as N^-½ (slope of its logarithm)", s.value, -0.5,
                       4 * s.error,
                       "four standard errors, from the exact second and fourth cumulants of log q − log p");
  chapter.claims.at_most(
      "(02.18) and is √(V/N) at five N from 8 to 2048 (worst squared ratio − 1, in standard errors)",
      worst_ratio, 4, 0, "four standard errors");
  chapter.claims.at_most("and its mean is the closed form (worst mean error, in standard errors)", worst_mean,
                         4, 0, "four standard errors");
  return result;
}

}  // namespace

void draws(Chapter& chapter, const Choices& choices) {
  a_thousand_draws(chapter);
  const std::vector<Convergence> errors = convergence(chapter);
  standard_errors(chapter);
  draw_monte_carlo(chapter, errors, control_variate(chapter, choices.widen));
}
