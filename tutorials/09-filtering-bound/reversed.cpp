// One step, and the divergence of (09.4) the wrong way round.

#include "sections.h"

using namespace doxa;
using namespace doxa::support;

namespace {

// A hidden state with a prior, and the probability of what was seen under each of its values.
struct OneStep {
  std::vector<double> prior, likelihood;
};

double log_evidence(const OneStep& m) {
  double sum = 0;
  for (std::size_t s = 0; s < m.prior.size(); ++s) sum += m.prior[s] * m.likelihood[s];
  return std::log(sum);
}

// p(s) e^{t ℓ(s)}, normalised: the prior at t = 0, the posterior at t = 1.
std::vector<double> tempered(const OneStep& m, double t) {
  std::vector<double> q;
  double sum = 0;
  for (std::size_t s = 0; s < m.prior.size(); ++s)
    sum += q.emplace_back(m.prior[s] * std::pow(m.likelihood[s], t));
  for (double& p : q) p /= sum;
  return q;
}

double kl(const std::vector<double>& a, const std::vector<double>& b) {
  double sum = 0;
  for (std::size_t s = 0; s < a.size(); ++s) sum += a[s] * std::log(a[s] / b[s]);
  return sum;
}

double mean_log_likelihood(const OneStep& m, const std::vector<double>& q) {
  double sum = 0;
  for (std::size_t s = 0; s < q.size(); ++s) sum += q[s] * std::log(m.likelihood[s]);
  return sum;
}

//! [reversed]
double bound(const OneStep& m, const std::vector<double>& q) {
  return mean_log_likelihood(m, q) - kl(q, m.prior);
}
double reversed_expression(const OneStep& m, const std::vector<double>& q) {
  return mean_log_likelihood(m, q) - kl(m.prior, q);  // (09.16)
}
//! [reversed]

// The third central moment of ℓ under the tempered distribution.
double third_cumulant(const OneStep& m, double t) {
  const std::vector<double> q = tempered(m, t);
  const double mean = mean_log_likelihood(m, q);
  double sum = 0;
  for (std::size_t s = 0; s < q.size(); ++s) sum += q[s] * std::pow(std::log(m.likelihood[s]) - mean, 3);
  return sum;
}

// λ - 1 - Σ p log(λ - ℓ), with λ > max ℓ such that Σ p / (λ - ℓ) = 1: the left side falls with λ, is at least
// 1 at λ = max ℓ + max p and below 1 at λ = max ℓ + 1.
double supremum(const OneStep& m) {  // (09.18)
  const double top = std::log(*std::max_element(m.likelihood.begin(), m.likelihood.end()));
  double low = top, high = top + 1;
  for (int i = 0; i < 200; ++i) {
    const double lambda = (low + high) / 2;
    double sum = 0;
    for (std::size_t s = 0; s < m.prior.size(); ++s) sum += m.prior[s] / (lambda - std::log(m.likelihood[s]));
    (sum > 1 ? low : high) = lambda;
  }
  double value = high - 1;
  for (std::size_t s = 0; s < m.prior.size(); ++s)
    value -= m.prior[s] * std::log(high - std::log(m.likelihood[s]));
  return value;
}

// By how much the expression exceeds log p(o) at the exact posterior, and at its highest.
struct Excess {
  double at_posterior, largest;
};
Excess excess(const OneStep& m) {
  const double evidence = log_evidence(m);
  return {reversed_expression(m, tempered(m, 1)) - evidence, supremum(m) - evidence};
}

// The same on average over what may be seen: m for o = 1, and for o = 0 what is left to 1 of each likelihood.
Excess average_excess(const OneStep& m) {
  OneStep other = m;
  for (double& l : other.likelihood) l = 1 - l;
  const double seen = std::exp(log_evidence(m));
  const Excess one = excess(m), zero = excess(other);
  return {seen * one.at_posterior + (1 - seen) * zero.at_posterior,
          seen * one.largest + (1 - seen) * zero.largest};
}

OneStep rare_state(double likelihood) { return {{0.95, 0.05}, {0.01, likelihood}}; }

Figure reversed_figure(const OneStep& m) {
  Figure figure("The bound and the reversed expression of one step", 2);
  Axes& axes = figure.axes("o = 1 was seen", "q(rare state)", "nats");
  const std::vector<double> q = spaced(0.01, 0.9951, 0.005);
  axes.line(q,
            series(q,
                   [&](double p) {
                     return bound(m, {1 - p, p});
                   }),
            {.label = "with KL(q ‖ p)", .color = Color::vermillion, .dash = Dash::solid});
  axes.line(q,
            series(q,
                   [&](double p) {
                     return reversed_expression(m, {1 - p, p});
                   }),
            {.label = "with KL(p ‖ q)", .color = Color::purple, .dash = Dash::dashed});
  axes.horizontal(log_evidence(m), "log p(o)", {.color = Color::blue, .dash = Dash::dotted});
  axes.vertical(tempered(m, 1)[1], "posterior", {.color = Color::ink, .dash = Dash::dotted});
  Axes& average =
      figure.axes("KL(p ‖ q), averaged over o", "p(o = 1 | rare state)", "above the evidence / nats");
  const std::vector<double> likelihood = spaced(0.01, 0.9851, 0.005);
  average.line(likelihood, series(likelihood, [](double l) { return average_excess(rare_state(l)).largest; }),
               {.label = "at its highest", .color = Color::purple, .dash = Dash::dash_dot});
  average.line(likelihood,
               series(likelihood, [](double l) { return average_excess(rare_state(l)).at_posterior; }),
               {.label = "at the posterior", .color = Color::purple, .dash = Dash::solid});
  average.horizontal(0, "the evidence", {.color = Color::blue, .dash = Dash::dotted});
  return figure;
}

}  // namespace

