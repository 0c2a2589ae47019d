#include "doxa/models/beliefs/rssm_latent.h"

#include <algorithm>
#include <stdexcept>
#include <string>

#include "doxa/distributions/normal.h"
#include "doxa/distributions/one_hot_categorical.h"

namespace doxa {
namespace {

Index checked_rows(const RssmLatent& latent, Var parameters, const char* where) {
  const Shape shape = parameters.shape();
  if (shape.rank() != 2 || shape[1] != latent.parameters())
    throw std::invalid_argument(std::string(where) + " of RssmLatent: expected [rows," +
                                std::to_string(latent.parameters()) + "], got " + shape.str());
  return shape[0];
}

DiagonalNormal gaussian(const RssmLatent& latent, Var parameters) {
  return DiagonalNormal::from_log_scale(slice(parameters, 1, 0, latent.width),
                                        slice(parameters, 1, latent.width, 2 * latent.width));
}

// [rows, groups, classes]
OneHotCategorical categorical(const RssmLatent& latent, Var parameters) {
  const Var logits = reshape(parameters, {parameters.shape()[0], latent.groups, latent.classes});
  const Real m = latent.uniform_mixing;
  if (m == 0) return OneHotCategorical(logits);
  return OneHotCategorical::from_probs((1 - m) * softmax(logits, {2}) +
                                       m / static_cast<Real>(latent.classes));
}

// The class whose stretch of the cumulative probabilities u falls into.
std::size_t class_at(double u, std::span<const Real> probs) {
  std::size_t c = 0;
  for (; c + 1 < probs.size(); ++c) {
    u -= static_cast<double>(probs[c]);
    if (u < 0) break;
  }
  return c;
}

}  // namespace

Var rsample(const RssmLatent& latent, Var parameters, Philox& random) {
  const Index rows = checked_rows(latent, parameters, "rsample");
  if (latent.family == RssmLatent::Family::gaussian) {
    const DiagonalNormal q = gaussian(latent, parameters);
    return rsample(q, q.noise(random));
  }
  return reshape(straight_through_sample(categorical(latent, parameters), random), {rows, latent.size()});
}

Var sample(const RssmLatent& latent, Var parameters, Index n, Philox& random) {
  const Index rows = checked_rows(latent, parameters, "sample");
  if (n < 1)
    throw std::invalid_argument("sample of RssmLatent: n is " + std::to_string(n) + ", expected at least 1");
  if (latent.family == RssmLatent::Family::gaussian) return sample(gaussian(latent, parameters), random);
  const Var p = exp(categorical(latent, parameters).index.log_probs());
  return parameters.tape().constant({rows, latent.size()}, [&](std::span<Real> s) {
    std::ranges::fill(s, Real{0});
    const auto classes = static_cast<std::size_t>(latent.classes);
    for (Index first = 0; first < rows; first += n)
      for (Index group = 0; group < latent.groups; ++group) {
        const Index stretch = std::min(n, rows - first);
        const double shift = random.uniform();
        const std::vector<Index> order = random.permutation(stretch);
        for (Index i = 0; i < stretch; ++i) {
          const auto at = static_cast<std::size_t>(((first + i) * latent.groups + group) * latent.classes);
          const double u = (static_cast<double>(order[static_cast<std::size_t>(i)]) + shift) /
                           static_cast<double>(stretch);
          s[at + class_at(u, p.value().subspan(at, classes))] = 1;
        }
      }
  });
}

Var kl_divergence(const RssmLatent& latent, Var q, Var p) {
  if (checked_rows(latent, q, "kl_divergence") != checked_rows(latent, p, "kl_divergence"))
    throw std::invalid_argument("kl_divergence of RssmLatent: rows differ: " + q.shape().str() + " and " +
                                p.shape().str());
  if (latent.family == RssmLatent::Family::gaussian)
    return kl_divergence(gaussian(latent, q), gaussian(latent, p));
  return sum(kl_divergence(categorical(latent, q), categorical(latent, p)), {1});
}

Var log_prob(const RssmLatent& latent, Var parameters, Var s) {
  const Index rows = checked_rows(latent, parameters, "log_prob");
  if (s.shape() != Shape{rows, latent.size()})
    throw std::invalid_argument("log_prob of RssmLatent: expected s of " + Shape{rows, latent.size()}.str() +
                                ", got " + s.shape().str());
  if (latent.family == RssmLatent::Family::gaussian) return log_prob(gaussian(latent, parameters), s);
  const Var one_hot = reshape(s, {rows, latent.groups, latent.classes});
  return sum(log_prob(categorical(latent, parameters), one_hot), {1});
}

}  // namespace doxa
