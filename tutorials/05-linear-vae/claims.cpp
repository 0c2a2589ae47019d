#include <numeric>

#include "experiment.h"

using namespace doxa;
using namespace doxa::support;

namespace {

constexpr double u_double = std::numeric_limits<double>::epsilon() / 2.0;

// The largest angle between the j-th longest column of W and u_j, whatever its sign.
double largest_axis_angle(const Matrix& weight, const Problem& problem) {
  const Matrix sorted = sorted_columns(weight);
  double largest = 0;
  for (Index j = 0; j < sorted.columns; ++j)
    largest = worse(largest, largest_principal_angle(block(sorted, 0, j, sorted.rows, 1),
                                                     block(problem.eigen.vectors, 0, j, sorted.rows, 1)));
  return largest;
}

std::vector<double> squared_lengths(const Matrix& weight) {
  const Matrix gram = transpose(weight) * weight;
  std::vector<double> all;
  for (Index j = 0; j < gram.rows; ++j) all.push_back(gram(j, j));
  std::ranges::sort(all, std::greater{});
  return all;
}

// What a bound within `gap` of its maximum leaves open, to leading order (05.17).
struct Resolution {
  double noise_variance, subspace, axis, length;  // the length: of |w_j|², relative to λ_j

  Resolution(const Problem& p, double gap) {
    const auto d = static_cast<double>(p.best.weight.rows);
    const Index k = p.best.weight.columns;
    const double sigma2 = p.best.noise_variance, last = p.eigenvalue(k - 1);
    noise_variance = sigma2 * std::sqrt(4 * gap / (d - static_cast<double>(k)));
    subspace = std::sqrt(2 * gap / ((1 / sigma2 - 1 / last) * (last - p.eigenvalue(k))));
    axis = subspace;
    for (Index i = 0; i < k; ++i)
      for (Index j = i + 1; j < k; ++j) {
        const double a = p.eigenvalue(i), b = p.eigenvalue(j);
        const double longer = (a - sigma2) / (b - sigma2);  // |w_i|² / |w_j|²
        axis = std::max(axis, std::sqrt(2 * gap * a * b * (1 + longer)) / (a - b));
      }
    length = 2 * std::sqrt(gap);
  }
};

void claim_exact_answers(Claims& claims, const Experiment& e) {
  const Problem& p = e.problem;
  const std::vector<double> each = log_prob(p.best, p.x);
  const double direct = std::accumulate(each.begin(), each.end(), 0.0) / static_cast<double>(each.size());
  const double rounding = 1e3 * u_double * std::abs(p.maximum);
  claims.equal("(05.6) from eigenvalues is the mean of log N(x; μ, WWᵀ + σ²I) over the data, by Cholesky",
               direct, p.maximum, rounding, "two ways to one number, in double: 1000 roundings");
  claims.equal("(05.5) the likelihood does not see a rotation: log-likelihood of W R at the maximum",
               mean_log_prob(e.rotated.start, p.moments), p.maximum, rounding, "in double: 1000 roundings");
}

void claim_bound(Claims& claims, const Experiment& e, double tape_rounding) {
  const Problem& p = e.problem;
  double identity = 0, highest = -std::numeric_limits<double>::infinity();
  for (const Curve* curve : {&e.curve, &e.rotated.curve, &e.collapsed.curve})
    for (const Snapshot& s : *curve) {
      identity = std::max(identity, std::abs(s.log_likelihood - s.kl - s.elbo) / std::abs(s.elbo));
      highest = std::max(highest, s.elbo - p.maximum);
    }
  claims.equal("(05.12) evidence = ELBO + KL(q ‖ posterior) all through training: the largest relative error",
               identity, 0, 1e3 * u, "the bound from the tape, the rest from moments: 1000 roundings");
  claims.at_most("the ELBO is never above the maximum of the likelihood: the highest, less the maximum",
                 highest, 0, tape_rounding, "1000 roundings of the bound");
  claims.equal(
      "(05.9), (05.11) sampled bounds average to the closed form before training: standard errors between",
      e.before.deviation, 0, 4, "4 standard errors over the data");
  claims.equal("(05.9), (05.11) and they do after training: standard errors between", e.after.deviation, 0, 4,
               "4 standard errors over the data");
}

void claim_end_of_training(Claims& claims, const Experiment& e, double within) {
  const Problem& p = e.problem;
  const Snapshot& end = e.curve.back();
  const ProbabilisticPca model = generative_model(e.trained);
  const Resolution open(p, within);
  claims.equal("(05.6) the trained ELBO is the maximum log-likelihood of probabilistic PCA", end.elbo,
               p.maximum, within,
               "the last steps are 1e-7 long, and a gap is of second order in them; 1000 roundings");
  claims.equal("(05.12) the trained ELBO is its own likelihood: the gap between the two", end.kl, 0, within,
               "a part of the gap of the line before");
  claims.equal("(05.5) learned σ² is the mean of the discarded eigenvalues", model.noise_variance,
               p.best.noise_variance, open.noise_variance, "(05.17): what a gap that small can hide");
  claims.equal("(05.5) the largest angle between learned and principal subspace", end.angle, 0, open.subspace,
               "(05.17): what a gap that small can hide");
  const std::vector<double> lengths = squared_lengths(model.weight);
  double length_error = 0;
  for (std::size_t j = 0; j < lengths.size(); ++j) {
    const double expected = p.eigen.values[j] - p.best.noise_variance;
    length_error = std::max(length_error, std::abs(lengths[j] - expected) / p.eigen.values[j]);
  }
  claims.equal("(05.14) |w_j|² = λ_j − σ²: the largest error, relative to λ_j", length_error, 0,
               open.length + open.noise_variance / p.eigenvalue(p.best.weight.columns - 1),
               "(05.17): what a gap that small can hide, in |w_j|² and in σ²");
  claims.equal(
      "(05.14) the j-th longest column of W, as drawn and tabulated, lies along u_j: the largest angle",
      largest_axis_angle(model.weight, p), 0, open.axis, "(05.17): what a gap that small can hide");
}

void claim_stationary_points(Claims& claims, const Experiment& e, double tape_rounding) {
  const Problem& p = e.problem;
  claims.equal("(05.13) at a rotated maximum the best encoder leaves Hadamard's gap: the ELBO",
               e.rotated.start_elbo, p.maximum - least_gap(e.rotated.start), tape_rounding,
               "1000 roundings of the bound");
  if (p.best.weight.columns > 1)
    claims.at_least("at a rotated maximum Hadamard's gap is not 0", least_gap(e.rotated.start), 1e-3, 0,
                    "far above all roundings, so that the line before says something");
  claims.equal(
      "(05.15) with latent k collapsed, σ² the mean of the rest, the gradient is zero too: its largest "
      "component",
      e.collapsed.start_gradient, 0, 1e3 * u * p.eigenvalue(0) / p.best.noise_variance,
      "1000 roundings of a gradient's terms, of order λ_1/σ²");
}

void claim_other_starts(Claims& claims, const Experiment& e, double within) {
  const Problem& p = e.problem;
  double worst = std::max(e.rotated.curve.back().gap(p.maximum), e.collapsed.curve.back().gap(p.maximum));
  for (const double gap : e.start_gaps) worst = std::max(worst, gap);
  claims.equal("no other start stays behind: the largest gap after training from " +
                   std::to_string(e.start_gaps.size()) + " random starts and from beside both of these",
               worst, 0, within, "as for the trained ELBO");
}

double rounding_of_bound(const Problem& p) { return 1e3 * u * std::abs(p.maximum); }
double within_reach(const Problem& p) { return 1e-10 + rounding_of_bound(p); }

}  // namespace

