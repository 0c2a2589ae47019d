#include "doxa/models/beliefs/rssm.h"

#include <stdexcept>
#include <string>
#include <vector>

#include "doxa/autograd/internal/number_text.h"

namespace doxa {
namespace {

using Summary = RssmSettings::Summary;

bool by_pairs(const RssmSettings& s) { return s.actions * s.observations <= 256; }

void check(const GaussianLatent& l) {
  if (l.width < 1) throw std::invalid_argument("Rssm: sizes must be positive");
}

void check(const CategoricalLatent& l) {
  if (l.groups < 1 || l.classes < 1) throw std::invalid_argument("Rssm: sizes must be positive");
  if (!(l.uniform_mixing >= 0 && l.uniform_mixing < 1))
    throw std::invalid_argument("Rssm: uniform_mixing is " + to_text(l.uniform_mixing) +
                                ", expected a share in [0,1)");
}

RssmSettings checked(const RssmSettings& s) {
  if (s.actions < 1 || s.observations < 1 || s.hidden < 1)
    throw std::invalid_argument("Rssm: sizes must be positive");
  std::visit([](const auto& l) { check(l); }, s.latent);
  return s;
}

Index summary_input(const RssmSettings& s) {
  const Index seen = s.summary == Summary::latents ? s.actions : step_width(s);
  return s.summary == Summary::observations ? seen : seen + latent_size(s.latent);
}

Index posterior_input(const RssmSettings& s) {
  return s.inference == RssmSettings::Inference::smoothing ? s.actions + s.hidden : step_width(s);
}

// Small, so that prior and posterior start out nearly alike and the first KL is near 0.
constexpr Real small_gain = Real(0.1);

}  // namespace

Index step_width(const RssmSettings& s) {
  return by_pairs(s) ? s.actions * s.observations : s.actions + s.observations;
}

Rssm::Rssm(const RssmSettings& s, Philox& random)
    : settings(checked(s)),
      summary("summary", summary_input(s), s.hidden, random),
      prior("prior", {s.hidden + s.actions, s.hidden, latent_parameters(s.latent)}, random, small_gain),
      posterior("posterior", {s.hidden + posterior_input(s), s.hidden, latent_parameters(s.latent)}, random,
                small_gain),
      emission("emission", {s.hidden + s.actions + latent_size(s.latent), s.hidden, s.observations}, random) {
  if (s.inference == RssmSettings::Inference::smoothing)
    future.emplace("future", step_width(s), s.hidden, random);
  for (Index i = s.hidden; i < 2 * s.hidden; ++i) summary.input.bias.value[i] += s.keep;  // [W_r W_u W_n]
  if (s.reward)  // last, so that a model with rewards starts from the same numbers as one without
    reward.emplace("reward",
                   std::vector<Index>{s.hidden + step_width(s) + latent_size(s.latent), s.hidden,
                                      reward_parameters(*s.reward)},
                   random, small_gain);
}

void append_parameters(Parameters& to, Rssm& model) {
  append_parameters(to, model.summary);
  append_parameters(to, model.prior);
  append_parameters(to, model.posterior);
  append_parameters(to, model.emission);
  if (model.future) append_parameters(to, *model.future);
  if (model.reward) append_parameters(to, *model.reward);
}

Var reward_outputs(Rssm& model, Var summary, Var step, Var latent) {
  if (!model.reward) throw std::invalid_argument("reward_outputs: an Rssm that does not model rewards");
  return (*model.reward)({summary, step, latent});
}

Var encode_step(Tape& tape, const RssmSettings& s, std::span<const Index> actions,
                std::span<const Index> observations) {
  if (actions.size() != observations.size())
    throw std::invalid_argument("encode_step: " + std::to_string(actions.size()) + " actions and " +
                                std::to_string(observations.size()) + " observations");
  if (!by_pairs(s))
    return concat({one_hot(tape, actions, s.actions), one_hot(tape, observations, s.observations)}, 1);
  std::vector<Index> pairs(actions.size());
  for (std::size_t i = 0; i < pairs.size(); ++i) {
    const Index a = actions[i], o = observations[i];
    if (a < 0 || a >= s.actions || o < 0 || o >= s.observations)  // another pair would have that number
      throw std::invalid_argument("encode_step: action " + std::to_string(a) + " and observation " +
                                  std::to_string(o) + " of a model of " + std::to_string(s.actions) +
                                  " and " + std::to_string(s.observations));
    pairs[i] = a * s.observations + o;
  }
  return one_hot(tape, pairs, s.actions * s.observations);
}

//! [advance]
// (11.1)
Var advance(Rssm& model, Var summary, Var action, Var step, Var latent) {
  switch (model.settings.summary) {
    case Summary::latents:
      return model.summary(concat({action, latent}, 1), summary);
    case Summary::observations:
      return model.summary(step, summary);
    case Summary::both:
      break;
  }
  return model.summary(concat({step, latent}, 1), summary);
}
//! [advance]

}  // namespace doxa
