// The data, the training loop and the starting points.

#include "doxa/models/nn/adam.h"
#include "experiment.h"

using namespace doxa;
using namespace doxa::support;

namespace {

enum Stream : std::uint64_t { data_draws = 1, perturbations, bound_noise, held_starts };

// Orthonormal columns, as good as any: eigenvectors of a random symmetric matrix.
Matrix random_rotation(Index n, Philox& random) {
  Matrix a(n, n);
  for (Index i = 0; i < n; ++i)
    for (Index j = 0; j <= i; ++j) a(i, j) = a(j, i) = random.normal();
  return symmetric_eigen(a).vectors;
}

double mean_elbo(LinearVae& vae, const Tensor& x) {
  Tape tape;
  const Evaluation evaluation(tape);
  return double{mean(elbo(vae, tape.constant(x)).value()).item()};
}

}  // namespace

Problem draw_problem(const Settings& settings, std::uint64_t seed) {
  // Probabilistic PCA with three latents, σ² = 0.4, and columns of W along random axes.
  const std::vector<double> spectrum{6, 3, 1.5, 0.4, 0.4, 0.4, 0.4, 0.4};
  const auto d = static_cast<Index>(spectrum.size());
  Philox random(seed, data_draws);
  const Matrix axes = random_rotation(d, random);
  Problem p{Tensor(Shape{settings.data, d}), {}, {}, {}, 0};
  for (Index r = 0; r < settings.data; ++r) {
    Matrix x = column(std::vector<double>(spectrum.size(), 1.0));
    for (Index j = 0; j < d; ++j) {
      const double y = std::sqrt(spectrum[static_cast<std::size_t>(j)]) * random.normal();
      for (Index i = 0; i < d; ++i) x[i] += axes(i, j) * y;
    }
    for (Index i = 0; i < d; ++i) p.x(r, i) = static_cast<Real>(x[i]);
  }
  p.moments = sample_moments(p.x);
  p.eigen = symmetric_eigen(p.moments.covariance);
  p.best = maximum_likelihood(p.moments, settings.latent);
  p.maximum = maximum_log_likelihood(p.eigen.values, settings.latent);
  return p;
}

Snapshot snapshot(LinearVae& vae, const Problem& problem, int step) {
  const ProbabilisticPca model = generative_model(vae);
  return {.step = step,
          .elbo = mean_elbo(vae, problem.x),
          .log_likelihood = mean_log_prob(model, problem.moments),
          .kl = kl_to_true_posterior(vae, problem.moments),
          .noise_variance = model.noise_variance,
          .angle = largest_principal_angle(model.weight, problem.best.weight)};
}

Curve train(LinearVae& vae, const Parameters& all, const Problem& problem, int steps, double first_rate) {
  Curve curve;
  const int steps_a_point = std::max(1, steps / 150);
  Adam adam{.beta2 = 0.99};
  Tape tape;
  for (int t = 0; t < steps; ++t) {
    if (t % steps_a_point == 0) curve.push_back(snapshot(vae, problem, t));
    //! [training]
    tape.clear();
    const Var loss = -mean(elbo(vae, tape.constant(problem.x)).value());  // (05.9), (05.10)
    tape.backward(loss);
    const double decay = std::max(0.0, 1.5 * t / steps - 0.5);
    adam.rate = first_rate * std::pow(last_rate / first_rate, decay);
    adam.step(all);
    //! [training]
  }
  curve.push_back(snapshot(vae, problem, steps));
  return curve;
}

ProbabilisticPca rotated_maximum(const Problem& problem) {
  const Index k = problem.best.weight.columns;
  Matrix r = identity(k);  // by 30 degrees in the plane of each pair of latents
  for (Index p = 0; p < k; ++p)
    for (Index q = p + 1; q < k; ++q) {
      Matrix turn = identity(k);
      turn(p, p) = turn(q, q) = std::sqrt(0.75);
      turn(p, q) = -0.5;
      turn(q, p) = 0.5;
      r = r * turn;
    }
  ProbabilisticPca model = problem.best;
  model.weight = model.weight * r;  // (05.5), R ≠ I
  return model;
}

