// The vehicle: what is believed of its position and velocity at the time, and afterwards.

#include "experiment.h"
#include "support/sample_mean.h"

using namespace doxa;
using namespace doxa::support;

namespace {

struct Episode {
  LinearGaussianEpisode seen;
  KalmanFiltered filtered;
  KalmanSmoothed smoothed;
};

double deviation(const GaussianBelief& p, Index i) { return std::sqrt(covariance(p)(i, i)); }

std::string with_error(const GaussianBelief& p, Index i) {
  return decimal(p.mean[i], 2) + " ± " + decimal(deviation(p, i), 2);
}

// Which way does it go? By the last two readings, by all so far, and by all.
void show_velocity(Chapter& chapter, const Episode& e) {
  std::cout << "A vehicle on a rail. Its position is read with standard deviation 2 m, its velocity never.\n"
               "How fast is it, in m/s?\n";
  Table table({"k", "reading", "true", "from the last two readings", "belief at the time", "afterwards"});
  double of_two = 0, of_filter = 0, of_smoother = 0;
  const Index steps = e.seen.observations.rows;
  for (Index k = 2; k <= steps; ++k) {
    const auto i = static_cast<std::size_t>(k);
    const double difference = e.seen.observations[k - 1] - e.seen.observations[k - 2];
    const double truth = e.seen.states(k, 1);
    of_two += std::pow(difference - truth, 2);
    of_filter += std::pow(e.filtered.filtered[i].mean[1] - truth, 2);
    of_smoother += std::pow(e.smoothed.smoothed[i].mean[1] - truth, 2);
    if (k > 6) continue;
    std::vector<Cell> cells{k};
    for (const double x : {e.seen.observations[k - 1], truth, difference})
      cells.emplace_back(decimal(x, 2)).is_number = true;
    cells.emplace_back(with_error(e.filtered.filtered[i], 1));
    cells.emplace_back(with_error(e.smoothed.smoothed[i], 1));
    table.row(cells);
  }
  chapter.print("velocity", table);
  const auto rms = [&](double squares) { return std::sqrt(squares / static_cast<double>(steps - 1)); };
  std::cout << "  root mean square error over 60 steps: " << decimal(rms(of_two), 2) << ", "
            << decimal(rms(of_filter), 2) << ", " << decimal(rms(of_smoother), 2) << "\n";
  chapter.results.set("reading.1", e.seen.observations[0]);
  chapter.results.set("reading.2", e.seen.observations[1]);
  chapter.results.set("velocity.rms.two_readings", rms(of_two));
  chapter.results.set("velocity.rms.filtered", rms(of_filter));
  chapter.results.set("velocity.rms.smoothed", rms(of_smoother));
}

void show_table(Chapter& chapter, const Episode& e) {
  std::cout << "\nBelief at the time (filtered) and afterwards (smoothed), in m and m/s:\n";
  Table table(
      {"k", "thrust", "reading", "position", "filtered", "smoothed", "velocity", "filtered", "smoothed"});
  for (const std::size_t k : {0u, 1u, 2u, 4u, 10u, 30u, 60u}) {
    const auto i = static_cast<Index>(k);
    const auto number = [](double x) { return decimal(x, 2); };
    const GaussianBelief &f = e.filtered.filtered[k], &s = e.smoothed.smoothed[k];
    table.row({k, k == 0 ? "" : number(e.seen.inputs[i - 1]),
               k == 0 ? "" : number(e.seen.observations[i - 1]), number(e.seen.states(i, 0)),
               with_error(f, 0), with_error(s, 0), number(e.seen.states(i, 1)), with_error(f, 1),
               with_error(s, 1)});
  }
  chapter.print("tracking", table);
}

void show_figure(Chapter& chapter, const Episode& e) {
  Figure figure("A vehicle on a rail: its position is read with noise, its velocity never");
  const auto steps = static_cast<double>(e.filtered.horizon());
  const std::vector<double> time = spaced(0, steps, 1), reading_time = spaced(1, steps, 1);
  std::vector<double> reading;
  for (Index k = 0; k < e.seen.observations.rows; ++k)
    reading.push_back(e.seen.observations[k] - e.seen.states(k + 1, 0));
  for (const Index i : {Index{0}, Index{1}}) {
    Axes& axes = figure.axes(i == 0 ? "Position less the true one" : "Velocity", "step k, one a second",
                             i == 0 ? "error of the position / m" : "velocity / (m/s)");
    const auto draw = [&](const std::vector<GaussianBelief>& belief, const char* name, Color color,
                          Dash dash) {
      std::vector<double> mean, lower, upper;
      for (std::size_t k = 0; k < belief.size(); ++k) {
        const double truth = i == 0 ? e.seen.states(static_cast<Index>(k), 0) : 0;
        mean.push_back(belief[k].mean[i] - truth);
        lower.push_back(mean.back() - 2 * deviation(belief[k], i));
        upper.push_back(mean.back() + 2 * deviation(belief[k], i));
      }
      axes.band(time, lower, upper, {.color = color, .opacity = 0.25});
      axes.line(time, mean, {.label = name, .color = color, .dash = dash});
    };
    draw(e.filtered.filtered, "filtered ± 2σ", Color::green, Dash::solid);
    draw(e.smoothed.smoothed, "smoothed ± 2σ", Color::blue, Dash::dashed);
    const auto truth =
        series(time, [&](double k) { return i == 0 ? 0 : e.seen.states(static_cast<Index>(k), 1); });
    axes.line(time, truth, {.label = "truth", .color = Color::ink, .dash = Dash::dotted});
    if (i == 0)
      axes.scatter(reading_time, reading,
                   {.label = "readings", .color = Color::ink, .size = 4, .opacity = 0.6});
    axes.y_range = i == 0 ? Range{-8, 8} : Range{-4, 6};
  }
  chapter.figure("tracking", figure);
}

// (07.7) as it stands, a difference of covariances: the position's variance after `steps` readings, and by
// square roots.
struct Variances {
  double by_difference, by_roots;
};

Variances after_precise_readings(double reading_variance, Index steps) {
  const LinearGaussianModel m = vehicle(reading_variance);
  Matrix p = m.start_covariance;
  KalmanFilter roots(m);
  for (Index k = 0; k < steps; ++k) {
    p = m.transition * p * transpose(m.transition) + m.transition_covariance;
    const Matrix cross = p * transpose(m.emission);
    const Matrix s = m.emission * cross + m.emission_covariance;
    p = p - (1 / s[0]) * (cross * transpose(cross));
    roots.update(Matrix(1, 1), Matrix(1, 1));
  }
  return {p[0], covariance(roots.belief())[0]};
}

void precise_readings(Chapter& chapter) {
  std::cout << "\nVariance of the position after 20 precise readings, as a multiple of their variance r:\n";
  Table table({"r", "by difference", "by square roots"}, 6);
  double worst = 0;
  for (const double r : {1e-4, 1e-8, 1e-12, 1e-16, 1e-18, 1e-20}) {
    const Variances v = after_precise_readings(r, 20);
    table.row({to_text(r), v.by_difference / r, v.by_roots / r});
    // P⁻ is at least the variance of one jolt, so that of P = P⁻ r / (P⁻ + r) lies this close below r.
    const double least = vehicle().transition_covariance[0];
    worst = std::max({worst, v.by_roots / r - 1, least / (least + r) - v.by_roots / r});
  }
  chapter.print("precise", table);
  chapter.claims.at_most(
      "(07.7) by square roots it is r P⁻/(P⁻ + r), between r q/(q + r) and r, for r down to 1e-20", worst, 0,
      rounding(1), rounding_of_sums);
}

// Far enough from the start one whitened innovation a step is a standard normal number, independent of the
// rest.
void claim_innovations(Chapter& chapter, const LinearGaussianEpisode& e, const KalmanFiltered& f) {
  double squares = 0, products = 0;
  for (std::size_t k = 0; k < f.horizon(); ++k) {
    squares += std::pow(f.whitened_innovations[k][0], 2);
    if (k > 0) products += f.whitened_innovations[k][0] * f.whitened_innovations[k - 1][0];
  }
  const double n = static_cast<double>(e.observations.rows);
  const std::string over = " over " + std::to_string(e.observations.rows) + " steps";
  chapter.claims.equal("(07.8) whitened innovations have variance 1" + over, squares / n, 1,
                       4 * std::sqrt(2 / n), "4 standard errors, √(2/n) each");
  chapter.claims.equal("and are uncorrelated from step to step", products / (n - 1), 0, 4 / std::sqrt(n - 1),
                       "4 standard errors, 1/√n each");
}

// A belief is right about how wrong it is: the truth is outside of ± 2σ as often as for a normal number.
void claim_bands(Chapter& chapter, const LinearGaussianEpisode& e, const KalmanFiltered& f) {
  const std::size_t block = 100;  // steps; errors this far apart have nothing in common
  const double expected = std::erfc(std::numbers::sqrt2);
  for (const Index i : {Index{0}, Index{1}}) {
    std::vector<double> outside(f.horizon() / block);
    for (std::size_t k = 1; k <= outside.size() * block; ++k) {
      const double off = f.filtered[k].mean[i] - e.states(static_cast<Index>(k), i);
      if (std::abs(off) > 2 * deviation(f.filtered[k], i)) outside[(k - 1) / block] += 1.0 / block;
    }
    const MeanEstimate mean = sample_mean(outside);
    const std::string of = i == 0 ? "position" : "velocity";
    chapter.claims.equal("the true " + of + " is outside of the belief's ± 2σ at 4.55 % of the steps",
                         mean.mean, expected, 4 * mean.standard_error,
                         "4 standard errors, from blocks of 100 steps");
    chapter.results.set("outside." + of, mean.mean);
  }
}

void long_run(Chapter& chapter) {
  const Index steps = chapter.quick() ? 4000 : 40'000;
  Philox random(chapter.seed(), innovation_draws);
  const LinearGaussianModel m = vehicle();
  const LinearGaussianEpisode e = simulate(m, thrust(steps), random);
  const KalmanFiltered f = filter(m, e.inputs, e.observations);
  claim_innovations(chapter, e, f);
  claim_bands(chapter, e, f);
}

void claim_scalar_filter(Chapter& chapter) {
  const LinearGaussianModel m = autoregression(true_model);
  Philox random(chapter.seed(), scalar_draws);
  const LinearGaussianEpisode e = simulate(m, Matrix(24, 0), random);
  const ScalarBelief b = scalar_filter(true_model, start_variance(true_model), e.observations.elements);
  const KalmanFiltered f = filter(m, e.inputs, e.observations);
  const GaussianBelief& last = f.filtered.back();
  const double worst = std::max({std::abs(b.mean - last.mean[0]), std::abs(b.variance - covariance(last)[0]),
                                 std::abs(b.log_evidence - f.log_evidence)});
  chapter.claims.equal(
      "(07.5) to (07.8) the ten lines with scalars are the library's filter (largest difference)", worst, 0,
      rounding(f.log_evidence), rounding_of_sums);
}

}  // namespace

