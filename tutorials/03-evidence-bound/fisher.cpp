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
  const ModelGradient at_posterior = elbo_gradient(problem, posterior(problem.model, problem.x)),
                      at_diagonal = elbo_gradient(problem, best_diagonal(problem.model, problem.x)),
                      of_evidence = evidence_gradient(problem);
  std::cout << "\nThe gradient in θ = (W, b, log s), q held fixed:\n\n";
  Table table({"θ", "∂V, q the posterior", "∂ log p(x)", "∂V, q the best diagonal"});
  const std::vector<double> a = at_posterior.all(), e = of_evidence.all(), d = at_diagonal.all();
  const char* const names[] = {"W₁₁", "W₁₂", "W₂₁", "W₂₂",    "W₃₁",    "W₃₂",
                               "b₁",  "b₂",  "b₃",  "log s₁", "log s₂", "log s₃"};
  double miss = 0, miss_diagonal = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    table.row({names[i], decimal(a[i], 6), decimal(e[i], 6), decimal(d[i], 6)});
    miss = std::max(miss, std::abs(a[i] - e[i]));
    miss_diagonal = std::max(miss_diagonal, std::abs(d[i] - e[i]));
  }
  chapter.print("fisher", table);
  chapter.results.set("fisher.miss", miss);
  chapter.results.set("fisher.miss_of_best_diagonal", miss_diagonal);
  chapter.claims.equal(
      "(03.18) at q = posterior, held fixed, ∇_θ V is ∇_θ log p(x): largest difference of an entry", miss, 0,
      16 * u * gradient_terms(problem),
      "both by the tape; 16 roundings of the largest term, times the condition number of Λ, which is "
      "what the posterior makes of a rounding");
}
