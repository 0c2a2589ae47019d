#include "doxa/distributions/multivariate_normal.h"
#include "sections.h"

using namespace doxa;
using namespace doxa::support;

namespace {

struct IndependentFit {
  Matrix loc, scale;  // columns
  double kl = 0;
};

// The q = N(μ, diag σ²) of least KL, by natural gradient steps in (μ, log σ).
template <class Divergence>
IndependentFit minimise(const Gaussian& target, Divergence divergence) {
  const Index n = target.size();
  IndependentFit fit{Matrix(n, 1), Matrix(n, 1)};
  for (double& s : fit.scale.elements) s = 1;
  Tape tape;
  for (int step = 0; step < 5000; ++step) {
    tape.clear();
    std::vector<double> log_scale;
    for (const double s : fit.scale.elements) log_scale.push_back(std::log(s));
    const Var mu = tape.variable(tensor(fit.loc.elements)), log_sigma = tape.variable(tensor(log_scale));
    const MultivariateNormal p{tape.constant(target.loc), tape.constant(target.factor)};
    const Var sigma = exp(log_sigma), factor = tape.constant(tensor(identity(n))) * sigma;
    const Var kl = divergence(MultivariateNormal{mu, factor}, p);
    tape.backward(kl);
    fit.kl = kl.item();
    const Tensor by_mu = mu.gradient(), by_log_sigma = log_sigma.gradient();
    double largest = 0;
    for (Index i = 0; i < n; ++i) {
      const double move = fit.scale[i] * by_mu[i], grow = by_log_sigma[i] / 2;
      fit.loc[i] -= 0.5 * fit.scale[i] * move;  // (02.25)
      fit.scale[i] *= std::exp(-0.5 * grow);
      largest = std::max({largest, std::abs(move), std::abs(grow)});
    }
    if (largest < 16 * u) break;
  }
  return fit;
}

IndependentFit reverse_fit(const Gaussian& p) {
  return minimise(p, [](const auto& q, const auto& of_p) { return kl_divergence(q, of_p); });
}
IndependentFit forward_fit(const Gaussian& p) {
  return minimise(p, [](const auto& q, const auto& of_p) { return kl_divergence(of_p, q); });
}

}  // namespace

void independence(Chapter& chapter) {
  const Gaussian plane = ridge();
  const Matrix covariance = plane.covariance(), precision = inverse(covariance);
  const IndependentFit inside = reverse_fit(plane), around = forward_fit(plane);
  const double correlation = covariance(0, 1) / std::sqrt(covariance(0, 0) * covariance(1, 1));
  std::cout << "\nIndependent coordinates for the Gaussian in the plane, whose correlation is "
            << significant(correlation, 3) << ":\n\n";
  Table table({"minimised", "σ₁", "σ₂", "exact σ₁", "exact σ₂", "its KL"}, 5);
  table.row({"KL(q‖p)", inside.scale[0], inside.scale[1], std::sqrt(1 / precision(0, 0)),
             std::sqrt(1 / precision(1, 1)), inside.kl});
  table.row({"KL(p‖q)", around.scale[0], around.scale[1], std::sqrt(covariance(0, 0)),
             std::sqrt(covariance(1, 1)), around.kl});
  chapter.print("independence", table);
  draw_independence(chapter, plane, inside.scale, around.scale);

  const int gaussians = chapter.quick() ? 3 : 20;
  Philox random(chapter.seed(), 7);
  double worst_inside = 0, worst_around = 0, worst_loc = 0, worst_kl = 0;
  for (int k = 0; k < gaussians; ++k) {
    const Gaussian p = random_gaussian(4, random);
    const Matrix sigma = p.covariance(), lambda = inverse(sigma);
    const IndependentFit reverse = reverse_fit(p), forward = forward_fit(p);
    const double unit = u * p.condition() * p.condition();
    double from_reverse = 0, from_forward = 0;  // 2 KL
    for (Index i = 0; i < 4; ++i) {
      worst_inside =
          worse(worst_inside, std::abs(reverse.scale[i] * std::sqrt(lambda(i, i)) - 1) / unit);  // (02.24)
      worst_around = worse(worst_around, std::abs(forward.scale[i] / std::sqrt(sigma(i, i)) - 1) / unit);
      worst_loc = worse(worst_loc, worse(std::abs(reverse.loc[i] - p.mean()[i]) / unit,
                                         std::abs(forward.loc[i] - p.mean()[i]) / unit));
      from_reverse += std::log(lambda(i, i));
      from_forward += std::log(sigma(i, i));
    }
    const double log_det = std::log(determinant(sigma));
    worst_kl = worse(worst_kl, worse(std::abs(reverse.kl - (from_reverse + log_det) / 2) / unit,
                                     std::abs(forward.kl - (from_forward - log_det) / 2) / unit));
  }
  const std::string of = ", " + std::to_string(gaussians) + " Gaussians (in roundings)";
  const std::string why =
      "relative, in u κ²: gradients are rounded to a few u κ², and the steps stop below 16u";
  const auto claim = [&](const char* sentence, double worst) {
    chapter.claims.at_most(sentence + of, worst, 32, 0, why);
  };
  claim("(02.24) of independent coordinates KL(q‖p) is least for σ_i² = 1/Λ_ii", worst_inside);
  claim("(02.24) and KL(p‖q) for σ_i² = Σ_ii", worst_around);
  claim("both keep the mean", worst_loc);
  claim("and stay ½ log Π Λ_ii / det Λ and ½ log Π Σ_ii / det Σ away", worst_kl);
  const double in_the_plane = -std::log1p(-correlation * correlation) / 2;
  chapter.claims.equal("in the plane both are −½ log(1 − ρ²) away (larger difference)",
                       worse(std::abs(inside.kl - in_the_plane), std::abs(around.kl - in_the_plane)), 0,
                       256 * u, "two fits of 0.59 nats, by gradients of a few u κ²");
}
