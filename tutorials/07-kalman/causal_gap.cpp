// What the best causal posterior lacks: by dynamic programming, in closed form, by moments and by simulation.

#include <functional>

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

void table_of_noise(Chapter& chapter, const Scalar& of) {
  std::cout << "\nAn autoregression s' = " << to_text(of.a) << " s + w, w of variance " << to_text(of.q)
            << ", read with variance r; " << horizon << " steps. Nats a step:\n";
  Table table(
      {"r", "evidence", "memory is worth", "best causal lacks", "what is left", "lacks, far from both ends"});
  std::vector<double> noise{0.01, 0.1, 0.3, 1, 3, 10, 30};
  for (double& r : noise) r *= of.q;
  if (std::find(noise.begin(), noise.end(), of.r) == noise.end()) noise.push_back(of.r);
  std::sort(noise.begin(), noise.end());
  for (const double r : noise) {
    const Scalar m{of.a, of.q, r};
    const auto [evidence, memory, gap] = worth(autoregression(m));
    table.row({to_text(r), per_step_text(evidence), per_step_text(memory), per_step_text(gap),
               per_step_text(memory - gap), decimal(stationary_gap(m), 4)});
    chapter.results.set("gap.r" + to_text(r), per_step(gap));
    chapter.results.set("memory.r" + to_text(r), per_step(memory));
  }
  chapter.print("noise", table);
}

// The variance of a reading at which `lost(r)` turns from negative to positive: there the best causal bound
// falls below the score of the forgetful model.
double noise_that_costs_the_memory(double q, const std::function<double(double)>& lost) {
  double below = 1e-3 * q, above = 1e6 * q;
  for (int i = 0; i < 80; ++i) {
    const double r = std::sqrt(below * above);
    (lost(r) < 0 ? below : above) = r;
  }
  return above;
}

// Memory is worth nothing from here on, for 24 steps and for one far from both ends.
void worse_than_forgetting(Chapter& chapter, const Scalar& of) {
  const auto of_24_steps = [](double a, double q) {
    return noise_that_costs_the_memory(q, [&](double r) {
      const LinearGaussianModel m = autoregression({a, q, r});
      return memoryless_score(m, horizon) - best_causal(m, horizon).bound;
    });
  };
  const auto of_one = [](double a, double q) {
    return noise_that_costs_the_memory(q, [&](double r) {
      return stationary_gap({a, q, r}) - stationary_memory({a, q, r});
    });
  };
  const double finite = of_24_steps(of.a, of.q), stationary = of_one(of.a, of.q);
  std::cout
      << "  From r = " << significant(finite, 3)
      << " on the best causal posterior is worse than to forget everything;\n  far from both ends from r = "
      << significant(stationary, 3) << " on.\n";
  chapter.results.set("gap.no_memory_r", finite);
  chapter.results.set("gap.no_memory_r.stationary", stationary);
  std::cout << "\nFrom which r on that is so, by the memory a, with q = 1, far from both ends:\n";
  Table table({"a", "r", "r / variance of a reading", "gap there / nats"});
  for (const double a : {0.1, 0.5, 0.9, 0.95, 0.99}) {
    const Scalar m{a, 1, of_one(a, 1)};
    table.row({to_text(a), significant(m.r, 4), decimal(m.r / (m.r + start_variance(m)), 3),
               decimal(stationary_gap(m), 4)});
  }
  chapter.print("turning", table);
  // The same, from the exact numbers of a long chain: what ten more steps in its middle add.
  const Scalar there{of.a, of.q, stationary};
  const LinearGaussianModel m = autoregression(there);
  const auto left = [&](Index steps) { return best_causal(m, steps).bound - memoryless_score(m, steps); };
  chapter.claims.equal(
      "(07.23), (07.24) where the stationary formula says so, 10 more steps of a long chain change "
      "nothing",
      left(1010) - left(1000), 0, rounding(memoryless_score(m, 1010)), rounding_of_sums);
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

// q(s_k | s_{k-1}, h_k) = p(s_k | s_{k-1}, y_k): (07.20) with Γ_k = 0, also in W_k.
double bound_without_future(const Scalar& of) {
  const auto scalar = [](double x) { return Matrix(1, 1, {x}); };
  std::vector<CausalKernel> q;
  for (Index k = 1; k <= horizon; ++k) {
    const double open = k > 1 ? of.q : start_variance(of), w = 1 / (1 / open + 1 / of.r);
    q.push_back({scalar(k > 1 ? w / open * of.a : 0), scalar(w / of.r), scalar(0), scalar(std::sqrt(w))});
  }
  return expected_bound(autoregression(of), q);
}

// What exercises 3 and 4 ask for.
void variants(Chapter& chapter, const Scalar& of) {
  std::cout << "\nWhat causal posteriors lack, " << horizon << " steps:\n";
  Table table({"model", "causal posterior", "lacks, nats a step", "in step 1, nats", "in step 22"});
  const auto best_row = [&](const char* name, const LinearGaussianModel& m) {
    const std::vector<double> gap = causal_gap(m, horizon);
    table.row({name, "the best", per_step_text(total(gap)), decimal(gap[0], 3), decimal(gap[21], 3)});
  };
  const LinearGaussianModel scalar = autoregression(of);
  best_row("autoregression", scalar);
  table.row({"autoregression", "no thought of the future",
             per_step_text(expected_log_evidence(scalar, horizon) - bound_without_future(of)), "", ""});
  LinearGaussianModel m = vehicle();
  best_row("vehicle", m);
  m.emission = identity(2);
  m.emission_input = Matrix(2, 1);
  m.emission_covariance = diagonal({4, 4});
  best_row("vehicle, velocity read too", m);
  chapter.print("variants", table);
}

void figure_of_noise(Chapter& chapter, const Scalar& of) {
  Figure figure("What memory is worth and what the best causal posterior lacks, against the noise", 2);
  const char* const noise_label = "variance r of the readings (units of q)";
  Axes& left = figure.axes("worth of a posterior, a = " + to_text(of.a), noise_label,
                           "above the forgetful / (nats a step)");
  Axes& right = figure.axes("what the best causal posterior lacks", noise_label,
                            "gap of a step far from both ends / nats");
  left.x_scale = right.x_scale = Scale::log;
  const int points = chapter.quick() ? 17 : 41;
  std::vector<double> noise;
  for (int i = 0; i < points; ++i) noise.push_back(std::pow(10, -2 + 4.0 * i / (points - 1)));
  std::vector<Worth> of_noise;
  for (const double r : noise) of_noise.push_back(worth(autoregression({of.a, 1, r})));
  left.line(noise, series(of_noise, [](const Worth& w) { return per_step(w.memory); }),
            {.label = "best smoothing q", .color = Color::blue, .dash = Dash::solid});
  left.line(noise, series(of_noise, [](const Worth& w) { return per_step(w.memory - w.gap); }),
            {.label = "best causal q", .color = Color::vermillion, .dash = Dash::dashed});
  left.horizontal(0, "who forgets all", {.color = Color::ink, .dash = Dash::dotted});
  const std::vector<std::pair<double, Dash>> memories{
      {0.5, Dash::dotted}, {0.9, Dash::dashed}, {0.99, Dash::dash_dot}};
  for (const auto& [a, dash] : memories)
    right.line(noise,
               series(noise,
                      [kept = a](double r) {
                        return stationary_gap({kept, 1, r});
                      }),
               {.label = "a = " + to_text(a), .color = Color::vermillion, .dash = dash});
  chapter.figure("gap", figure);
}

// (07.20): W_k (Q⁻¹ A s + Cᵀ R⁻¹ y + Γ_k μ), written with inverses and the backward pass: the coefficient of
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
  chapter.claims.equal("(07.25) " + name + ": the dynamic programme's value is J(q*) by moments (07.18)",
                       best.bound, expected_bound(m, best.kernel), rounding(evidence), rounding_of_sums);
  chapter.claims.equal("(07.21) " + name + ": and the evidence (07.9) less ½ Σ tr W(Γ + ΓPΓ)", best.bound,
                       evidence - gap, rounding(evidence), rounding_of_sums);
  chapter.claims.equal(
      "(07.20) " + name + ": q* puts the filter's mean in the place of the future (largest difference)",
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
                           " simulated episodes is on average that of (07.21), in which there is no thrust",
                       mean, total(causal_gap(m, horizon)), 4 * error, "4 standard errors");
}

