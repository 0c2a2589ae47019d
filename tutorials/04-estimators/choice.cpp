// A latent choice among three: what can be done where no path leads from noise to a draw, and at what price.

#include "choice_model.h"
#include "sections.h"

namespace doxa {
using namespace support;
namespace {

constexpr Index choice_samples = 4;
const Triple choice_logits{0.8, -0.6, 0.2};

OneHotCategorical choice_of(Var rows) { return OneHotCategorical(rows); }

template <class Estimator>
Moments measured(const ChoiceModel& model, Estimator estimator, const Repetitions& repetitions,
                 Philox& random) {
  const auto f = [&](Var z, const OneHotCategorical& q) { return model.log_weight(z, q); };
  return measure({choice_logits[0], choice_logits[1], choice_logits[2]}, choice_of, f, estimator, repetitions,
                 random);
}

Triple triple(const std::vector<double>& v) { return {v[0], v[1], v[2]}; }

struct ChoiceRow {
  std::string name;
  Moments measured;
  ExactMoments exact;  // of the mean of choice_samples draws
};

ExactMoments of_mean(ExactMoments one) {
  for (double& v : one.variance) v /= static_cast<double>(choice_samples);
  return one;
}

std::vector<ChoiceRow> estimators(const ChoiceModel& model, Index count, Philox& random) {
  const Repetitions batched{.count = count};
  const auto gumbel = [&](double temperature, bool straight_through) {
    return measured(model,
                    GumbelSoftmax{.samples = choice_samples,
                                  .temperature = static_cast<Real>(temperature),
                                  .straight_through = straight_through},
                    batched, random);
  };
  return {
      {"enumeration", measured(model, Enumeration{}, {.count = 10, .at_once = 10}, random),
       ExactMoments{gradient_of_bound(model, choice_logits), {}}},
      {"score function, no baseline",
       measured(model, ScoreFunction{.samples = choice_samples}, batched, random),
       of_mean(score_function(model, choice_logits, 0))},
      {"score function, running mean",
       measured(model, ScoreFunction{.samples = choice_samples, .baseline = RunningMeanBaseline{}},
                {.count = count / 4, .at_once = 1, .unused = 200}, random),
       about_running_mean(model, choice_logits, double{RunningMeanBaseline{}.decay},
                          static_cast<double>(choice_samples))},
      {"score function, leave one out",
       measured(model, ScoreFunction{.samples = choice_samples, .baseline = LeaveOneOutBaseline{}}, batched,
                random),
       leave_one_out(model, choice_logits, static_cast<double>(choice_samples))},
      {"straight-through", measured(model, StraightThrough{.samples = choice_samples}, batched, random),
       of_mean(straight_through_moments(model, choice_logits))},
      {"Gumbel-softmax, τ = 1", gumbel(1, false), of_mean(gumbel_softmax_moments(model, choice_logits, 1))},
      {"Gumbel-softmax, τ = 0.3", gumbel(0.3, false),
       of_mean(gumbel_softmax_moments(model, choice_logits, 0.3))},
      {"straight-through Gumbel, τ = 1", gumbel(1, true),
       of_mean(straight_through_gumbel_moments(model, choice_logits, 1))},
  };
}

// The length of the bias; what is left of equal sums is rounding.
double length_of_bias(const Triple& mean, const Triple& truth) {
  const double bias = length(minus(mean, truth));
  return bias < 1e-12 ? 0 : bias;
}

void report(Chapter& chapter, const ChoiceRow& row, const Triple& truth, Table& table) {
  const Moments& m = row.measured;
  const double bias = length_of_bias(triple(m.mean), truth), error = length(triple(m.mean_error)),
               spread = std::sqrt(total(triple(m.variance)));
  table.row({row.name, bias, error, length_of_bias(row.exact.mean, truth), spread,
             std::sqrt(total(row.exact.variance))});
  chapter.results.set("choice." + row.name + ".bias", bias);
  chapter.results.set("choice." + row.name + ".bias.exactly", length_of_bias(row.exact.mean, truth));
  chapter.results.set("choice." + row.name + ".spread", spread);
}

void claims(Chapter& chapter, const std::vector<ChoiceRow>& rows, const Triple& truth) {
  Deviations unbiased, biased, variances;
  for (const ChoiceRow& row : rows) {
    const bool is_unbiased = row.name.starts_with("score") || row.name == "enumeration";
    for (std::size_t i = 0; i < 3; ++i) {
      if (is_unbiased)
        unbiased.mean(row.measured, i, truth[i]);
      else
        biased.mean(row.measured, i, row.exact.mean[i]);
      variances.variance(row.measured, i, row.exact.variance[i]);
    }
    if (!is_unbiased)
      chapter.claims.at_least(
          "choice, " + row.name + ": its bias, in standard errors",
          length(minus(triple(row.measured.mean), truth)) / length(triple(row.measured.mean_error)), 5, 0,
          "an error without bias exceeds 5 of them less than once in 10⁶ times");
  }
  unbiased.claim(chapter, "(04.14) choice: enumeration and score function are unbiased");
  biased.claim(chapter, "(04.16), (04.18) choice: the biased ones have the expectations of the formulas");
  variances.claim(chapter,
                  "(04.4), (04.7), (04.8), (04.15), (04.18) choice: the variances are those of the formulas");
}

struct GumbelError {
  double bias, spread;
  double root_mean_square(double n) const { return std::hypot(bias, spread / std::sqrt(n)); }
};

GumbelError gumbel_error(const ChoiceModel& model, const Triple& truth, double temperature) {
  const ExactMoments m = gumbel_softmax_moments(model, choice_logits, temperature);
  return {length(minus(m.mean, truth)), std::sqrt(total(m.variance))};
}

// The least error of the mean of n draws, by golden sections of log τ.
double best_temperature(const ChoiceModel& model, const Triple& truth, double n) {
  const double section = (std::sqrt(5.0) - 1) / 2;
  const auto error = [&](double t) { return gumbel_error(model, truth, std::exp(t)).root_mean_square(n); };
  double low = std::log(0.3), high = std::log(3.0);
  while (high - low > 0.01) {
    const double third = high - section * (high - low), two_thirds = low + section * (high - low);
    if (error(third) < error(two_thirds))
      high = two_thirds;
    else
      low = third;
  }
  return std::exp((low + high) / 2);
}

void draw_trade(Chapter& chapter, const ChoiceModel& model, const Triple& truth) {
  std::vector<double> temperature;
  for (double t = 0.08; t < 8.1; t *= chapter.quick() ? 1.4 : 1.12) temperature.push_back(t);
  std::vector<GumbelError> errors;
  for (const double t : temperature) errors.push_back(gumbel_error(model, truth, t));
  Figure figure("Bias and standard deviation of the Gumbel-softmax gradient against the temperature", 1, 320,
                620);
  Axes& axes = figure.axes("one draw's estimate of the gradient: length of the error", "temperature τ",
                           "error / nats");
  axes.x_scale = axes.y_scale = Scale::log;
  axes.line(temperature, series(errors, &GumbelError::bias), {.label = "Gumbel-softmax: bias"});
  axes.line(temperature, series(errors, &GumbelError::spread), {.label = "standard deviation"});
  axes.line(temperature, series(errors, [](const GumbelError& e) { return e.root_mean_square(1); }),
            {.label = "root mean square"});
  const ExactMoments st = straight_through_moments(model, choice_logits);
  axes.horizontal(std::sqrt(total(leave_one_out(model, choice_logits, 2).variance) * 2),
                  "score function, leave one out: standard deviation");
  axes.horizontal(length(minus(st.mean, truth)), "straight-through: bias");
  chapter.figure("temperature", figure);
}

}  // namespace

void choice(Chapter& chapter) {
  Philox random(chapter.seed(), choice_draws);
  const ChoiceModel model;
  const Triple truth = gradient_of_bound(model, choice_logits);
  std::cout << "A choice among three, V = E_q[log p(x, z) − log q(z)]: estimates of ∂V/∂logits = ("
            << significant(truth[0]) << ", " << significant(truth[1]) << ", " << significant(truth[2])
            << ") from " << choice_samples << " draws each\n\n";
  const std::vector<ChoiceRow> rows = estimators(model, chapter.quick() ? 20'000 : 200'000, random);
  Table table({"estimator", {"length of bias", 2}, {"± se", 2}, "exactly", "std. deviation", "exactly"});
  for (const ChoiceRow& row : rows) report(chapter, row, truth, table);
  std::cout << table << '\n';
  chapter.results.set("printed.choice", table.text());
  claims(chapter, rows, truth);
  for (const double t : {0.3, 1.0})
    chapter.claims.equal("(04.19) the density of the noise adds up to 1 at the nodes for τ = " + to_text(t),
                         gumbel_mass(t), 1, 1e-10, "the trapezoid rule's e^-28 and the weights left out");
  const Triple p = softmax_of(choice_logits), nearest = minus(nearest_corner_mass(choice_logits), p);
  chapter.claims.at_most(
      "(04.17) the nearest corner is k with probability p_k, whatever τ: the largest difference",
      std::max({std::abs(nearest[0]), std::abs(nearest[1]), std::abs(nearest[2])}), 0, 1e-12,
      "rounding of 65 000 weights; the rule leaves 5e-9 at twice the spacing, its square at this");
  draw_trade(chapter, model, truth);
  const double best = best_temperature(model, truth, 1);
  const GumbelError least = gumbel_error(model, truth, best);
  std::cout << "one draw errs least at the temperature τ = " << significant(best, 2) << ": root mean square "
            << significant(least.root_mean_square(1), 2) << ", bias " << significant(least.bias, 2) << "\n\n";
  chapter.results.set("choice.best_temperature", best);
  chapter.results.set("choice.best_temperature.error", least.root_mean_square(1));
  chapter.results.set("choice.best_temperature.bias", least.bias);
}

}  // namespace doxa
