#include "doxa/models/vae/vae.h"

#include <algorithm>
#include <cmath>
#include <stdexcept>

namespace doxa {
namespace {

Vae::Sizes checked(const Vae::Sizes& s) {
  if (s.data < 1 || s.latent < 1 || s.hidden < 1) throw std::invalid_argument("Vae: sizes must be positive");
  return s;
}

}  // namespace

Vae::Vae(const Sizes& s, Philox& random)
    : sizes(checked(s)),
      encoder("encoder", {s.data, s.hidden, s.hidden, 2 * s.latent}, random),
      decoder("decoder", {s.latent, s.hidden, s.hidden, s.data}, random),
      log_scale("log_scale", Tensor(Shape{})) {}

void append_parameters(Parameters& to, Vae& vae) {
  append_parameters(to, vae.encoder);
  append_parameters(to, vae.decoder);
  to.push_back(&vae.log_scale);
}

DiagonalNormal prior(Tape& tape, const Vae& vae) {
  const Shape event{vae.sizes.latent};
  const Var zero = tape.constant(event, Real{0});
  return DiagonalNormal::from_log_scale(zero, zero);
}

DiagonalNormal likelihood(Vae& vae, Var z) {
  const Index latent = vae.sizes.latent, data = vae.sizes.data;
  Var mean = vae.decoder(reshape(z, {z.size() / latent, latent}));
  if (z.rank() == 3) mean = reshape(mean, {z.shape()[0], z.shape()[1], data});
  return DiagonalNormal::from_log_scale(mean, vae.log_scale.on(z.tape()));
}

DiagonalNormal posterior(Vae& vae, Var x) { return DiagonalNormal::from_halves(vae.encoder(x)); }

//! [elbo]
BoundTerms<Var> elbo(Vae& vae, Var x, Var noise) {
  const DiagonalNormal q = posterior(vae, x);
  const DiagonalNormal p = prior(x.tape(), vae);
  const Var z = rsample(q, noise);                            // (06.5)
  return {.log_likelihood = log_prob(likelihood(vae, z), x),  // (06.4), first term
          .kl = kl_divergence(q, p)};                         // (06.4), second term, by (06.6)
}
//! [elbo]

Tensor kl_per_dimension(Vae& vae, const Tensor& x) {
  Tape tape;
  const Evaluation evaluation(tape);
  const DiagonalNormal p = prior(tape, vae), q = posterior(vae, tape.constant(x));
  return kl_divergence(q.element, p.element).tensor();
}

Var log_importance_weights(Vae& vae, Var x, Var noise) {
  const Index batch = x.shape()[0], data = vae.sizes.data, latent = vae.sizes.latent;
  const DiagonalNormal q_of_x = posterior(vae, x);
  // One more axis, of length 1: the same q for each of the K samples.
  const Var log_scale = reshape(q_of_x.element.log_scale, {batch, 1, latent}),
            loc = reshape(q_of_x.element.loc, {batch, 1, latent});
  const DiagonalNormal q = DiagonalNormal::from_log_scale(loc, log_scale);
  //! [importance-weights]
  const DiagonalNormal p = prior(x.tape(), vae);
  const Var z = rsample(q, noise);
  const Var log_q = log_prob(q, z), log_p = log_prob(p, z);
  const Var of_each = reshape(x, {batch, 1, data});
  return log_prob(likelihood(vae, z), of_each) + log_p - log_q;  // (06.8)
  //! [importance-weights]
}

//! [importance-weighted-bound]
Var importance_weighted_bound(Var log_weights) {
  const Index samples = log_weights.shape()[1];
  return logsumexp(log_weights, 1) - std::log(static_cast<Real>(samples));  // (06.9)
}
//! [importance-weighted-bound]

Tensor sample_log_importance_weights(Vae& vae, const Tensor& x, Index samples, Philox& random) {
  const Index n = x.shape()[0], data = vae.sizes.data, latent = vae.sizes.latent;
  const Index latents_at_once = 4096, rows = std::max<Index>(1, latents_at_once / samples);
  Tensor all(Shape{n, samples});
  Tape tape;
  for (Index first = 0; first < n; first += rows) {
    const Index batch = std::min(rows, n - first);
    const Evaluation evaluation(tape);
    const auto here =
        x.span().subspan(static_cast<std::size_t>(first * data), static_cast<std::size_t>(batch * data));
    const Var noise = normal_noise(tape, {batch, samples, latent}, random);
    const Var log_weights = log_importance_weights(vae, tape.constant({batch, data}, here), noise);
    std::ranges::copy(log_weights.value(), all.data() + first * samples);
  }
  return all;
}

}  // namespace doxa