void claim_limits(Chapter& chapter, const Scalar& of) {
  const LinearGaussianModel m = autoregression(of);
  const double middle = causal_gap(m, 2000)[999];
  chapter.claims.equal("(07.23) the gap of step 1000 of 2000 is that of the stationary formula", middle,
                       stationary_gap(of), rounding(1), rounding_of_sums);
  const std::vector<double> gaps = causal_gap(m, horizon),
                            by_hand = scalar_gap(of, start_variance(of), horizon);
  double worst = 0;
  for (std::size_t k = 0; k < gaps.size(); ++k) worst = std::max(worst, std::abs(gaps[k] - by_hand[k]));
  chapter.claims.equal("(07.21) the ten lines with scalars have the gap of each step (largest difference)",
                       worst, 0, rounding(total(gaps)), rounding_of_sums);
  chapter.claims.at_least("every step but the last has a gap (the smallest)",
                          *std::min_element(gaps.begin(), gaps.end() - 1), 1e-7, 0,
                          "computed exactly; a ten-millionth of a nat is far above rounding");
  chapter.claims.equal("and the last, after which nothing is seen, has none", gaps.back(), 0, 0,
                       "Γ_T = 0 exactly");
  chapter.claims.equal("(07.21) without memory, A = 0, the gap is 0",
                       total(causal_gap(autoregression({0, 1, 1}), horizon)), 0, 0, "Γ_k = 0 exactly");
  const double r = 1e-8;
  chapter.claims.equal("(07.21) with readings as good as exact it vanishes like ½ r a²/q a step",
                       total(causal_gap(autoregression({0.9, 1, r}), horizon)) / (horizon - 1.0) / r,
                       0.5 * 0.81, 10 * r, "the next term of the expansion in r = 1e-8");
  const std::vector<double> hidden = causal_gap(vehicle(1e-8), horizon);
  chapter.claims.at_least(
      "but not where a velocity stays hidden: the vehicle read exactly (a step in the middle)",
      hidden[horizon / 2], 0.05, 0, "computed exactly; 0.05 nats is far above rounding");
  chapter.claims.equal("nor where Q is singular: of a constant that is read exactly it goes to ½ (T-1)",
                       causal_gap(constant(2, r), horizon)[0], (horizon - 1) / 2.0, horizon * r,
                       "(07.22) with p = 2 and r = 1e-8: ½ (T-1) r/p is left out");
}

}  // namespace

void causal_gap_section(Chapter& chapter, const Scalar& m) {
  table_of_noise(chapter, m);
  worse_than_forgetting(chapter, m);
  table_of_vehicle(chapter);
  variants(chapter, m);
  figure_of_noise(chapter, m);
  claim_value(chapter, "autoregression", autoregression(m));
  claim_value(chapter, "vehicle", vehicle());
  claim_simulation(chapter);
  claim_limits(chapter, m);
}
