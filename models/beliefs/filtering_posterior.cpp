#include "doxa/models/beliefs/filtering_posterior.h"

#include <algorithm>
#include <stdexcept>

#include "doxa/models/beliefs/world_model.h"

namespace doxa {
namespace {

FilteringPosterior::Sizes checked(const FilteringPosterior::Sizes& s) {
  if (s.actions < 1 || s.observations < 1 || s.latent < 1 || s.hidden < 1 || s.summary < 0)
    throw std::invalid_argument("FilteringPosterior: sizes must be positive");
  return s;
}

}  // namespace

FilteringPosterior::FilteringPosterior(const Sizes& s, Philox& random)
    : sizes(checked(s)),
      posterior("posterior", {s.latent + s.actions + s.observations + s.summary, s.hidden, 2 * s.latent},
                random, Real(0.5)),
      transition("transition", {s.latent + s.actions + s.summary, s.hidden, 2 * s.latent}, random, Real(0.5)),
      emission("emission", {s.latent + s.actions + s.summary, s.hidden, s.observations}, random) {
  if (s.summary > 0) summary.emplace("summary", s.latent + s.actions, s.summary, random);
}

void append_parameters(Parameters& to, FilteringPosterior& model) {
  append_parameters(to, model.posterior);
  append_parameters(to, model.transition);
  append_parameters(to, model.emission);
  if (model.summary) append_parameters(to, *model.summary);
}

LatentState initial_state(Tape& tape, const FilteringPosterior& model, Index batch) {
  return {tape.constant({batch, model.sizes.latent}, Real{0}),
          tape.constant({batch, model.sizes.summary}, Real{0})};
}

LatentState advance_summary(FilteringPosterior& model, const LatentState& before, Var action) {
  if (!model.summary) return before;
  return {before.latent, (*model.summary)(concat({before.latent, action}, 1), before.summary)};
}

DiagonalNormal transition(FilteringPosterior& model, const LatentState& before, Var action) {
  return DiagonalNormal::from_halves(model.transition({before.latent, action, before.summary}));
}

DiagonalNormal posterior(FilteringPosterior& model, const LatentState& before, Var action, Var observation) {
  return DiagonalNormal::from_halves(model.posterior({before.latent, action, before.summary, observation}));
}

Categorical emission(FilteringPosterior& model, const LatentState& now, Var action) {
  return Categorical(model.emission({now.latent, action, now.summary}));
}

BoundTerms<Var> filtering_bound(Tape& tape, FilteringPosterior& model, const Episodes& episodes, Var noise) {
  const auto [A, O, L, hidden, summary] = model.sizes;
  const Index B = episodes.batch, T = episodes.horizon;
  //! [filtering-bound]
  LatentState state = initial_state(tape, model, B);
  BoundTerms<Var> bound{tape.constant({B}, Real{0}), tape.constant({B}, Real{0})};  // the sum (10.6)
  for (Index k = 1; k <= T; ++k) {
    const Var a = one_hot(tape, episodes.actions_at(k), A), o = one_hot(tape, episodes.observations_at(k), O);
    const Var eps = reshape(slice(noise, 0, k - 1, k), {B, L});
    state = advance_summary(model, state, a);
    const DiagonalNormal q = posterior(model, state, a, o), p = transition(model, state, a);
    state.latent = rsample(q, eps);  // s_k in the place of s_{k-1}, (10.7)
    const Categorical p_o = emission(model, state, a);
    bound.log_likelihood =
        bound.log_likelihood + log_prob(p_o, episodes.observations_at(k));  // (10.6), first term
    bound.kl = bound.kl + kl_divergence(q, p);                              // (10.6), second term
  }
  //! [filtering-bound]
  return bound;
}

BoundTerms<Var> bound(Tape& tape, FilteringPosterior& model, const Episodes& e, Philox& random) {
  return filtering_bound(tape, model, e,
                         normal_noise(tape, {e.horizon, e.batch, model.sizes.latent}, random));
}

Var loss(Tape& tape, FilteringPosterior& model, const Episodes& e, Philox& random) {
  //! [loss]
  const BoundTerms<Var> sums = bound(tape, model, e, random);
  return -mean(sums.value()) / static_cast<Real>(e.horizon);
  //! [loss]
}

namespace {

constexpr Index rows_at_once = 1024;  // so that one step fits the cache

// Samples of the belief along several episodes, N side by side for each. At every step visit(k, a, o, before,
// weights) is called with the state before step k, and returns the latents s_k after it and what their
// weights are to be multiplied by.
struct Moved {
  Var latent;
  std::optional<Var> log_weight = {};
};
template <class Visit>
void along(FilteringPosterior& model, std::span<const Trajectory> trajectories, Index samples, Philox& random,
           Visit visit) {
  if (samples < 1) throw std::invalid_argument("FilteringPosterior: " + std::to_string(samples) + " samples");
  const auto [A, O, L, hidden, summary] = model.sizes;
  const auto group = static_cast<std::size_t>(std::max<Index>(1, rows_at_once / samples));
  Tape tape;
  for (std::size_t first = 0; first < trajectories.size(); first += group) {
    const auto some = trajectories.subspan(first, std::min(group, trajectories.size() - first));
    const Episodes e = episodes(some, samples);
    SampleWeights weights(static_cast<Index>(some.size()), samples);
    Tensor latent(Shape{e.batch, L}), h(Shape{e.batch, summary});
    for (Index k = 1; k <= e.horizon; ++k) {
      tape.clear();
      const Evaluation evaluation(tape);
      const Var a = one_hot(tape, e.actions_at(k), A), o = one_hot(tape, e.observations_at(k), O);
      const LatentState before = advance_summary(model, {tape.constant(latent), tape.constant(h)}, a);
      const Moved moved = visit(first, k, e.observations_at(k), a, o, before, weights);
      latent = moved.latent.tensor();
      h = before.summary.tensor();
      if (!moved.log_weight) continue;
      const std::vector<Index> from = weights.multiply(moved.log_weight->value(), random);
      latent = selected_rows(latent, from);
      h = selected_rows(h, from);
    }
  }
}

// s_k ~ q, and log p(s_k | …) p(o_k | s_k, …) / q(s_k | …), the factor of its weight.
Moved propose(FilteringPosterior& model, const LatentState& before, Var a, Var o, std::span<const Index> seen,
              Philox& random) {
  //! [propose]
  const DiagonalNormal q = posterior(model, before, a, o), p = transition(model, before, a);
  const Var s = sample(q, random);
  const Categorical p_o = emission(model, {s, before.summary}, a);
  const Var of_seen = log_prob(p_o, seen), of_s = log_prob(p, s), proposed = log_prob(q, s);
  return {s, of_s + of_seen - proposed};  // log ρ_k of (10.9), a term of (10.5)
  //! [propose]
}

}  // namespace

std::vector<double> log_evidence(FilteringPosterior& model, std::span<const Trajectory> trajectories,
                                 Index samples, Philox& random) {
  std::vector<double> all(trajectories.size(), 0.0);
  along(model, trajectories, samples, random,
        [&](std::size_t first, Index, std::span<const Index> seen, Var a, Var o, const LatentState& before,
            const SampleWeights& weights) {
          const Moved moved = propose(model, before, a, o, seen, random);
          const std::vector<double> log_p = weights.log_mean_exp(moved.log_weight->value());  // (10.9)
          for (std::size_t i = 0; i < log_p.size(); ++i) all[first + i] += log_p[i];
          return moved;
        });
  return all;
}

StepTable predictive(FilteringPosterior& model, std::span<const Trajectory> trajectories, Index samples,
                     Philox& random, SampleWeighting weighting) {
  StepTable all(static_cast<std::size_t>(model.sizes.observations), trajectories);
  along(model, trajectories, samples, random,
        [&](std::size_t first, Index k, std::span<const Index> seen, Var a, Var o, const LatentState& before,
            const SampleWeights& weights) {
          const LatentState predicted{sample(transition(model, before, a), random), before.summary};
          const std::vector<double> p_o =
              weights.mean(exp(emission(model, predicted, a).log_probs()).value(), all.width);  // (10.11)
          for (std::size_t i = 0; i * all.width < p_o.size(); ++i)
            std::ranges::copy(std::span(p_o).subspan(i * all.width, all.width),
                              all.row(first + i, static_cast<std::size_t>(k)).begin());
          if (weighting == SampleWeighting::importance) return propose(model, before, a, o, seen, random);
          return Moved{sample(posterior(model, before, a, o), random)};
        });
  return all;
}

}  // namespace doxa
