// Gradient ascent of the bound with each estimator: noise slows it down, bias leads it somewhere else.

#include <functional>

#include "choice_model.h"
#include "doxa/distributions/estimators.h"
#include "doxa/models/numerics/mean_estimate.h"
#include "sections.h"

namespace doxa {
using namespace support;
namespace {

constexpr double first_rate = 0.5, temperature = 0.5;

double rate(int step) { return first_rate / (1 + step / 200.0); }

// log p(x) - V = KL(q ‖ p(z | x)), the mean over the runs, during training and where it ends.
struct Curve {
  std::string name;
  std::vector<double> step, kl;
  MeanEstimate last;
};

MeanEstimate mean_kl(const Tensor& logits, const Triple& posterior) {
  const auto of_run = [&](Index run) {
    return kl(softmax_of({logits(run, 0), logits(run, 1), logits(run, 2)}), posterior);
  };
  double sum = 0, squares = 0;  // about the first, so that equal runs have no error
  const Index runs = logits.shape()[0];
  const double first = of_run(0), n = static_cast<double>(runs);
  for (Index run = 1; run < runs; ++run) {
    const double k = of_run(run) - first;
    sum += k;
    squares += k * k;
  }
  const double mean = sum / n;
  return {first + mean, std::sqrt(std::max(0.0, squares / n - mean * mean) / (n - 1))};
}

template <class Estimator>
Curve ascend(const std::string& name, const ChoiceModel& model, Estimator estimator, int steps,
             Philox& random, Index runs = 200) {
  Tensor logits(Shape{runs, 3});
  Curve curve{name, {}, {}, {}};
  const Triple posterior = model.posterior();
  const auto f = [&](Var z, const OneHotCategorical& q) { return model.log_weight(z, q); };
  Tape tape;
  for (int step = 0; step < steps; ++step) {
    if (step % 5 == 0) {
      curve.step.push_back(step);
      curve.kl.push_back(mean_kl(logits, posterior).mean);
    }
    tape.clear();
    const Var l = tape.variable(logits);
    tape.backward(sum(expectation(OneHotCategorical(l), f, estimator, random)));
    for (Index i = 0; i < logits.size(); ++i)
      logits[i] += static_cast<Real>(rate(step)) * l.adjoint()[static_cast<std::size_t>(i)];
  }
  curve.last = mean_kl(logits, posterior);
  return curve;
}

using ExpectedGradient = std::function<Triple(const Triple&)>;

// (04.20) Where ascent along the expectation of an estimate comes to rest, and what is left of it there.
struct Rest {
  double kl, gradient;
};

Rest rest_of(const ChoiceModel& model, const ExpectedGradient& expected) {
  constexpr int most = 5000;
  Triple logits{};
  Rest rest{};
  for (int step = 0; step < most; ++step) {
    const Triple g = expected(logits);
    rest.gradient = std::max({std::abs(g[0]), std::abs(g[1]), std::abs(g[2])});
    if (rest.gradient < 1e-9) break;
    for (std::size_t i = 0; i < 3; ++i) logits[i] += 2 * first_rate * g[i];
  }
  rest.kl = kl(softmax_of(logits), model.posterior());
  return rest;
}

// Near the posterior p one step shrinks the error along each axis of the curvature J(p) by 1 - rate λ, and
// KL by the square. J(p) has the eigenvalue 0, of a constant in the logits, and two with the sum 1 - Σ p_i²
// and the product 3 p_1 p_2 p_3; the smaller is larger on the way from equal probabilities.
double kl_left_by_ascent(const Triple& p, int steps) {
  const double sum = 1 - p[0] * p[0] - p[1] * p[1] - p[2] * p[2], product = 3 * p[0] * p[1] * p[2];
  const double slowest = (sum - std::sqrt(sum * sum - 4 * product)) / 2;
  double left = kl(softmax_of({}), p);
  for (int step = 0; step < steps; ++step) left *= std::pow(1 - rate(step) * slowest, 2);
  return left;
}

// A bare score function is noise of covariance L² J(p) / n at the posterior p, where f is the constant L =
// log p(x). Ascent that shrinks an error by rate J(p) and adds rate times that noise holds a covariance of
// rate L² / 2n, and KL = rate L² tr J(p) / 4n.
double kl_held_by_noise(const ChoiceModel& model, double rate, double n) {
  const Triple p = model.posterior();
  const double L = model.log_evidence();
  return rate * L * L * (1 - p[0] * p[0] - p[1] * p[1] - p[2] * p[2]) / (4 * n);
}

// A biased estimate leads to where its own expectation is zero. With few draws noise shifts the mean of the
// runs too, in proportion to the rate and the variance of an estimate: with 100 times the draws a hundredth
// of that, and at half the steps, where the rate is up to 1.8 times as large, less than a fiftieth.
template <class Estimator>
void claim_rest(Chapter& chapter, const ChoiceModel& model, const Curve& few, Estimator estimator,
                double rest, int steps, Philox& random) {
  estimator.samples *= 100;
  const Curve many = ascend(few.name, model, estimator, steps, random, 20);
  chapter.results.set("training." + few.name + ".at_rest", rest);
  chapter.results.set("training." + few.name + ".by_200_draws", many.last.mean);
  chapter.claims.equal(
      "training by " + few.name + ", 200 draws a step, ends where its expectation is zero: KL",
      many.last.mean, rest, 4.5 * many.last.standard_error + std::abs(few.last.mean - rest) / 50,
      "4.5 standard errors over the runs, and a fiftieth of the shift that 2 draws make");
}

}  // namespace

void training(Chapter& chapter) {
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
  const Rest of_straight_through =
      rest_of(model, [&](const Triple& l) { return straight_through_moments(model, l).mean; });
  const Rest of_gumbel =
      rest_of(model, [&](const Triple& l) { return gumbel_softmax_moments(model, l, temperature).mean; });

  std::cout << "Gradient ascent of the bound from equal probabilities, " << draws << " draws a step, "
            << steps << " steps, " << 200 << " runs: log p(x) − V = KL(q ‖ p(z | x)) at the end\n\n";
  Table table({"estimator", {"mean KL / nats", 3}, {"± se", 2}});
  for (const Curve& c : curves) {
    table.row({c.name, c.last.mean, c.last.standard_error});
    // For given draws of value k a step of the bare score function adds -rate f_k J(p) δ to a difference δ in
    // the logits, which grows as long as f_k < 0: by 10^9 in 200 steps, so that other rounding leads to other
    // draws. Two runs of 200 then are independent: 4 standard errors of the difference of their means.
    if (c.name == "score function, no baseline")
      chapter.results.set("training." + c.name, c.last.mean, 4 * std::sqrt(2.0) * c.last.standard_error);
    else
      chapter.results.set("training." + c.name, c.last.mean);
  }
  chapter.print("training", table);
  std::cout << "\nthe expected straight-through gradient is zero at KL = "
            << significant(of_straight_through.kl, 4) << " nats, the expected Gumbel-softmax gradient at "
            << significant(of_gumbel.kl, 4) << "\n\n";
  const Curve &exact = curves[0], &none = curves[1], &others = curves[2];
  const double left = kl_left_by_ascent(model.posterior(), steps);
  chapter.claims.at_most("training by enumeration reaches the posterior: KL", exact.last.mean, left, 0,
                         "the start's KL, shrunk by (1 - rate λ)² a step, λ the least curvature");
  chapter.claims.at_most("training by leave-one-out too, and stays there: the noise dies out with f - b",
                         others.last.mean, left, 0, "as for enumeration");
  const double held = kl_held_by_noise(model, rate(steps), static_cast<double>(draws));
  chapter.results.set("training.held_by_noise", held);
  chapter.claims.at_least("without a baseline the noise of log p(x) times the score remains: KL",
                          none.last.mean, held / 2, 0,
                          "half of what it holds up near the posterior, rate · log² p(x) · tr J / 4n");
  chapter.claims.at_most("(04.20) where the expected gradients of the biased are zero: the larger component",
                         std::max(of_straight_through.gradient, of_gumbel.gradient), 0, 1e-9,
                         "where the search for the place stops");
  claim_rest(chapter, model, curves[3], straight_through, of_straight_through.kl, steps / 2, random);
  claim_rest(chapter, model, curves[4], gumbel, of_gumbel.kl, steps / 2, random);

  Figure figure("Divergence from the posterior during gradient ascent with each estimator", 1, 320, 620);
  Axes& axes = figure.axes("KL(q ‖ posterior), mean of 200 runs", "step", "KL / nats");
  axes.y_scale = Scale::log;
  axes.y_range = Range{1e-6, 2};
  for (const Curve& c : curves) axes.line(c.step, c.kl, {.label = c.name});
  chapter.figure("training", figure);
}

}  // namespace doxa
