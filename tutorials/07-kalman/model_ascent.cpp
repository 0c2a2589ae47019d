// Climbing the causal bound over models: in closed form over posteriors, and by draws.

#include "model_ascent.h"

#include "support/progress.h"

using namespace doxa;
using namespace doxa::support;

namespace {

Tensor single(double x) { return Tensor(Shape{}, {static_cast<Real>(x)}); }

Tensor factor_of_readings(const Scalar& m) {
  return tensor(cholesky_factor(covariance_of_readings(m, model_horizon)));
}

}  // namespace

Var draw_readings(Tape& tape, const Tensor& factor, Index batch, Philox& random) {
  const Var mixing = transpose(tape.constant(factor));
  return matmul(normal_noise(tape, {batch, factor.shape()[0]}, random), mixing);
}

LearnableScalar::LearnableScalar(const Scalar& m, double p0)
    : transition("a", single(m.a)),
      log_q("log q", single(std::log(m.q))),
      log_r("log r", single(std::log(m.r))),
      held_start_variance(p0) {}

ScalarVars LearnableScalar::on(Tape& tape) {
  return {transition.on(tape), log_q.on(tape), log_r.on(tape), held_start_variance};
}

Scalar LearnableScalar::now() const {
  return {double{transition.value[0]}, std::exp(double{log_q.value[0]}), std::exp(double{log_r.value[0]})};
}

void append_parameters(Parameters& to, LearnableScalar& m) {
  for (Parameter* p : {&m.transition, &m.log_q, &m.log_r}) to.push_back(p);
}

Value value(const Scalar& model, const Scalar& truth) {
  Tape tape;
  const Evaluation evaluation(tape);
  LearnableScalar at(model, start_variance(truth));
  const Var factor = tape.constant(factor_of_readings(truth));
  const Profile p = profile(at.on(tape), factor);
  const double steps = model_horizon;
  return {double{p.evidence.item()} / steps, double{p.gap.item()} / steps};
}

void note(Path& path, int step, const Scalar& now, const Scalar& truth) {
  path.step.push_back(step);
  path.r.push_back(now.r);
  path.lost.push_back(value(truth, truth).evidence - value(now, truth).evidence);
}

Scalar climb_bound(const Scalar& truth, const Scalar& from, int steps, Path* path) {
  LearnableScalar m(from, start_variance(truth));
  const Tensor readings = factor_of_readings(truth);
  const auto rate = [](double part) {
    const double before = 0.05 * std::pow(0.2, part);
    return part < 0.9 ? before : before * std::pow(last_bound_rate / 0.01, (part - 0.9) / 0.1);
  };
  ascend(parameters(m), {.beta2 = 0.95, .epsilon = 1e-12}, steps, rate, [&](Tape& tape, int i) {
    if (path && i % 5 == 0) note(*path, i, m.now(), truth);
    const Var factor = tape.constant(readings);
    const Profile p = profile(m.on(tape), factor);
    return p.evidence - p.gap;
  });
  if (path) note(*path, steps, m.now(), truth);
  return m.now();
}

Trained train_together(Chapter& chapter, const Scalar& truth, Path& path) {
  const int steps = chapter.quick() ? 1500 : 4000;
  const Index batch = 128;
  LearnableScalar m(wrong_start, start_variance(truth));
  Philox first(chapter.seed(), joint_start), random(chapter.seed(), joint_draws);
  HistoryMaps q(model_horizon, first);
  Parameters all = parameters(m);
  append_parameters(all, q);
  const Tensor factor = factor_of_readings(truth);
  Progress progress("model and posterior together", static_cast<std::size_t>(steps));
  const auto rate = [](double part) { return 0.02 * std::pow(0.02, part); };
  ascend(all, {}, steps, rate, [&](Tape& tape, int i) {
    if (i % (steps / 60) == 0) note(path, i, m.now(), truth);
    const Var y = draw_readings(tape, factor, batch, random);
    const Var noise = normal_noise(tape, {batch, model_horizon}, random);
    const LinearChain chain = q.on(tape);
    const Var bound = mean(sampled_bound(m.on(tape), chain, y, noise));
    progress.step([&] { return "bound " + significant(double{bound.item()} / model_horizon, 4); });
    return bound;
  });
  note(path, steps, m.now(), truth);
  Tape tape;
  const Evaluation evaluation(tape);
  const Var covariance = tape.constant(tensor(covariance_of_readings(truth, model_horizon)));
  const LinearChain chain = q.on(tape);
  return {m.now(), double{expected_bound(m.on(tape), chain, covariance).item()} / model_horizon};
}
