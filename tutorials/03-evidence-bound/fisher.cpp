// The gradient of V in the model's parameters θ, q held fixed: at the posterior it is that of log p(x).

#include "sections.h"

using namespace doxa;
using namespace doxa::support;

namespace {

struct ModelGradient {
  std::vector<double> loading, offset, log_scale;

  std::vector<double> all() const {
    std::vector<double> g = loading;
    g.insert(g.end(), offset.begin(), offset.end());
    g.insert(g.end(), log_scale.begin(), log_scale.end());
    return g;
  }
};

ModelGradient gradient(const ModelOnTape& p, Var y) {
  y.tape().backward(y);
  const auto of = [](Var v) { return std::vector<double>(v.adjoint().begin(), v.adjoint().end()); };
  return {of(p.loading), of(p.offset), of(p.log_scale)};
}

// ∇_θ V at this q, held fixed: the left side of (03.18).
ModelGradient elbo_gradient(const Problem& problem, const Gaussian& q) {
  Tape tape;
  const ModelOnTape p = on_tape(tape, problem.model, problem.x);
  const MultivariateNormal on = on_tape(tape, q);
  return gradient(p, elbo(p, {stop_gradient(on.loc), stop_gradient(on.scale_tril)}));
}

// ∇_θ log p(x): its right side.
ModelGradient evidence_gradient(const Problem& problem) {
  Tape tape;
  const ModelOnTape p = on_tape(tape, problem.model, problem.x);
  return gradient(p, log_evidence(p));
}

// How large the terms of these gradients are: a²/s² for the sizes a of what a residual is the difference of;
// and the condition number of Λ, by which the posterior multiplies rounding errors.
double gradient_terms(const Problem& problem) {
  const LinearGaussian& model = problem.model;
  const Matrix& x = problem.x;
  const Gaussian exact = posterior(model, x);
  double largest = 0;
  for (Index i = 0; i < x.rows; ++i) {
    double a = std::abs(x[i]) + std::abs(model.offset[i]);
    for (Index j = 0; j < exact.mean.rows; ++j) a += std::abs(model.loading(i, j) * exact.mean[j]);
    largest = std::max(largest, a * a / (model.noise_scale[i] * model.noise_scale[i]));
  }
  const Matrix precision = posterior_precision(model);
  const double trace = precision(0, 0) + precision(1, 1),
               root = std::hypot(precision(0, 0) - precision(1, 1), 2 * precision(0, 1));
  return largest * (trace + root) / (trace - root);
}

}  // namespace

void fisher(Chapter& chapter, const Problem& problem) {
  const LinearGaussian& model = problem.model;
  const Matrix& x = problem.x;
  const Gaussian exact = posterior(model, x), diagonal = best_diagonal(model, x);
  const ModelGradient at_posterior = elbo_gradient(problem, exact),
                      at_diagonal = elbo_gradient(problem, diagonal),
                      of_evidence = evidence_gradient(problem);
  std::cout << "\nThe gradient in θ = (W, b, log s), q held fixed (one or two of each kind):\n\n";
  Table table({"slope in", "V, q the posterior", "log p(x)", "V, q the best diagonal"});
  table.row({"the value itself", decimal(elbo_terms(model, x, exact).value(), 4),
             decimal(log_evidence(model, x), 4), decimal(elbo_terms(model, x, diagonal).value(), 4)});
  const std::vector<double> a = at_posterior.all(), e = of_evidence.all(), d = at_diagonal.all();
  const char* const names[] = {"W₁₁", "", "", "", "", "", "b₁", "b₂", "", "log s₁", "log s₂", ""};
  double miss = 0, miss_of_offsets = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (*names[i]) table.row({names[i], decimal(a[i], 4), decimal(e[i], 4), decimal(d[i], 4)});
    miss = std::max(miss, std::abs(a[i] - e[i]));
  }
  for (std::size_t i = 0; i < of_evidence.offset.size(); ++i)
    miss_of_offsets = std::max(miss_of_offsets, std::abs(at_diagonal.offset[i] - of_evidence.offset[i]));
  chapter.print("fisher", table);
  const auto deviation_of_sum = [](const Gaussian& g) {
    const Matrix c = covariance(g);
    return std::sqrt(c(0, 0) + 2 * c(0, 1) + c(1, 1));
  };
  const double spread = deviation_of_sum(exact), spread_of_diagonal = deviation_of_sum(diagonal);
  std::cout << "\nThe posterior knows the sum z₁ + z₂ to within " << significant(spread, 2)
            << ", the best diagonal q to within " << significant(spread_of_diagonal, 2) << ".\n";
  chapter.results.set("fisher.deviation_of_sum", spread);
  chapter.results.set("fisher.deviation_of_sum_diagonal", spread_of_diagonal);
  const double tolerance = 16 * u * gradient_terms(problem);
  const std::string why =
      "both by the tape; 16 roundings of the largest term, times the condition number of Λ, which is "
      "what the posterior makes of a rounding";
  chapter.claims.equal(
      "(03.18) at q = posterior, held fixed, ∇_θ V is ∇_θ log p(x): largest difference of an entry", miss, 0,
      tolerance, why);
  chapter.claims.equal("at the best diagonal q, whose mean is right, so it is for the offsets b",
                       miss_of_offsets, 0, tolerance, why);
  const double s1 = model.noise_scale[0];
  chapter.claims.equal(
      "but in log s₁ it is larger, by what the diagonal q adds to the variance of z₁ + z₂, over s₁²",
      at_diagonal.log_scale[0] - of_evidence.log_scale[0],
      (spread_of_diagonal * spread_of_diagonal - spread * spread) / (s1 * s1), tolerance, why);
}
