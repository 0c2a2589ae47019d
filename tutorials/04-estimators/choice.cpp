// A latent choice among three: what can be done where no path leads from noise to a draw, and at what price.

#include "choice_model.h"
#include "sections.h"

namespace doxa {
using namespace support;
namespace {

// The setting of the section: the model, the logits of q and the draws of one estimate.
struct Choice {
  ChoiceModel model;
  Triple logits;
  double tau;
  Index draws;

  Triple truth() const { return gradient_of_bound(model, logits); }
};

OneHotCategorical choice_of(Var rows) { return OneHotCategorical(rows); }

template <class Estimator>
Moments measured(const Choice& c, Estimator estimator, const Repetitions& repetitions, Philox& random) {
  const auto f = [&](Var z, const OneHotCategorical& q) { return c.model.log_weight(z, q); };
  return measure({c.logits[0], c.logits[1], c.logits[2]}, choice_of, f, estimator, repetitions, random);
}

Triple triple(const std::vector<double>& v) { return {v[0], v[1], v[2]}; }

struct ChoiceRow {
  std::string name;
  Moments measured;
  ExactMoments exact;  // of the mean of the draws
};

std::vector<ChoiceRow> estimators(const Choice& c, Index count, Philox& random) {
  const Repetitions batched{.count = count};
  const double n = static_cast<double>(c.draws);
  const auto of_mean = [&](ExactMoments one) {
    for (double& v : one.variance) v /= n;
    return one;
  };
  const auto gumbel = [&](const std::string& name, double tau, bool straight) {
    const GumbelSoftmax estimator{
        .samples = c.draws, .temperature = static_cast<Real>(tau), .straight_through = straight};
    return ChoiceRow{name + ", τ = " + to_text(tau), measured(c, estimator, batched, random),
                     of_mean(straight ? straight_through_gumbel_moments(c.model, c.logits, tau)
                                      : gumbel_softmax_moments(c.model, c.logits, tau))};
  };
  std::vector<ChoiceRow> rows{
      {"enumeration", measured(c, Enumeration{}, {.count = 10, .at_once = 10}, random),
       ExactMoments{c.truth(), {}}},
      {"score function, no baseline", measured(c, ScoreFunction{.samples = c.draws}, batched, random),
       of_mean(score_function(c.model, c.logits, 0))},
      {"score function, running mean",
       measured(c, ScoreFunction{.samples = c.draws, .baseline = RunningMeanBaseline{}},
                {.count = count / 4, .at_once = 1, .unused = 200}, random),
       about_running_mean(c.model, c.logits, double{RunningMeanBaseline{}.decay}, n)},
      {"score function, leave one out",
       measured(c, ScoreFunction{.samples = c.draws, .baseline = LeaveOneOutBaseline{}}, batched, random),
       leave_one_out(c.model, c.logits, n)},
      {"straight-through", measured(c, StraightThrough{.samples = c.draws}, batched, random),
       of_mean(straight_through_moments(c.model, c.logits))}};
  rows.push_back(gumbel("Gumbel-softmax", 1, false));
  if (c.tau != 1) rows.push_back(gumbel("Gumbel-softmax", c.tau, false));
  rows.push_back(gumbel("straight-through Gumbel", 1, true));
  return rows;
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

void claims(Chapter& chapter, const std::vector<ChoiceRow>& rows, const Triple& truth, bool biased_here) {
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
    if (!is_unbiased && biased_here)
      chapter.claims.at_least(
          "choice, " + row.name + ": its bias, in standard errors",
          length(minus(triple(row.measured.mean), truth)) / (1e-12 + length(triple(row.measured.mean_error))),
          5, 0, "an error without bias exceeds 5 of them less than once in 10⁶ times");
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

GumbelError gumbel_error(const Choice& c, double temperature) {
  const ExactMoments m = gumbel_softmax_moments(c.model, c.logits, temperature);
  return {length(minus(m.mean, c.truth())), std::sqrt(total(m.variance))};
}

// The least error of the mean of n draws, by golden sections of log τ.
double best_temperature(const Choice& c, double n) {
  const double section = (std::sqrt(5.0) - 1) / 2;
  const auto error = [&](double t) { return gumbel_error(c, std::exp(t)).root_mean_square(n); };
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

void draw_trade(Chapter& chapter, const Choice& c) {
  std::vector<double> temperature;
  for (double t = 0.08; t < 8.1; t *= chapter.quick() ? 1.4 : 1.12) temperature.push_back(t);
  std::vector<GumbelError> errors;
  for (const double t : temperature) errors.push_back(gumbel_error(c, t));
  Figure figure("Bias and standard deviation of the Gumbel-softmax gradient against the temperature", 1, 320,
                620);
  Axes& axes = figure.axes("one draw's estimate of the gradient: length of the error", "temperature τ",
                           "error / nats");
  axes.x_scale = axes.y_scale = Scale::log;
  axes.line(temperature, series(errors, &GumbelError::bias),
            {.label = "Gumbel-softmax: bias", .color = color_of_gumbel, .dash = Dash::dashed});
  axes.line(temperature, series(errors, &GumbelError::spread),
            {.label = "its standard deviation", .color = color_of_gumbel, .dash = Dash::dotted});
  axes.line(temperature, series(errors, [](const GumbelError& e) { return e.root_mean_square(1); }),
            {.label = "its root mean square", .color = color_of_gumbel, .dash = Dash::solid, .width = 2.4});
  axes.horizontal(std::sqrt(total(leave_one_out(c.model, c.logits, 2).variance) * 2),
                  "score function, leave one out: standard deviation", {.color = color_of_baseline});
  chapter.figure("temperature", figure);
}

}  // namespace

void choice(Chapter& chapter, const EstimatorOptions& options) {
  Philox random(chapter.seed(), choice_draws);
  const Choice c{{}, options.logits, options.tau, draws_or(options, 4)};
  const Triple truth = c.truth(), p = softmax_of(c.logits);
  std::cout << "A choice among three, V = E_q[log p(x, z) − log q(z)]: estimates of ∂V/∂logits = ("
            << significant(truth[0]) << ", " << significant(truth[1]) << ", " << significant(truth[2])
            << ") from " << c.draws << " draws each\n\n";
  const std::vector<ChoiceRow> rows = estimators(c, chapter.quick() ? 20'000 : 200'000, random);
  Table table({"estimator", {"length of bias", 2}, {"± se", 2}, "exactly", "std. deviation", "exactly"});
  for (const ChoiceRow& row : rows) report(chapter, row, truth, table);
  chapter.print("choice", table);
  std::cout << '\n';
  const double rarest = std::min({p[0], p[1], p[2]});
  if (rarest < 0.02)
    std::cout << "(One value has the probability " << significant(rarest, 2)
              << ": too rare for these draws to judge a variance. No claims about the table.)\n\n";
  else
    claims(chapter, rows, truth, !chapter.arguments().given("logits") && !chapter.arguments().given("tau"));
  for (const double t : {0.3, 1.0})
    chapter.claims.equal("(04.21) the density of the noise adds up to 1 at the nodes for τ = " + to_text(t),
                         gumbel_mass(t), 1, 1e-10, "the trapezoid rule's e^-28 and the weights left out");
  if (rarest >= 0.02) {
    const Triple nearest = minus(nearest_corner_mass(c.logits), p);
    chapter.claims.at_most(
        "(04.17) the nearest corner is k with probability p_k, whatever τ: the largest difference",
        std::max({std::abs(nearest[0]), std::abs(nearest[1]), std::abs(nearest[2])}), 0, 1e-12,
        "rounding of 65 000 weights; the rule leaves 5e-9 at twice the spacing, its square at this");
  }
  draw_trade(chapter, c);
  const double best = best_temperature(c, 1);
  const GumbelError least = gumbel_error(c, best);
  std::cout << "one draw errs least at the temperature τ = " << significant(best, 2) << ": root mean square "
            << significant(least.root_mean_square(1), 2) << ", bias " << significant(least.bias, 2);
  std::cout << "\nthe mean of 10 draws at τ = " << significant(best_temperature(c, 10), 2)
            << ", the mean of 100 at τ = " << significant(best_temperature(c, 100), 2) << "\n\n";
  chapter.results.set("choice.best_temperature", best);
  chapter.results.set("choice.best_temperature.error", least.root_mean_square(1));
  chapter.results.set("choice.best_temperature.bias", least.bias);
}

}  // namespace doxa
