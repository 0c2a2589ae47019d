// The chapter in small: two dimensions, one latent, and every number by hand.

#include "experiment.h"

using namespace doxa;
using namespace doxa::support;

namespace {

constexpr double long_variance = 4, short_variance = 1;  // λ_1 and λ_2 of the cloud

// u_1 and u_2, thirty degrees from the axes of the picture.
Matrix axes_of_cloud() { return {2, 2, {std::sqrt(0.75), -0.5, 0.5, std::sqrt(0.75)}}; }

Matrix covariance_of_cloud() {
  const Matrix u = axes_of_cloud();
  return u * diagonal({long_variance, short_variance}) * transpose(u);
}

// Points of mean 0 with exactly this covariance: normal draws, centred, whitened and coloured.
Tensor draw_cloud(Index n, std::uint64_t seed) {
  Philox random(seed, 200);
  const Tensor draws = normal_noise({n, 2}, random);
  const SampleMoments m = sample_moments(draws);
  Matrix x(draws);
  for (Index r = 0; r < n; ++r)
    for (Index i = 0; i < 2; ++i) x(r, i) -= m.mean[static_cast<std::size_t>(i)];
  const Matrix white = solve_lower(cholesky_factor(m.covariance), transpose(x));
  return tensor(transpose(cholesky_factor(covariance_of_cloud()) * white));
}

struct Fit {
  Matrix w{2, 1, {1, -0.2}};
  double noise = 3, kl = 0, bound = 0, log_likelihood = 0;
  std::vector<double> kls = {};  // after each round

  double length2() const { return sum_of_squares(w); }
};

// The best bound for a decoder x = w z + noise and an encoder m = a·x, s²: each in turn is set to what is best
// for the other.
Fit fit(const Matrix& s, bool learned, double held) {
  Fit f;
  Matrix& w = f.w;
  double& noise = f.noise;
  if (!learned) noise = held;
  Matrix a, sa;
  double s2 = 1, m2 = 0;
  for (int round = 0; round < 100'000; ++round) {
    const Matrix before = w;
    //! [ten-lines]
    const double c = sum_of_squares(w) + noise;  // |w|² + σ²
    a = (1 / c) * w;                             // the best encoder of this decoder: m = a·x,
    s2 = noise / c;                              // and its variance s²
    sa = s * a;                                  // mean of x m over the data
    m2 = trace(transpose(a) * sa);               // mean of m²
    w = (1 / (m2 + s2)) * sa;                    // the best decoder of this encoder
    if (learned) noise = (trace(s) - trace(transpose(w) * sa)) / 2;
    //! [ten-lines]
    f.kl = (m2 + s2 - 1 - std::log(s2)) / 2;
    f.kls.push_back(f.kl);
    if (sum_of_squares(w - before) < 1e-34) break;
  }
  const double log_2pi = std::log(2 * std::numbers::pi), c = f.length2() + noise;
  const double misfit = trace(s) - 2 * trace(transpose(w) * sa) + f.length2() * (m2 + s2);
  f.bound = -(log_2pi + std::log(noise)) - misfit / (2 * noise) - f.kl;
  const double along = trace(transpose(w) * s * w) / c;  // the variance of the data along w, times |w|²/c
  f.log_likelihood = -log_2pi - (std::log(c * noise) + (trace(s) - along) / noise) / 2;
  return f;
}

double exact_bound(double noise) {
  return maximum_log_likelihood(std::vector{long_variance, short_variance}, 1, noise);
}
double exact_kl(double noise) { return std::max(std::log(long_variance / noise), 0.0) / 2; }

Figure cloud_figure(const Tensor& x, const std::vector<const Fit*>& fits) {
  Figure figure("One cloud, and what a linear VAE with one latent makes of it at three values of σ²", 3, 330);
  std::vector<double> first, second;
  for (Index r = 0; r < x.shape()[0]; ++r) {
    first.push_back(double{x(r, 0)});
    second.push_back(double{x(r, 1)});
  }
  for (const Fit* f : fits) {
    Axes& axes = figure.axes((f == fits.front() ? "σ² learned: " : "σ² held at ") + significant(f->noise, 2),
                             "x₁", "x₂");
    axes.equal_aspect = true;
    axes.x_range = axes.y_range = Range{-6, 6};
    axes.scatter(first, second, {.color = Color::ink, .size = 2.2, .opacity = 0.35});
    const double length = std::sqrt(f->length2());
    const double cosine = length > 1e-6 ? f->w[0] / length : 1, sine = length > 1e-6 ? f->w[1] / length : 0;
    std::vector<double> x1, x2, noise1, noise2;
    for (int i = 0; i <= 120; ++i) {
      const double t = i * std::numbers::pi / 60, deviation = std::sqrt(f->noise);
      const double along = 2 * std::hypot(length, deviation) * std::cos(t),
                   across = 2 * deviation * std::sin(t);
      x1.push_back(cosine * along - sine * across);
      x2.push_back(sine * along + cosine * across);
      noise1.push_back(2 * deviation * std::cos(t));
      noise2.push_back(2 * deviation * std::sin(t));
    }
    axes.line(x1, x2, {.label = "model", .color = Color::purple, .dash = Dash::solid, .width = 4});
    axes.line(noise1, noise2, {.label = "noise", .color = Color::orange, .dash = Dash::dashed, .width = 1.5});
    axes.line(std::vector{-2 * f->w[0], 2 * f->w[0]}, std::vector{-2 * f->w[1], 2 * f->w[1]},
              {.label = "w", .color = Color::blue, .dash = Dash::solid, .width = 4});
  }
  return figure;
}

void record_and_claim(Chapter& chapter, const std::vector<Fit>& fits) {
  double length = 0, kl = 0, bound = 0, gap = 0, turn = 0;
  for (const Fit& f : fits) {
    length = worse(length, std::abs(f.length2() - std::max(long_variance - f.noise, 0.0)));
    kl = worse(kl, std::abs(f.kl - exact_kl(f.noise)));
    bound = worse(bound, std::abs(f.bound - exact_bound(f.noise)));
    gap = worse(gap, std::abs(f.log_likelihood - f.bound));
    const Matrix along = transpose(axes_of_cloud()) * f.w;
    if (f.length2() > 1e-3) turn = worse(turn, std::abs(along[1] / along[0]));
  }
  Claims& claims = chapter.claims;
  const double within = 1e-10, parameters = 2 * std::sqrt(within);
  const char* const why = "what a gap of 1e-10 nats can hide (05.17)";
  claims.equal("two dimensions: |w|² is 4 − σ², and 0 for σ² ≥ 4: the largest error", length, 0,
               long_variance * parameters, why);
  claims.equal("two dimensions: a living w lies along the cloud: the largest tangent of its angle", turn, 0,
               parameters, why);
  claims.equal("two dimensions: the latent carries ½ log(4/σ²) nats, or none: the largest error", kl, 0,
               parameters, why);
  claims.equal("two dimensions: the bound is the maximum likelihood: the largest error", bound, 0, within,
               "the rounds go on until nothing moves");
  claims.equal("two dimensions: no gap is left between bound and likelihood: the largest", gap, 0, within,
               "the same");
  claims.equal("two dimensions: learned σ² is the variance across, 1", fits.front().noise, short_variance,
               parameters, why);
  chapter.results.set("plane.maximum", fits.front().bound);
  chapter.results.set("plane.kl", fits.front().kl, 1e-8);
  chapter.results.set("plane.dead_bound", fits.back().bound);
}

}  // namespace

