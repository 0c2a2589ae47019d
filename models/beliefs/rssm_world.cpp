#include "doxa/models/beliefs/rssm_world.h"

#include <stdexcept>

namespace doxa {

RssmWorld::RssmWorld(Rssm& model) : model_(model) {
  if (!model.reward) throw std::invalid_argument("RssmWorld: an Rssm that does not model rewards");
  if (model.future)
    throw std::invalid_argument("RssmWorld: a smoothing posterior needs observations that have not come yet");
}

Tensor start(const RssmWorld& w, Index batch, Philox&) { return Tensor(Shape{batch, features(w)}); }

//! [observe]
Tensor observe(RssmWorld& w, const Tensor& known, std::span<const Index> actions,
               std::span<const Index> observations, Philox& random) {
  Rssm& m = w.model_;
  w.tape_.clear();
  const Evaluation evaluation(w.tape_);
  const Var h = w.tape_.constant(known), a = one_hot(w.tape_, actions, m.settings.actions),
            step = encode_step(w.tape_, m.settings, actions, observations);
  if (m.deterministic()) return advance(m, h, a, step, h).tensor();  // no latent is asked for
  const Var s = sample(m.settings.latent, m.posterior({h, step}), 1, random);
  return advance(m, h, a, step, s).tensor();
}
//! [observe]

//! [imagine]
ImaginedStep imagine(RssmWorld& w, const Tensor& known, std::span<const Index> actions, Philox& random) {
  Rssm& m = w.model_;
  w.tape_.clear();
  const Evaluation evaluation(w.tape_);
  const Var h = w.tape_.constant(known), a = one_hot(w.tape_, actions, m.settings.actions);
  const Var s = sample(m.settings.latent, m.prior({h, a}), 1, random);
  std::vector<Index> observations(actions.size());
  random.categorical(emission_logits(m, h, a, s).value(), observations);
  const Var step = encode_step(w.tape_, m.settings, actions, observations);
  return {advance(m, h, a, step, s).tensor(),
          expected_rewards(*m.settings.reward, reward_outputs(m, h, step, s))};
}
//! [imagine]

}  // namespace doxa
