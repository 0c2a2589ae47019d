// Gradient ascent of the bound with each estimator: noise slows it down, bias leads it somewhere else.

#include <cmath>
#include <functional>
#include <iostream>
#include <string>
#include <vector>

#include "choice_model.h"
#include "doxa/distributions/estimators.h"
#include "sections.h"
#include "support/figure.h"
#include "support/table.h"

namespace doxa {
namespace {

constexpr double first_rate = 0.5, temperature = 0.5;

double rate(int step) { return first_rate / (1 + step / 200.0); }

// log p(x) - V = KL(q ‖ p(z | x)), the mean over the runs and its standard error; and where they end.
struct Curve {
  std::string name;
  std::vector<double> step, kl;
  double last_kl = 0, last_error = 0;
};

double mean_kl(const Tensor& logits, const Triple& posterior, double* error = nullptr) {
  double sum = 0, squares = 0;
  const Index runs = logits.shape()[0];
  for (Index run = 0; run < runs; ++run) {
    const double k = kl(softmax_of({logits(run, 0), logits(run, 1), logits(run, 2)}), posterior);
    sum += k;
    squares += k * k;
  }
  const double n = static_cast<double>(runs), mean = sum / n;
  if (error) *error = std::sqrt(std::max(0.0, squares / n - mean * mean) / n);
  return mean;
}

template <class Estimator>
Curve ascend(const std::string& name, const ChoiceModel& model, Estimator estimator, int steps,
             Philox& random, Index runs = 200) {
  Tensor logits({runs, 3});
  Curve curve{name, {}, {}};
  const Triple posterior = model.posterior();
  const auto f = [&](Var z, const OneHotCategorical& q) { return model.log_weight(z, q); };
  Tape tape;
  for (int step = 0; step < steps; ++step) {
    if (step % 5 == 0) {
      curve.step.push_back(step);
      curve.kl.push_back(mean_kl(logits, posterior));
    }
    tape.clear();
    const Var l = tape.variable(logits);
    tape.backward(sum(expectation(OneHotCategorical(l), f, estimator, random)));
    for (Index i = 0; i < logits.size(); ++i)
      logits[i] += static_cast<Real>(rate(step)) * l.adjoint()[static_cast<std::size_t>(i)];
  }
  curve.last_kl = mean_kl(logits, posterior, &curve.last_error);
  return curve;
}

using ExpectedGradient = std::function<Triple(const Triple&)>;

// (04.20) Where ascent along the expectation of an estimate comes to rest.
double kl_at_rest(const ChoiceModel& model, const ExpectedGradient& expected, int steps) {
  Triple logits{};
  for (int step = 0; step < steps; ++step) {
    const Triple g = expected(logits);
    for (std::size_t i = 0; i < 3; ++i) logits[i] += 2 * first_rate * g[i];
  }
  return kl(softmax_of(logits), model.posterior());
}

// A biased estimate leads to where its own expectation is zero. With few draws noise shifts the mean of the
// runs too, in proportion to the variance of an estimate; with 100 times the draws it is a hundredth of that.
template <class Estimator>
void claim_rest(support::Chapter& chapter, const ChoiceModel& model, const Curve& few, Estimator estimator,
                double rest, int steps, Philox& random) {
  estimator.samples *= 100;
  const Curve many = ascend(few.name, model, estimator, steps, random, 20);
  chapter.results.set("training." + few.name + ".at_rest", rest);
  chapter.claims.equal(
      "training by " + few.name + ", 200 draws a step, ends where its expectation is zero: KL", many.last_kl,
      rest, 4.5 * many.last_error + std::abs(few.last_kl - rest) / 50,
      "4.5 standard errors over the runs, and twice a hundredth of the shift that 2 draws make");
}

}  // namespace

void training(support::Chapter& chapter) {
  Philox random(chapter.seed(), training_draws);
  const ChoiceModel model;
  const int steps = chapter.quick() ? 500 : 2000;
  constexpr Index draws = 2;
  const StraightThrough straight_through{.samples = draws};
  const GumbelSoftmax gumbel{.samples = draws, .temperature = Real(temperature)};
  const std::vector<Curve> curves{
      ascend("enumeration", model, Enumeration{}, steps, random),
      ascend("score function, no baseline", model, ScoreFunction{.samples = draws}, steps, random),
      ascend("score function, leave one out", model,
             ScoreFunction{.samples = draws, .baseline = LeaveOneOutBaseline{}}, steps, random),
      ascend("straight-through", model, straight_through, steps, random),
      ascend("Gumbel-softmax, τ = 0.5", model, gumbel, steps, random)};
  const double rest_of_straight_through = kl_at_rest(
      model, [&](const Triple& l) { return straight_through_moments(model, l).mean; }, 2000);
  const double rest_of_gumbel = kl_at_rest(
      model, [&](const Triple& l) { return gumbel_softmax_moments(model, l, temperature).mean; }, 200);

  std::cout << "Gradient ascent of the bound from equal probabilities, " << draws << " draws a step, "
            << steps << " steps, " << 200 << " runs: log p(x) − V = KL(q ‖ p(z | x)) at the end\n\n";
  support::Table table({"estimator", "mean KL / nats", "± se"});
  for (const Curve& c : curves) {
    table.row({c.name, {c.last_kl, 3}, {c.last_error, 2}});
    chapter.results.set("training." + c.name, c.last_kl);
  }
  std::cout << table << "\nthe expected straight-through gradient is zero at KL = "
            << support::significant(rest_of_straight_through, 4)
            << " nats, the expected Gumbel-softmax gradient at " << support::significant(rest_of_gumbel, 4)
            << "\n\n";
  const Curve &exact = curves[0], &none = curves[1], &others = curves[2];
  chapter.claims.equal("training by enumeration reaches the posterior: KL", exact.last_kl, 0,
                       chapter.quick() ? 1e-4 : 1e-6, "what this many steps of this rate leave");
  chapter.claims.at_most("training by leave-one-out too, and stays there: the noise dies out with f - b",
                         others.last_kl, 0, chapter.quick() ? 1e-4 : 1e-6, "as for enumeration");
  chapter.claims.at_least("without a baseline the runs are left scattered: KL over its standard error",
                          none.last_kl / none.last_error, 5, 0, "a mean over 200 runs");
  claim_rest(chapter, model, curves[3], straight_through, rest_of_straight_through, steps / 2, random);
  claim_rest(chapter, model, curves[4], gumbel, rest_of_gumbel, steps / 2, random);

  support::Figure figure("Divergence from the posterior during gradient ascent with each estimator", 1);
  figure.width = 620;
  support::Axes& axes = figure.axes();
  axes.title = "KL(q ‖ posterior), mean of 200 runs";
  axes.x_label = "step";
  axes.y_label = "nats";
  axes.y_scale = support::Scale::log;
  axes.y_range = support::Range{1e-6, 2};
  for (const Curve& c : curves) axes.line(c.step, c.kl, {.label = c.name});
  chapter.figure("training", figure);
}

}  // namespace doxa
