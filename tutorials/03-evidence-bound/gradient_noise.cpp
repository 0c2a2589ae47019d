// The gradient of one draw, taken at the posterior: what is left of it there, in its two parts.

#include "ascent.h"

using namespace doxa;
using namespace doxa::support;

namespace {

struct Noise {
  std::vector<double> mean_square;  // of the gradient in each coordinate of μ, over the draws
  std::vector<double> error;        // its standard error
  double largest = 0;               // of any draw and coordinate of μ and of L, in size
};

Noise noise_at_posterior(const Problem& problem, Objective how, int draws, Philox& random) {
  const Gaussian exact = posterior(problem.model, problem.x);
  const auto d = static_cast<std::size_t>(exact.mean.rows);
  std::vector<double> sum(d), squares(d);
  Noise noise;
  Tape tape;
  for (int i = 0; i < draws; ++i) {
    tape.clear();
    const Var mean = tape.variable(tensor(exact.mean.elements)), factor = tape.variable(tensor(exact.factor));
    tape.backward(objective(on_tape(tape, problem.model, problem.x), {mean, factor}, how, random));
    for (std::size_t k = 0; k < d; ++k) {
      const double g2 = double{mean.adjoint()[k]} * double{mean.adjoint()[k]};
      sum[k] += g2;
      squares[k] += g2 * g2;
    }
    for (const Var v : {mean, factor})
      for (const Real g : v.adjoint()) noise.largest = worse(noise.largest, std::abs(double{g}));
  }
  for (std::size_t k = 0; k < d; ++k) {
    const double average = sum[k] / draws;
    noise.mean_square.push_back(average);
    noise.error.push_back(std::sqrt((squares[k] / draws - average * average) / draws));
  }
  return noise;
}

}  // namespace

void gradient_noise(Chapter& chapter, const Problem& problem) {
  const int draws = chapter.quick() ? 2000 : 20'000;
  Philox random(chapter.seed(), posterior_draws);
  const Noise whole = noise_at_posterior(problem, Objective::one_draw, draws, random),
              path = noise_at_posterior(problem, Objective::one_draw_path, draws / 10, random);
  const Matrix precision = posterior_precision(problem.model);
  std::cout << "\nThe gradient of one draw in μ, at the posterior, mean square over " << draws
            << " draws:\n\n";
  Table table({"", "whole gradient", {"± se", 2}, "Λ_ii", {"path only", 2}});
  double worst = 0;
  for (std::size_t k = 0; k < 2; ++k) {
    const auto i = static_cast<Index>(k);
    table.row({k == 0 ? "μ₁" : "μ₂", whole.mean_square[k], whole.error[k], precision(i, i),
               decimal(path.mean_square[k], 6)});
    worst = worse(worst, std::abs(whole.mean_square[k] - precision(i, i)) / whole.error[k]);
  }
  chapter.print("gradient-noise", table);
  chapter.claims.at_most(
      "at the posterior one draw's gradient in μ_i has the mean square Λ_ii: largest miss, in "
      "standard errors",
      worst, 0, 4.5, "4.5 standard errors, of two coordinates");
  chapter.claims.equal(
      "and its path part is zero draw by draw: the largest entry in μ and L", path.largest, 0, u * 1e4,
      "rounding: terms of size 100 at most, from z and x read to within u, times the condition "
      "number 17 of Λ");
}
