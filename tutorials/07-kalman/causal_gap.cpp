// What the best causal posterior lacks: by dynamic programming, in closed form, by moments and by simulation.

#include "experiment.h"

using namespace doxa;
using namespace doxa::support;

namespace {

constexpr Index horizon = 24;

double per_step(double nats) { return nats / static_cast<double>(horizon); }

// In nats: the evidence, how far it is above the score without memory, and above the best causal bound.
struct Worth {
  double evidence, memory, gap;
};
Worth worth(const LinearGaussianModel& m) {
  const double evidence = expected_log_evidence(m, horizon);
  return {evidence, evidence - memoryless_score(m, horizon), evidence - best_causal(m, horizon).bound};
}

std::string per_step_text(double nats) { return decimal(per_step(nats), 4); }

// The gap of a step far from both ends of a scalar autoregression, (07.23).
double stationary_gap(double a, double q, double r) {
  //! [stationary-gap]
  const double b = 1 - a * a - q / r, x = (-b + std::sqrt(b * b + 4 * q / r)) / (2 * q);
  const double future = x - 1 / r;  // Γ
  const double c = r * (1 - a * a) - q, predicted = (-c + std::sqrt(c * c + 4 * q * r)) / 2;
  const double filtered = predicted * r / (predicted + r);  // P
  return future * (1 + filtered * future) / (1 / q + x) / 2;
  //! [stationary-gap]
}

void table_of_noise(Chapter& chapter) {
  std::cout << "\nAn autoregression s' = 0.9 s + w, w of variance 1, read with variance r; " << horizon
            << " steps. Nats a step:\n";
  Table table({"r", "evidence", "memory is worth", "best causal lacks", "what is left", "in the middle"});
  for (const double r : {0.01, 0.1, 0.3, 1.0, 3.0, 10.0, 30.0}) {
    const auto [evidence, memory, gap] = worth(autoregression({0.9, 1, r}));
    table.row({to_text(r), per_step_text(evidence), per_step_text(memory), per_step_text(gap),
               per_step_text(memory - gap), decimal(stationary_gap(0.9, 1, r), 4)});
    chapter.results.set("gap.r" + to_text(r), per_step(gap));
    chapter.results.set("memory.r" + to_text(r), per_step(memory));
  }
  chapter.print("noise", table);
}

// Above this variance the best causal bound of the autoregression is below the score without memory.
double noise_that_costs_the_memory() {
  double below = 3, above = 10;
  for (int i = 0; i < 60; ++i) {
    const double r = (below + above) / 2;
    const LinearGaussianModel m = autoregression({0.9, 1, r});
    (best_causal(m, horizon).bound > memoryless_score(m, horizon) ? below : above) = r;
  }
  return above;
}

void table_of_vehicle(Chapter& chapter) {
  std::cout << "\nThe vehicle, whose position is read with variance r and whose velocity is never read:\n";
  Table table({"r", "evidence", "memory is worth", "best causal lacks", "what is left"});
  for (const double r : {0.01, 0.1, 1.0, 4.0, 16.0, 64.0}) {
    const auto [evidence, memory, gap] = worth(vehicle(r));
    table.row({to_text(r), per_step_text(evidence), per_step_text(memory), per_step_text(gap),
               per_step_text(memory - gap)});
  }
  chapter.print("vehicle", table);
  const LinearGaussianModel m = vehicle();
  const std::vector<double> gap = causal_gap(m, horizon);
  chapter.results.set("vehicle.memory", per_step(worth(m).memory));
  chapter.results.set("vehicle.gap", per_step(total(gap)));
  chapter.results.set("vehicle.first_step", gap[0] / total(gap));
}

void figure_of_noise(Chapter& chapter) {
  Figure figure("What memory is worth and what the best causal posterior lacks, against the noise", 2);
  const char* const noise_label = "variance r of the readings (units of q)";
  Axes& left =
      figure.axes("worth of a posterior, a = 0.9, q = 1", noise_label, "above no memory / (nats a step)");
  Axes& right = figure.axes("what the best causal posterior lacks", noise_label,
                            "gap of a step far from both ends / nats");
  left.x_scale = right.x_scale = Scale::log;
  const int points = chapter.quick() ? 17 : 41;
  std::vector<double> noise;
  for (int i = 0; i < points; ++i) noise.push_back(std::pow(10, -2 + 4.0 * i / (points - 1)));
  std::vector<Worth> of_noise;
  for (const double r : noise) of_noise.push_back(worth(autoregression({0.9, 1, r})));
  left.line(noise, series(of_noise, [](const Worth& w) { return per_step(w.memory); }),
            {.label = "best smoothing q"});
  left.line(noise, series(of_noise, [](const Worth& w) { return per_step(w.memory - w.gap); }),
            {.label = "best causal q"});
  left.horizontal(0, "no memory", {.color = Color::ink, .dash = Dash::dotted});
  for (const double a : {0.5, 0.9, 0.99})
    right.line(noise, series(noise, [&](double r) { return stationary_gap(a, 1, r); }),
               {.label = "a = " + to_text(a)});
  chapter.figure("gap", figure);
}

// (07.21): W_k (Q⁻¹ A s + Cᵀ R⁻¹ y + Γ_k μ), written with inverses and the backward pass: the coefficient of
// the filter's mean, against the dynamic programme's.
double distance_of_kernels(const LinearGaussianModel& m, const BestCausal& best) {
  const auto steps = static_cast<Index>(best.kernel.size());
  const std::vector<BackwardInformation> after =
      backward_information(m, Matrix(steps, m.input_size()), Matrix(steps, m.observation_size()));
  const Matrix q = solve_with_factor(cholesky_factor(m.transition_covariance), identity(m.state_size()));
  const Matrix seen = transpose(solve_with_factor(cholesky_factor(m.emission_covariance), m.emission));
  double worst = 0;
  for (std::size_t k = 2; k < after.size(); ++k) {
    const Matrix precision = q + seen * m.emission + after[k].precision;
    const auto solved = [&](const Matrix& x) { return solve_with_factor(cholesky_factor(precision), x); };
    const CausalKernel& kernel = best.kernel[k - 1];
    worst = std::max({worst, largest_magnitude(kernel.gain - solved(q * m.transition)),
                      largest_magnitude(kernel.of_observation - solved(seen)),
                      largest_magnitude(kernel.of_belief - solved(after[k].precision))});
  }
  return worst;
}

// Claims of one model: the value of the dynamic programme, computed in three other ways.
void claim_value(Chapter& chapter, const std::string& name, const LinearGaussianModel& m) {
  const BestCausal best = best_causal(m, horizon);
  const double evidence = expected_log_evidence(m, horizon), gap = total(causal_gap(m, horizon));
  std::cout << "  " << name << ": evidence " << significant(evidence, 8) << ", best causal bound "
            << significant(best.bound, 8) << ", gap " << significant(gap, 6) << " nats\n";
  chapter.claims.equal("(07.20) " + name + ": the dynamic programme's value is J(q*) by moments (07.18)",
                       best.bound, expected_bound(m, best.kernel), rounding(evidence), rounding_of_sums);
  chapter.claims.equal("(07.22) " + name + ": and the evidence (07.9) less ½ Σ tr W(Γ + ΓPΓ)", best.bound,
                       evidence - gap, rounding(evidence), rounding_of_sums);
  chapter.claims.equal(
      "(07.21) " + name + ": q* puts the filter's mean in the place of the future (largest difference)",
      distance_of_kernels(m, best), 0, rounding(1), rounding_of_sums);
}

// With inputs, along simulated episodes: each has its own exact bound and gap.
void claim_simulation(Chapter& chapter) {
  const LinearGaussianModel m = vehicle();
  const BestCausal best = best_causal(m, horizon);
  const Matrix inputs = thrust(horizon);
  const int episodes = chapter.quick() ? 100 : 1000;
  Philox random(chapter.seed(), causal_draws);
  double sum = 0, squares = 0;
  for (int i = 0; i < episodes; ++i) {
    const Matrix observations = simulate(m, inputs, random).observations;
    const double gap =
        total(chain_bound(m, inputs, observations, along(m, best.kernel, inputs, observations)).gap);
    sum += gap;
    squares += gap * gap;
  }
  const double n = episodes, mean = sum / n, error = std::sqrt((squares / n - mean * mean) / (n - 1));
  chapter.claims.equal("(07.15) the vehicle with thrust: the gap along " + std::to_string(episodes) +
                           " simulated episodes is on average that of (07.22), in which there is no thrust",
                       mean, total(causal_gap(m, horizon)), 4 * error, "4 standard errors");
}

void claim_limits(Chapter& chapter) {
  const double middle = causal_gap(autoregression({0.9, 1, 1}), 200)[99];
  chapter.claims.equal("(07.23) the gap of step 100 of 200 is that of the stationary formula", middle,
                       stationary_gap(0.9, 1, 1), rounding(1), rounding_of_sums);
  const std::vector<double> gaps = causal_gap(autoregression({0.9, 1, 1}), horizon);
  chapter.claims.at_least("every step but the last has a gap (the smallest)",
                          *std::min_element(gaps.begin(), gaps.end() - 1), 0.05, 0,
                          "computed exactly; 0.05 nats is far above rounding");
  chapter.claims.equal("and the last, after which nothing is seen, has none", gaps.back(), 0, 0,
                       "Γ_T = 0 exactly");
  chapter.claims.equal("(07.22) without memory, A = 0, the gap is 0",
                       total(causal_gap(autoregression({0, 1, 1}), horizon)), 0, 0, "Γ_k = 0 exactly");
  const double r = 1e-8;
  chapter.claims.equal("(07.22) with readings as good as exact it vanishes like ½ r a²/q a step",
                       total(causal_gap(autoregression({0.9, 1, r}), horizon)) / (horizon - 1.0) / r,
                       0.5 * 0.81, 10 * r, "the next term of the expansion in r = 1e-8");
  const std::vector<double> hidden = causal_gap(vehicle(1e-8), horizon);
  chapter.claims.at_least(
      "but not where a velocity stays hidden: the vehicle read exactly (a step in the middle)",
      hidden[horizon / 2], 0.05, 0, "computed exactly; 0.05 nats is far above rounding");
  const double p0 = 2, reading = 0.5;
  LinearGaussianModel constant = autoregression({0, p0, reading});
  constant.transition = Matrix(1, 1, {1});
  constant.transition_covariance = Matrix(1, 1);
  const double gap = expected_log_evidence(constant, horizon) - best_causal(constant, horizon).bound;
  chapter.claims.equal("(07.24) of a constant that is read again and again it is ½ (T-1) p/(p + r)", gap,
                       (horizon - 1) * p0 / (p0 + reading) / 2, rounding(gap), rounding_of_sums);
  chapter.claims.equal("all of it in the first step", causal_gap(constant, horizon)[0], gap, rounding(gap),
                       rounding_of_sums);
}

}  // namespace

void causal_gap_section(Chapter& chapter) {
  table_of_noise(chapter);
  chapter.results.set("gap.no_memory_r", noise_that_costs_the_memory());
  table_of_vehicle(chapter);
  figure_of_noise(chapter);
  std::cout << "\nThe best causal posterior of " << horizon << " steps:\n";
  claim_value(chapter, "autoregression", autoregression({0.9, 1, 1}));
  claim_value(chapter, "vehicle", vehicle());
  claim_simulation(chapter);
  claim_limits(chapter);
}
