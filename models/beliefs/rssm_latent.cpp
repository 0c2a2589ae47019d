#include "doxa/models/beliefs/rssm_latent.h"

#include <algorithm>
#include <stdexcept>
#include <string>

#include "doxa/distributions/normal.h"
#include "doxa/distributions/one_hot_categorical.h"

namespace doxa {
namespace {

// ---- Gaussian ----

DiagonalNormal distribution(const GaussianLatent&, Var parameters) {
  return DiagonalNormal::from_halves(parameters);
}

Var draw_with_gradient(const DiagonalNormal& q, Philox& random) { return rsample(q, q.noise(random)); }
Var draw(const DiagonalNormal& q, Index, Philox& random) { return sample(q, random); }

// ---- categorical ----

// Independent groups, [rows, groups, classes]. The values of all groups stand side by side,
// [rows, groups · classes].
struct OneHotGroups {
  OneHotCategorical group;

  Var side_by_side(Var s) const {
    const Shape shape = group.shape();
    return reshape(s, {shape[0], shape[1] * shape[2]});
  }
};

OneHotGroups distribution(const CategoricalLatent& l, Var parameters) {
  const Var logits = reshape(parameters, {parameters.shape()[0], l.groups, l.classes});
  const Real m = l.uniform_mixing;
  if (m == 0) return {OneHotCategorical(logits)};
  return {OneHotCategorical::from_probs((1 - m) * softmax(logits, {2}) + m / static_cast<Real>(l.classes))};
}

Var kl_divergence(const OneHotGroups& q, const OneHotGroups& p) {
  return sum(kl_divergence(q.group, p.group), {1});
}

Var log_prob(const OneHotGroups& q, Var s) {
  return sum(log_prob(q.group, reshape(s, q.group.shape())), {1});
}

Var draw_with_gradient(const OneHotGroups& q, Philox& random) {
  return q.side_by_side(straight_through_sample(q.group, random));
}

// The class in whose stretch of the cumulative probabilities u falls.
std::size_t class_at(double u, std::span<const Real> probs) {
  std::size_t c = 0;
  for (; c + 1 < probs.size(); ++c) {
    u -= static_cast<double>(probs[c]);
    if (u < 0) break;
  }
  return c;
}

// Systematic sampling: the n rows of a set take the points (i + shift)/n of the unit interval, in random
// order.
Var draw(const OneHotGroups& q, Index n, Philox& random) {
  const Var p = exp(q.group.index.log_probs());
  const Index rows = p.shape()[0], groups = p.shape()[1], classes = p.shape()[2];
  return p.tape().constant({rows, groups * classes}, [&](std::span<Real> s) {
    std::ranges::fill(s, Real{0});
    for (Index first = 0; first < rows; first += n)
      for (Index group = 0; group < groups; ++group) {
        const Index together = std::min(n, rows - first);
        const double shift = random.uniform();
        const std::vector<Index> order = random.permutation(together);
        for (Index i = 0; i < together; ++i) {
          const auto at = static_cast<std::size_t>(((first + i) * groups + group) * classes);
          const double u = (static_cast<double>(order[static_cast<std::size_t>(i)]) + shift) /
                           static_cast<double>(together);
          s[at + class_at(u, p.value().subspan(at, static_cast<std::size_t>(classes)))] = 1;
        }
      }
  });
}

// ---- either ----

Index checked_rows(const RssmLatent& latent, Var parameters, const char* where) {
  const Shape shape = parameters.shape();
  if (shape.rank() != 2 || shape[1] != latent_parameters(latent))
    throw argument_error({where, parameters.tape()}, "parameters of an RssmLatent: expected [rows," +
                                                         std::to_string(latent_parameters(latent)) +
                                                         "], got " + shape.str());
  return shape[0];
}

}  // namespace

Var rsample(const RssmLatent& latent, Var parameters, Philox& random) {
  checked_rows(latent, parameters, "rsample");
  return std::visit([&](const auto& l) { return draw_with_gradient(distribution(l, parameters), random); },
                    latent);
}

Var sample(const RssmLatent& latent, Var parameters, Index n, Philox& random) {
  checked_rows(latent, parameters, "sample");
  if (n < 1)
    throw argument_error({"sample", parameters.tape()},
                         std::to_string(n) + " draws of an RssmLatent, expected at least 1");
  return std::visit([&](const auto& l) { return draw(distribution(l, parameters), n, random); }, latent);
}

Var kl_divergence(const RssmLatent& latent, Var q, Var p) {
  if (checked_rows(latent, q, "kl_divergence") != checked_rows(latent, p, "kl_divergence"))
    throw argument_error({"kl_divergence", q.tape()},
                         "rows of the RssmLatents differ: " + q.shape().str() + " and " + p.shape().str());
  return std::visit(
      [&](const auto& l) {
        const auto of_p = distribution(l, p), of_q = distribution(l, q);
        return kl_divergence(of_q, of_p);
      },
      latent);
}

Var log_prob(const RssmLatent& latent, Var parameters, Var s) {
  const Shape expected{checked_rows(latent, parameters, "log_prob"), latent_size(latent)};
  if (s.shape() != expected)
    throw argument_error({"log_prob", s.tape()},
                         "expected s of an RssmLatent of " + expected.str() + ", got " + s.shape().str());
  return std::visit([&](const auto& l) { return log_prob(distribution(l, parameters), s); }, latent);
}

}  // namespace doxa
