// Gradient ascent of the bound with each estimator: noise slows it down, bias leads it somewhere else.

#include <functional>

#include "choice_model.h"
#include "doxa/distributions/estimators.h"
#include "doxa/models/numerics/mean_estimate.h"
#include "sections.h"

namespace doxa {
using namespace support;
namespace {

// The rate of each step: constant, or falling like 1 over the step.
struct RateOf {
  double first;
  bool falls = false;

  double operator()(int step) const { return falls ? first / (1 + step / 200.0) : first; }
};

struct Start {
  ChoiceModel model;
  Triple logits;
};

// log p(x) - V = KL(q ‖ p(z | x)), the mean over the runs, during training and where it ends.
struct Curve {
  std::string name;
  std::vector<double> step, kl;
  MeanEstimate last;
};

// What rounding leaves of KL: of the sum, and of logits that no longer move by their small steps.
constexpr double floor_of_kl = 1e-15 + 1e4 * u * u;

// How far the ends of two independent sets of runs may be apart: 4 standard errors of the difference.
double apart(const Curve& c) { return 4 * std::sqrt(2.0) * c.last.standard_error; }

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
Curve ascend(const std::string& name, const Start& start, Estimator estimator, RateOf rate, int steps,
             Philox& random, Index runs = 200) {
  const ChoiceModel& model = start.model;
  Tensor logits(Shape{runs, 3});
  for (Index i = 0; i < logits.size(); ++i)
    logits[i] = static_cast<Real>(start.logits[static_cast<std::size_t>(i % 3)]);
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

// (04.19) Where ascent along the expectation of an estimate comes to rest, and what is left of it there.
struct Rest {
  double kl, gradient;
};

Rest rest_of(const Start& start, const ExpectedGradient& expected) {
  constexpr int most = 5000;
  Triple logits = start.logits;
  Rest rest{};
  for (int step = 0; step < most; ++step) {
    const Triple g = expected(logits);
    rest.gradient = std::max({std::abs(g[0]), std::abs(g[1]), std::abs(g[2])});
    if (rest.gradient < 1e-9) break;
    for (std::size_t i = 0; i < 3; ++i) logits[i] += g[i];
  }
  rest.kl = kl(softmax_of(logits), start.model.posterior());
  return rest;
}

// Near the posterior p one step shrinks the error along each axis of the curvature J(p) by 1 - rate λ, and
// KL by the square. J(p) has the eigenvalue 0, of a constant in the logits, and two with the sum 1 - Σ p_i²
// and the product 3 p_1 p_2 p_3.
std::array<double, 2> curvatures(const Triple& p) {
  const double sum = 1 - p[0] * p[0] - p[1] * p[1] - p[2] * p[2], product = 3 * p[0] * p[1] * p[2];
  const double root = std::sqrt(sum * sum - 4 * product);
  return {(sum - root) / 2, (sum + root) / 2};
}

double kl_left_by_ascent(const Start& start, double rate, int steps) {
  const Triple p = start.model.posterior();
  return kl(softmax_of(start.logits), p) * std::pow(1 - rate * curvatures(p)[0], 2 * steps);
}

// (04.20) A bare score function is noise of covariance L² J(p) / n at the posterior p, where f is the constant
// L = log p(x). Ascent that shrinks an error by rate J(p) and adds rate times that noise holds a covariance of
// rate L² / 2n, and KL = rate L² tr J(p) / 4n.
double kl_held_by_noise(const ChoiceModel& model, double rate, double n) {
  const auto [small, large] = curvatures(model.posterior());
  const double L = model.log_evidence();
  return rate * L * L * (small + large) / (4 * n);
}

// A biased estimate leads to where its own expectation is zero. With few draws noise shifts the mean of the
// runs too, in proportion to the variance of an estimate: with 100 times the draws by a hundredth of that, and
// a fiftieth leaves room for what is not linear.
template <class Estimator>
void claim_rest(Chapter& chapter, const Start& start, const Curve& few, Estimator estimator, RateOf rate,
                double rest, int steps, Philox& random) {
  estimator.samples *= 100;
  const Curve many = ascend(few.name, start, estimator, rate, steps, random, 20);
  chapter.results.set("training." + few.name + ".at_rest", rest);
  chapter.results.set("training." + few.name + ".by_many_draws", many.last.mean, apart(many));
  chapter.claims.equal(
      "training by " + few.name + ", 100 times the draws, ends where its expectation is zero: KL",
      many.last.mean, rest,
      floor_of_kl + 4.5 * many.last.standard_error + std::abs(few.last.mean - rest) / 50,
      "4.5 standard errors over the runs, and a fiftieth of the shift that few draws make");
}

void training_claims(Chapter& chapter, const Start& start, const std::vector<Curve>& curves,
                     const EstimatorOptions& options, Index draws, int steps, Philox& random) {
  const ChoiceModel& model = start.model;
  const RateOf constant{options.rate}, falling{options.rate, true};
  const Curve &exact = curves[0], &none = curves[1], &none_falling = curves[2], &others = curves[3];
  const double n = static_cast<double>(draws), held = kl_held_by_noise(model, options.rate, n),
               held_falling = kl_held_by_noise(model, falling(steps), n);
  chapter.results.set("training.held_by_noise", held);
  chapter.results.set("training.held_by_noise.falling", held_falling);
  std::cout << "without a baseline the noise holds KL up at about " << significant(held, 2)
            << " nats, and with the"
            << " last falling rate, " << significant(falling(steps), 2) << ", at "
            << significant(held_falling, 2) << "\n\n";
  chapter.claims.at_most("training by enumeration ends no farther from the posterior than it began: KL",
                         exact.last.mean, exact.kl.front(), floor_of_kl, "rounding of KL");
  if (chapter.arguments().given("logits")) return;  // what follows is about the way from the usual ones
  const double left = kl_left_by_ascent(start, options.rate, steps);
  chapter.claims.at_most("training by enumeration nears the posterior: KL", exact.last.mean, left,
                         floor_of_kl,
                         "the start's KL, shrunk by (1 - rate λ)² a step, λ the least curvature");
  // At a larger rate noise is no small disturbance, and at a smaller one it takes longer to come to rest.
  if (options.rate > 0.2 || options.rate * curvatures(model.posterior())[0] * steps < 2.5) return;
  chapter.claims.at_most("training by leave-one-out too, at a constant rate: the noise dies out with f - b",
                         others.last.mean, left, floor_of_kl, "as for enumeration");
  chapter.claims.equal("(04.20) without a baseline the noise holds KL at rate · log² p(x) · tr J / 4n",
                       none.last.mean, held, 4.5 * none.last.standard_error + options.rate * held,
                       "4.5 standard errors over the runs, and the next order in the rate");
  chapter.claims.at_most("and a falling rate takes it down: KL against the constant one's",
                         none_falling.last.mean, 0.7 * none.last.mean, 0,
                         "the rates differ by 3.5 or more; KL follows them with a delay");

  const Rest of_straight_through =
      rest_of(start, [&](const Triple& l) { return straight_through_moments(model, l).mean; });
  const Rest of_gumbel =
      rest_of(start, [&](const Triple& l) { return gumbel_softmax_moments(model, l, options.tau).mean; });
  std::cout << "the expected straight-through gradient is zero at KL = "
            << significant(of_straight_through.kl, 4) << " nats, the expected Gumbel-softmax gradient at "
            << significant(of_gumbel.kl, 4) << "\n\n";
  chapter.claims.at_most("(04.19) where the expected gradients of the biased are zero: the larger component",
                         std::max(of_straight_through.gradient, of_gumbel.gradient), 0, 1e-9,
                         "where the search for the place stops");
  const StraightThrough straight_through{.samples = draws};
  const GumbelSoftmax gumbel{.samples = draws, .temperature = static_cast<Real>(options.tau)};
  claim_rest(chapter, start, curves[4], straight_through, constant, of_straight_through.kl, steps / 2,
             random);
  claim_rest(chapter, start, curves[5], gumbel, constant, of_gumbel.kl, steps / 2, random);
}

}  // namespace

void training(Chapter& chapter, const EstimatorOptions& options) {
  Philox random(chapter.seed(), training_draws);
  const Start start{{}, options.logits};
  const int steps = chapter.quick() ? 500 : 2000;
  const Index draws = draws_or(options, 2);
  const RateOf constant{options.rate}, falling{options.rate, true};
  const ScoreFunction bare{.samples = draws}, others{.samples = draws, .baseline = LeaveOneOutBaseline{}};
  const StraightThrough straight_through{.samples = draws};
  const GumbelSoftmax gumbel{.samples = draws, .temperature = static_cast<Real>(options.tau)};
  const std::string gumbel_name = "Gumbel-softmax, τ = " + to_text(options.tau);
  const auto run = [&](const std::string& name, auto estimator, RateOf rate) {
    return ascend(name, start, estimator, rate, steps, random);
  };
  const std::vector<Curve> curves{run("enumeration", Enumeration{}, constant),
                                  run("score function, no baseline", bare, constant),
                                  run("score function, no baseline, falling rate", bare, falling),
                                  run("score function, leave one out", others, constant),
                                  run("straight-through", straight_through, constant),
                                  run(gumbel_name, gumbel, constant)};

  std::cout << "Gradient ascent of the bound, " << draws << " draws a step, at the rate "
            << to_text(options.rate)
            << " (falling: divided by 1 + step/200).\nlog p(x) − V = KL(q ‖ p(z | x)) after " << steps
            << " steps, mean of 200 runs:\n\n";
  Table table({"estimator", {"mean KL / nats", 3}, {"± se", 2}});
  for (const Curve& c : curves) {
    table.row({c.name, c.last.mean, c.last.standard_error});
    // For given draws of value k a step of the bare score function adds -rate f_k J(p) δ to a difference δ in
    // the logits, which grows as long as f_k < 0: by 10^9 in 200 steps, so that other rounding leads to other
    // draws. Two runs of 200 then are independent: 4 standard errors of the difference of their means.
    chapter.results.set("training." + c.name, c.last.mean, floor_of_kl + apart(c));
  }
  chapter.print("training", table);
  std::cout << "\nKL step by step, on a logarithmic scale:\n";
  for (const Curve& c : curves)
    std::cout << "  " << sparkline(series(c.kl, [](double kl) { return std::log10(std::max(kl, 1e-6)); }), 40)
              << "  " << c.name << '\n';
  std::cout << '\n';
  training_claims(chapter, start, curves, options, draws, steps, random);

  Figure figure("Divergence from the posterior during gradient ascent with each estimator", 1, 340, 700);
  Axes& axes = figure.axes("KL(q ‖ posterior), mean of 200 runs", "step", "KL / nats");
  axes.y_scale = Scale::log;
  axes.y_range = Range{1e-6, 2};
  const Style styles[]{{.color = Color::ink, .dash = Dash::dotted, .width = 2.6},
                       {.color = color_of_bare_score, .dash = Dash::solid},
                       {.color = color_of_bare_score, .dash = Dash::dashed},
                       {.color = color_of_baseline, .dash = Dash::solid},
                       {.color = color_of_straight_through, .dash = Dash::solid},
                       {.color = color_of_gumbel, .dash = Dash::solid}};
  for (std::size_t i = 0; i < curves.size(); ++i) {
    Style style = styles[i];
    style.label = curves[i].name;
    axes.line(curves[i].step, curves[i].kl, style);
  }
  chapter.figure("training", figure);
}

}  // namespace doxa