void tracking(Chapter& chapter) {
  const LinearGaussianModel m = vehicle();
  Philox random(chapter.seed(), tracking_draws);
  Episode e{simulate(m, thrust(60), random), {}, {}};
  e.filtered = filter(m, e.seen.inputs, e.seen.observations);
  e.smoothed = smooth(m, e.filtered);
  show_velocity(chapter, e);
  show_table(chapter, e);
  show_figure(chapter, e);

  const double evidence = e.filtered.log_evidence;
  const JointGaussian all = joint_of_observations(m, e.seen.inputs);
  const double joint = log_density(all, e.seen.observations);
  std::cout << "  log-evidence " << significant(evidence, 12) << " nats by innovations, "
            << significant(joint, 12) << " as one normal vector of 60 numbers\n";
  chapter.results.set("tracking.log_evidence", evidence);
  chapter.claims.equal("(07.8) the evidence by innovations is that of the joint normal density (07.10)",
                       evidence, joint, rounding(joint), rounding_of_sums);
  double expected = -log_det_of_factor(cholesky_factor(all.covariance)) / 2, alone = 0;
  for (Index k = 0; k < 60; ++k) {
    const double of_one = (std::log(2 * std::numbers::pi) + 1) / 2;
    expected -= of_one;
    alone -= of_one + std::log(all.covariance(k, k)) / 2;
  }
  chapter.claims.equal("(07.9) on average the evidence is minus the entropy of that joint density",
                       expected_log_evidence(m, 60), expected, rounding(expected), rounding_of_sums);
  chapter.claims.equal("(07.24) without memory it is minus the entropies of its 60 numbers, each alone",
                       memoryless_score(m, 60), alone, rounding(alone), rounding_of_sums);
  double difference = 0, size = 0;
  for (std::size_t k = 0; k <= 60; k += 5) {
    const Conditional exact = state_given_all(m, e.seen.inputs, e.seen.observations, k);
    const GaussianBelief& s = e.smoothed.smoothed[k];
    difference = std::max({difference, largest_magnitude(s.mean - exact.mean),
                           largest_magnitude(covariance(s) - exact.covariance)});
    size = std::max(size, largest_magnitude(exact.mean));
  }
  chapter.claims.equal(
      "(07.13) smoothing is conditioning that joint density, (07.4) (largest difference, 13 states)",
      difference, 0, rounding(size), rounding_of_sums);
  claim_scalar_filter(chapter);
  long_run(chapter);
  precise_readings(chapter);
}
