#include "causal_family.h"

#include <cmath>

using namespace doxa;

namespace {

Tensor noisy(const Shape& shape, double center, Philox& random) {
  Tensor t(shape);
  for (Real& x : t.span()) x = static_cast<Real>(center + 0.1 * random.normal());
  return t;
}

Tensor lower_triangle(Index n) {
  Tensor t(Shape{n, n});
  for (Index i = 0; i < n; ++i)
    for (Index j = 0; j <= i; ++j) t(i, j) = 1;
  return t;
}

Var number(Var x, Index i) { return reshape(slice(x, 0, i, i + 1), Shape{}); }

}  // namespace

HistoryMaps::HistoryMaps(Index steps, Philox& random)
    : gain("gain", noisy({steps}, 0, random)),
      weights("weights", noisy({steps, steps}, 0, random)),
      log_scale("log_scale", noisy({steps}, 0, random)) {}

LinearChain HistoryMaps::on(Tape& tape) {
  const Var g = gain.on(tape), l = log_scale.on(tape);
  const Index steps = g.size();
  const Var triangle = tape.constant(lower_triangle(steps)), w = weights.on(tape) * triangle;
  LinearChain q;
  for (Index k = 0; k < steps; ++k) {
    q.gain.push_back(number(g, k));
    q.row.push_back(slice(w, 0, k, k + 1));
    q.log_scale.push_back(number(l, k));
  }
  return q;
}

void append_parameters(Parameters& to, HistoryMaps& q) {
  for (Parameter* p : {&q.gain, &q.weights, &q.log_scale}) to.push_back(p);
}

RecurrentKernel::RecurrentKernel(Index count, Philox& random)
    : gain("gain", noisy({}, 0, random)),
      of_observation("of_observation", noisy({}, 0, random)),
      of_summary("of_summary", noisy({}, 0, random)),
      forgetting("forgetting", noisy({}, 0.5, random)),
      log_scale("log_scale", noisy({}, 0, random)),
      steps(count) {}

LinearChain RecurrentKernel::on(Tape& tape) {
  const Var g = gain.on(tape), h = of_observation.on(tape), n = of_summary.on(tape), f = forgetting.on(tape),
            l = log_scale.on(tape);
  LinearChain q;
  Var summary = tape.constant(Tensor(Shape{1, steps}));
  for (Index k = 0; k < steps; ++k) {
    const Index one[] = {k};
    const Var reading = one_hot(tape, one, steps);
    summary = f * summary + reading;
    q.gain.push_back(g);
    const Var remembered = n * summary;
    q.row.push_back(h * reading + remembered);
    q.log_scale.push_back(l);
  }
  return q;
}

void append_parameters(Parameters& to, RecurrentKernel& q) {
  for (Parameter* p : {&q.gain, &q.of_observation, &q.of_summary, &q.forgetting, &q.log_scale})
    to.push_back(p);
}

LinearChain on(Tape& tape, const LinearGaussianModel& m, const BestCausal& best) {
  const auto steps = static_cast<Index>(best.kernel.size());
  const KalmanFiltered f = filter(m, Matrix(steps, 0), Matrix(steps, 1));
  const double a = m.transition[0];
  LinearChain q;
  Matrix mean(1, steps);  // μ_k = mean · y
  for (std::size_t k = 1; k <= best.kernel.size(); ++k) {
    const auto i = static_cast<Index>(k) - 1;
    const CausalKernel& kernel = best.kernel[k - 1];
    const double gain = covariance(f.predicted[k - 1])[0] / covariance(f.predictive[k - 1])[0];
    mean = (a * (1 - gain)) * mean;
    mean[i] += gain;
    Matrix row = kernel.of_belief[0] * mean;
    row[i] += kernel.of_observation[0];
    q.gain.push_back(tape.constant(static_cast<Real>(kernel.gain[0])));
    q.row.push_back(tape.constant(tensor(row)));
    q.log_scale.push_back(tape.constant(static_cast<Real>(std::log(kernel.scale_tril[0]))));
  }
  return q;
}