void reversed(Chapter& chapter) {
  const OneStep m = rare_state(0.9);
  const std::vector<double> exact = tempered(m, 1);
  const double evidence = log_evidence(m), at_posterior = reversed_expression(m, exact),
               largest = supremum(m);
  double by_lattice = -std::numeric_limits<double>::infinity();
  for (int i = 1; i < 100'000; ++i)
    by_lattice = std::max(by_lattice, reversed_expression(m, {1 - i * 1e-5, i * 1e-5}));
  std::cout << "\nThe divergence the wrong way round: one step, prior (0.95, 0.05), p(o|s) = (0.01, 0.9):\n";
  Table table({"", "nats"}, 6);
  table.row({"log p(o)", evidence});
  table.row({"E_q log p(o|s) − KL(q ‖ p) at the exact posterior", bound(m, exact)});
  table.row({"E_q log p(o|s) − KL(p ‖ q) at the exact posterior", at_posterior});
  table.row({"the same at its highest", largest});
  chapter.print("reversed", table);
  std::cout << "\nIts excess over the evidence, nats, where p(o=1|s) = (0.01, x):\n";
  Table averages({"x", "o = 1, at the posterior", "at its highest", "averaged over o, at the posterior",
                  "at its highest"});
  const std::vector<std::pair<std::string, double>> cases{{"half", 0.5}, {"nine", 0.9}};
  for (const auto& [name, x] : cases) {
    const Excess one = excess(rare_state(x)), mean = average_excess(rare_state(x));
    averages.row({significant(x, 1), one.at_posterior, one.largest, mean.at_posterior, mean.largest});
    chapter.results.set("reversed." + name + ".average_at_posterior", mean.at_posterior);
    chapter.results.set("reversed." + name + ".average_supremum", mean.largest);
  }
  chapter.print("averages", averages);
  chapter.figure("reversed", reversed_figure(m));
  chapter.results.set("reversed.excess", at_posterior - evidence);
  chapter.results.set("reversed.supremum_excess", largest - evidence);

  // In random models: whether the trapezoidal rule predicts the sign of the excess, and whether the excess
  // lies between the extremes of κ₃/6.
  Philox random(chapter.seed(), one_step_models);
  int wrong = 0, above = 0, outside = 0;
  constexpr int models = 2000;
  for (int i = 0; i < models; ++i) {
    OneStep r;
    double sum = 0;
    for (int s = 0; s < 2 + i % 3; ++s) {
      sum += r.prior.emplace_back(-std::log(random.uniform()));
      r.likelihood.push_back(random.uniform());
    }
    for (double& p : r.prior) p /= sum;
    const std::vector<double> q = tempered(r, 1);
    const double excess = reversed_expression(r, q) - log_evidence(r);
    const double trapezoid = (mean_log_likelihood(r, r.prior) + mean_log_likelihood(r, q)) / 2;
    above += excess > 0;
    wrong += std::abs(excess) > 1e-12 && (excess > 0) != (trapezoid > log_evidence(r));
    double low = 1e300, high = -1e300;
    for (int t = 0; t <= 200; ++t) {
      const double sixth = third_cumulant(r, t / 200.0) / 6;
      low = std::min(low, sixth), high = std::max(high, sixth);
    }
    const double grain = (high - low) / 100;  // what the lattice of t may miss
    outside += excess < low - grain - 1e-12 || excess > high + grain + 1e-12;
  }
  std::cout << "  Of " << models << " random one-step models it exceeds the evidence in " << above << ".\n";
  chapter.results.set("reversed.exceeding_models", above);

  chapter.claims.at_least("(09.16) at the exact posterior R, the bound with KL(p ‖ q), is above log p(o)",
                          at_posterior, evidence, 0, "an inequality between exact values, 0.55 nats apart");
  chapter.claims.equal("(09.17) it is above by KL(q ‖ p) − KL(p ‖ q)", at_posterior - evidence,
                       kl(exact, m.prior) - kl(m.prior, exact), 64 * std::numeric_limits<double>::epsilon(),
                       "a few dozen roundings of numbers near 1");
  chapter.claims.equal(
      "(09.17) in " + std::to_string(models) +
          " random models it is above where (K'(0) + K'(1))/2 is, and by K'''(t)/6 for some t (exceptions)",
      wrong + outside, 0, 0, "a count");
  const Excess nine = average_excess(m), half = average_excess(rare_state(0.5));
  chapter.claims.at_most("averaged over o, R at the exact posterior is below the evidence in this example",
                         nine.at_posterior, 0, 0, "an inequality between exact values, 0.003 nats apart");
  chapter.claims.at_least(
      "averaged over o, R at its highest is above the evidence: no bound on average either", nine.largest, 0,
      0, "an inequality between exact values, 0.017 nats apart");
  chapter.claims.at_least("with p(o=1|rare state) = 0.5, R is above on average at the exact posterior too",
                          half.at_posterior, 0, 0, "an inequality between exact values, 0.017 nats apart");
  chapter.claims.equal(
      "(09.18) the highest R, against a lattice of 10^5 values of q", largest, by_lattice, 1e-8,
      "a maximum with curvature below 100, missed by at most half the lattice constant 1e-5");
}
