#include "training.h"

#include <numeric>

#include "doxa/models/nn/adam.h"
#include "doxa/models/vae/aggregate_posterior.h"
#include "support/progress.h"
#include "support/tutorial.h"

using namespace doxa;
using namespace doxa::support;

namespace {

//! [objectives]
Var bound_of_one(Vae& vae, Var x, Philox& random) {
  const Var noise = normal_noise(x.tape(), {x.shape()[0], vae.sizes.latent}, random);
  return elbo(vae, x, noise).value();  // (06.4)
}

Var bound_of_many(Vae& vae, Var x, Index samples, Philox& random) {
  const Var noise = normal_noise(x.tape(), {x.shape()[0], samples, vae.sizes.latent}, random);
  return importance_weighted_bound(log_importance_weights(vae, x, noise));  // (06.9)
}
//! [objectives]

}  // namespace

void train(Vae& vae, const PlaneData& data, const Training& training, Philox& data_random,
           Philox& noise_random, const std::function<void(int, double)>& after_step) {
  Parameters learned = parameters(vae);
  if (!training.learn_scale) std::erase(learned, &vae.log_scale);
  Adam adam;
  Tape tape;
  for (int t = 0; t < training.steps; ++t) {
    //! [training]
    tape.clear();
    const Var x = tape.constant(draw(data, training.batch, data_random).x);
    const Var loss = -mean(training.samples == 1 ? bound_of_one(vae, x, noise_random)
                                                 : bound_of_many(vae, x, training.samples, noise_random));
    tape.backward(loss);  // (06.7)
    adam.rate = training.first_rate * 0.5 * (1 + std::cos(std::numbers::pi * t / training.steps));
    adam.step(learned);
    //! [training]
    after_step(t + 1, -double{loss.item()});
  }
}

std::vector<double> average_kl(Vae& vae, const Tensor& x, const std::vector<double>& weights) {
  const Tensor kl = kl_per_dimension(vae, x);
  std::vector<double> average(static_cast<std::size_t>(vae.sizes.latent));
  for (std::size_t i = 0; i < weights.size(); ++i)
    for (std::size_t j = 0; j < average.size(); ++j)
      average[j] += weights[i] * double{kl(static_cast<Index>(i), static_cast<Index>(j))};
  return average;
}

namespace {

std::vector<double> average_kl_of(Vae& vae, const Sample& data) {
  return average_kl(vae, data.x,
                    std::vector<double>(data.points.size(), 1 / static_cast<double>(data.points.size())));
}

}  // namespace

double Terms::bound() const { return std::accumulate(kl.begin(), kl.end(), log_likelihood, std::minus<>()); }

Terms terms(Vae& vae, const Sample& data, int step, Philox noise_random) {
  Tape tape;
  const Evaluation evaluation(tape);
  const Var noise = tape.constant(normal_noise({data.x.shape()[0], vae.sizes.latent}, noise_random));
  const Var log_likelihood = mean(elbo(vae, tape.constant(data.x), noise).log_likelihood);
  return {step, double{log_likelihood.item()}, std::exp(double{vae.log_scale.value.item()}),
          average_kl_of(vae, data)};
}

Snapshot snapshot(Vae& vae, const Sample& data, std::size_t count, int step, std::uint64_t seed) {
  Snapshot s{step, {}, {}};
  Philox random(seed, shown_samples);
  Tape tape;
  const Evaluation evaluation(tape);
  const Var z = normal_noise(tape, {static_cast<Index>(count), vae.sizes.latent}, random);
  const Tensor x = sample(likelihood(vae, z), random).tensor();
  for (Index i = 0; i < x.shape()[0]; ++i) s.samples.push_back({double{x(i, 0)}, double{x(i, 1)}});
  for (const PlanePosterior& of_x : posteriors(vae, data.x)) s.means.push_back(of_x.loc);
  s.means.resize(std::min(count, s.means.size()));
  return s;
}

Curve train_with_curve(Vae& vae, const PlaneData& data, const Training& training, const Sample& held_out,
                       std::uint64_t seed, const std::string& label) {
  Curve curve;
  curve.kl.resize(static_cast<std::size_t>(vae.sizes.latent));
  const int steps_a_point = std::max(1, training.steps / 200);
  std::vector<int> rows;  // of the table of terms
  for (const double share : {0.01, 0.03, 0.1, 0.3, 1.0})
    rows.push_back(std::max(1, static_cast<int>(std::lround(share * training.steps))));
  const Philox noise(seed, terms_noise);
  const auto record = [&](int step) {
    curve.terms.push_back(terms(vae, held_out, step, noise));
    curve.film.push_back(snapshot(vae, held_out, 280, step, seed));
  };
  record(0);

  Philox data_random(seed, training.samples == 1 ? training_data : many_data),
      noise_random(seed, training.samples == 1 ? training_noise : many_noise);
  Progress progress(label, static_cast<std::size_t>(training.steps));
  double sum = 0;
  train(vae, data, training, data_random, noise_random, [&](int step, double bound) {
    sum += bound;
    if (step % steps_a_point == 0) {
      curve.steps.push_back(step);
      curve.bound.push_back(sum / steps_a_point);
      const std::vector<double> kl = average_kl_of(vae, held_out);
      for (std::size_t j = 0; j < kl.size(); ++j) curve.kl[j].push_back(kl[j]);
      sum = 0;
    }
    if (std::ranges::find(rows, step) != rows.end() && curve.terms.back().step != step) record(step);
    progress.step([&] { return "bound " + decimal(curve.bound.empty() ? bound : curve.bound.back(), 3); });
  });
  return curve;
}