void plane(Chapter& chapter, const Settings& settings) {
  const Matrix s = covariance_of_cloud();
  const Tensor x = draw_cloud(300, chapter.seed());
  std::cout << "A cloud in the plane: variance 4 along one axis, 1 across. A linear VAE with one latent is\n"
               "trained on it, with the decoder's noise variance σ² learned, or held:\n\n";
  std::vector<Fit> fits{fit(s, true, 0)};
  for (const double held : {0.5, 2.5, 3.5, settings.noise_variance}) fits.push_back(fit(s, false, held));
  Table table({"σ²", {"|w|²", 4}, "4 − σ², or 0", {"KL / nats", 4}, "½ log(4/σ²), or 0", "bound", "log p(x)"},
              5);
  for (const Fit& f : fits) {
    const bool learned = &f == &fits.front();
    table.row({learned ? significant(f.noise, 5) + ", learned" : significant(f.noise, 5),
               decimal(f.length2(), 4), decimal(std::max(long_variance - f.noise, 0.0), 4), decimal(f.kl, 4),
               decimal(exact_kl(f.noise), 4), decimal(f.bound, 5), decimal(f.log_likelihood, 5)});
  }
  chapter.print("plane", table);
  const auto first_rounds = [](const Fit& f) {
    return sparkline(std::span(f.kls).first(std::min<std::size_t>(f.kls.size(), 30)), 30);
  };
  Table rounds({"σ²", "KL of the first round", "30 rounds of training", "at the end"});
  const auto course = [&](const std::string& name, const Fit& f) {
    rounds.row({name, decimal(f.kls.front(), 4), first_rounds(f), decimal(f.kl, 4)});
  };
  course("learned", fits.front());
  course("held at " + significant(settings.noise_variance, 3), fits.back());
  std::cout << '\n';
  chapter.print("rounds", rounds);
  record_and_claim(chapter, fits);

  // The engine's own: Adam on the points.
  const Problem problem = problem_of(x, 1);
  LinearVae vae = held_start(problem, settings.noise_variance, Philox(chapter.seed(), 201));
  const Curve curve = train_held(vae, problem, settings.steps);
  if (settings.steps >= steps_to_the_maximum)
    chapter.claims.equal(
        "two dimensions: Adam on 300 points ends at the same bound, σ² held",
        curve.back().log_likelihood - curve.back().kl, fits.back().bound,
        1e-8 + 1e3 * u * std::abs(fits.back().bound),
        "the last steps are 1e-7 long, and a gap is of second order in them; 1000 roundings");
  chapter.figure("plane", cloud_figure(x, {&fits[0], &fits[2], &fits.back()}));
}