ProbabilisticPca collapsed_start(const Problem& problem) {
  // Without a k-th latent, λ_k is discarded too.
  const Index d = problem.best.weight.rows, k = problem.best.weight.columns;
  const double added =
      (problem.eigenvalue(k - 1) - problem.best.noise_variance) / static_cast<double>(d - k + 1);
  ProbabilisticPca model = maximum_likelihood(problem.moments, k, problem.best.noise_variance + added);
  for (Index i = 0; i < d; ++i) model.weight(i, k - 1) = 0;
  return model;
}

double largest_gradient(LinearVae& vae, const Problem& problem) {
  Tape tape;
  tape.backward(mean(elbo(vae, tape.constant(problem.x)).value()));
  double largest = 0;
  for (const Parameter* p : parameters(vae))
    for (const Real g : p->gradient.span()) largest = std::max(largest, std::abs(double{g}));
  return largest;
}

Special train_from(const ProbabilisticPca& start, const Problem& problem, const Settings& settings,
                   double perturbation, std::uint64_t seed) {
  LinearVae vae(start);
  Special s{start, mean_elbo(vae, problem.x), largest_gradient(vae, problem), {}};
  Philox random(seed, perturbations);
  for (Parameter* p : parameters(vae))
    for (Real& value : p->value.span()) value += static_cast<Real>(perturbation * random.normal());
  s.curve = train(vae, parameters(vae), problem, settings.steps, 0.01);
  return s;
}

std::vector<Held> train_with_held_noise(const Problem& problem, const Settings& settings,
                                        std::uint64_t seed) {
  // Too small, right, then between neighbouring eigenvalues, and above them all.
  const Index k = settings.latent;
  std::vector<double> values{problem.best.noise_variance / 2, problem.best.noise_variance};
  for (Index j = k; j-- > 0;)
    values.push_back(j > 0 ? std::sqrt(problem.eigenvalue(j) * problem.eigenvalue(j - 1))
                           : 1.5 * problem.eigenvalue(0));
  std::vector<Held> all;
  Philox random(seed, held_starts);
  for (const double noise_variance : values) {
    LinearVae vae({.data = problem.x.shape()[1], .latent = k}, random);
    vae.log_noise_scale.value[0] = static_cast<Real>(std::log(noise_variance) / 2);
    Parameters free = parameters(vae);
    std::erase(free, &vae.log_noise_scale);
    const Curve curve = train(vae, free, problem, settings.steps);

    Held h{.noise_variance = noise_variance,
           .elbo = curve.back().log_likelihood - curve.back().kl,
           .exact = maximum_log_likelihood(problem.eigen.values, k, noise_variance)};
    Tape tape;
    const Var x = tape.constant(problem.x);
    const auto p = prior(tape, vae);
    const Var kl = mean(kl_divergence(posterior(vae, x).element, p.element), 0);
    for (Index j = 0; j < k; ++j) {
      h.kl.push_back(double{kl.value()[static_cast<std::size_t>(j)]});
      h.exact_kl.push_back(std::max(std::log(problem.eigenvalue(j) / noise_variance), 0.0) / 2);  // (05.16)
      h.active += h.kl.back() > alive_from;
      h.above += problem.eigenvalue(j) > noise_variance;
    }
    std::ranges::sort(h.kl, std::greater{});
    all.push_back(std::move(h));
  }
  return all;
}

double sampling_deviation(LinearVae& vae, const Problem& problem, Index draws, std::uint64_t seed) {
  Philox random(seed, bound_noise);
  const Index n = problem.x.shape()[0];
  std::vector<double> difference(static_cast<std::size_t>(n));  // of a datum's mean over draws
  Tape tape;
  for (Index draw = 0; draw < draws; ++draw) {
    const Evaluation evaluation(tape);
    const Var x = tape.constant(problem.x);
    const Var noise = normal_noise(tape, {n, vae.sizes.latent}, random);
    const Var exact = elbo(vae, x).value(), d = elbo(vae, x, noise).value() - exact;  // (05.9), (05.11)
    for (std::size_t r = 0; r < difference.size(); ++r)
      difference[r] += double{d.value()[r]} / static_cast<double>(draws);
  }
  double mean = 0, squares = 0;
  for (const double d : difference) mean += d / static_cast<double>(n);
  for (const double d : difference) squares += (d - mean) * (d - mean);
  return mean / std::sqrt(squares / static_cast<double>(n * (n - 1)));
}
