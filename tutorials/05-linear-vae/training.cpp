// The data, the training loop and the starting points.

#include "doxa/models/nn/adam.h"
#include "experiment.h"

using namespace doxa;
using namespace doxa::support;

namespace {

enum Stream : std::uint64_t { data_draws = 1, perturbations, bound_noise, held_starts = 300 };

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

Problem problem_of(Tensor x, Index latent) {
  SampleMoments moments = sample_moments(x);
  SymmetricEigen eigen = symmetric_eigen(moments.covariance);
  ProbabilisticPca best = maximum_likelihood(moments, latent);
  const double maximum = maximum_log_likelihood(eigen.values, latent);
  return {std::move(x), std::move(moments), std::move(eigen), std::move(best), maximum};
}

Problem draw_problem(const Settings& settings, std::uint64_t seed) {
  // Probabilistic PCA with three latents, σ² = 0.4, and columns of W along random axes.
  const std::vector<double> spectrum{6, 3, 1.5, 0.4, 0.4, 0.4, 0.4, 0.4};
  const auto d = static_cast<Index>(spectrum.size());
  Philox random(seed, data_draws);
  const Matrix axes = random_rotation(d, random);
  Tensor x(Shape{settings.data, d});
  for (Index r = 0; r < settings.data; ++r) {
    Matrix datum = column(std::vector<double>(spectrum.size(), 1.0));
    for (Index j = 0; j < d; ++j) {
      const double y = std::sqrt(spectrum[static_cast<std::size_t>(j)]) * random.normal();
      for (Index i = 0; i < d; ++i) datum[i] += axes(i, j) * y;
    }
    for (Index i = 0; i < d; ++i) x(r, i) = static_cast<Real>(datum[i]);
  }
  return problem_of(std::move(x), settings.latent);
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

LinearVae held_start(const Problem& problem, double noise_variance, Philox random) {
  LinearVae vae({.data = problem.x.shape()[1], .latent = problem.best.weight.columns}, random);
  vae.log_noise_scale.value[0] = static_cast<Real>(std::log(noise_variance) / 2);
  return vae;
}

Curve train_held(LinearVae& vae, const Problem& problem, int steps) {
  Parameters free = parameters(vae);
  std::erase(free, &vae.log_noise_scale);
  return train(vae, free, problem, steps);
}

std::vector<double> held_values(const Problem& problem) {
  std::vector<double> values{problem.best.noise_variance / 2, problem.best.noise_variance};
  for (Index j = problem.best.weight.columns; j-- > 0;)
    values.push_back(j > 0 ? std::sqrt(problem.eigenvalue(j) * problem.eigenvalue(j - 1))
                           : 1.5 * problem.eigenvalue(0));
  return values;
}

std::vector<Held> train_with_held_noise(const Problem& problem, const std::vector<double>& values, int steps,
                                        std::uint64_t seed) {
  std::vector<Held> all;
  std::uint64_t stream = held_starts;
  const Index k = problem.best.weight.columns;
  for (const double noise_variance : values) {
    LinearVae vae = held_start(problem, noise_variance, Philox(seed, stream++));
    const Curve curve = train_held(vae, problem, steps);
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
      h.expected_alive += h.exact_kl.back() > alive_from;
      h.above += problem.eigenvalue(j) > noise_variance;
    }
    std::ranges::sort(h.kl, std::greater{});
    const Matrix along = transpose(problem.eigen.vectors) * generative_model(vae).weight;
    for (Index i = 0; i < along.rows; ++i)
      h.model_variance.push_back(noise_variance + sum_of_squares(row(along, i)));
    all.push_back(std::move(h));
  }
  return all;
}

Sampling sample_bound(LinearVae& vae, const Problem& problem, Index draws, std::uint64_t seed) {
  Philox random(seed, bound_noise);
  const Index n = problem.x.shape()[0];
  std::vector<double> difference(static_cast<std::size_t>(n));  // of a datum's mean over draws
  const double all = static_cast<double>(n * draws);
  double squares_of_draws = 0, squares_of_ratios = 0;
  Tape tape;
  for (Index draw = 0; draw < draws; ++draw) {
    const Evaluation evaluation(tape);
    const Var x = tape.constant(problem.x);
    const Tensor drawn = normal_noise({n, vae.sizes.latent}, random);
    const Var noise = tape.constant(drawn);
    const Var exact = elbo(vae, x).value(), d = elbo(vae, x, noise).value() - exact;  // (05.9), (05.11)
    const DiagonalNormal q = posterior(vae, x);
    const Var z = rsample(q, noise);
    const Var ratio =
        log_prob(likelihood(vae, z), x) + log_prob(prior(tape, vae), z) - log_prob(q, z) - exact;
    for (std::size_t r = 0; r < difference.size(); ++r) {
      difference[r] += double{d.value()[r]} / static_cast<double>(draws);
      squares_of_draws += double{d.value()[r]} * double{d.value()[r]} / all;
      squares_of_ratios += double{ratio.value()[r]} * double{ratio.value()[r]} / all;
    }
  }
  double mean = 0, squares = 0;
  for (const double d : difference) mean += d / static_cast<double>(n);
  for (const double d : difference) squares += (d - mean) * (d - mean);
  return {.deviation = mean / std::sqrt(squares / static_cast<double>(n * (n - 1))),
          .scatter = std::sqrt(squares_of_draws),
          .scatter_of_ratio = std::sqrt(squares_of_ratios)};
}