void claim_maximum(Claims& claims, const Experiment& e) {
  const double tape_rounding = rounding_of_bound(e.problem), within = within_reach(e.problem);
  claim_exact_answers(claims, e);
  claim_bound(claims, e, tape_rounding);
  const bool ended = e.trained_long_enough();
  if (ended) claim_end_of_training(claims, e, within);
  claim_stationary_points(claims, e, tape_rounding);
  if (ended) claim_other_starts(claims, e, within);
}

void claim_collapse(Claims& claims, const Problem& problem, const std::vector<Held>& held) {
  const double within = within_reach(problem);
  double bound_error = 0, kl_error = 0, variance_error = 0;
  int miscounted = 0;
  for (const Held& h : held) {
    bound_error = worse(bound_error, std::abs(h.elbo - h.exact));
    miscounted += h.active != h.expected_alive;
    for (std::size_t j = 0; j < h.kl.size(); ++j)
      kl_error = worse(kl_error, std::abs(h.kl[j] - h.exact_kl[j]));
    for (std::size_t j = 0; j < h.model_variance.size(); ++j) {
      const double lambda = j < h.kl.size() ? problem.eigen.values[j] : 0;
      variance_error =
          worse(variance_error, std::abs(h.model_variance[j] / std::max(lambda, h.noise_variance) - 1));
    }
  }
  claims.equal("(05.15) with σ² held, the trained ELBO is the maximum: the largest error", bound_error, 0,
               within, "as for the trained ELBO");
  claims.equal(
      "(05.15) the model's variance along u_j is the larger of λ_j and σ²: the largest relative error",
      variance_error, 0, 2 * std::sqrt(within), "(05.17): what a gap that small can hide");
  claims.equal("as many latents stay alive (KL above 0.01 nats) as (05.16) says: failures among the σ²",
               miscounted, 0, 0, "a count");
  claims.equal("(05.16) a latent carries ½ log(λ_j/σ²) nats, or none: the largest error", kl_error, 0,
               2 * std::sqrt(within), "of first order in what (05.17) leaves open, for lengths 2 √gap");
}
