#include "doxa/models/beliefs/dreamer.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <iterator>
#include <stdexcept>

namespace doxa {
namespace {

WarmupCosine model_rate(const DreamerSettings& s) {
  return {
      .peak = s.model_rate, .steps = s.first_model_steps + (s.iterations - 1) * s.model_steps, .warm_up = 20};
}

ActorCriticSettings in_summaries(const RssmSettings& s, double discount) {
  return {.actions = s.actions, .features = s.hidden, .discount = discount};
}

}  // namespace

Dreamer::Dreamer(const RssmSettings& sizes, const RssmObjective& objective, double discount,
                 const DreamerSettings& s, std::uint64_t seed)
    : settings(s),
      learner([&] {
        Philox initial(seed, 5);
        return RssmLearner{Rssm(sizes, initial), objective};
      }()),
      agent([&] {
        Philox initial(seed, 6);
        return ActorCritic(in_summaries(sizes, discount), initial);
      }()),
      model_adam{.max_norm = 1},
      acting(seed, 32),
      choosing(seed, 33),
      noise(seed, 34),
      imagining(seed, 35) {
  RssmWorld imagined(learner.model);  // refuses what cannot be imagined
}

double Dreamer::done() const {
  return static_cast<double>(actor_step) / static_cast<double>(settings.iterations * settings.actor_steps);
}

double collect(Dreamer& d, const Pomdp& m) {
  const DreamerSettings& s = d.settings;
  const double share = static_cast<double>(d.iteration) / static_cast<double>(s.iterations);
  const Bursts bursts{s.bursts.rate * std::pow(s.last_burst_rate / s.bursts.rate, share), s.bursts.length};
  RssmWorld world(d.learner.model);
  Environment environment(m, s.collected, d.acting());
  const Chooser chooser =
      with_bursts(sampling_chooser(world, d.agent.actor, d.acting), actions(world), bursts, d.acting);
  std::vector<Trajectory> fresh = act(world, environment, s.horizon, chooser, d.acting);
  add_values(*d.learner.model.settings.reward, fresh);
  const double paid = estimate_mean(discounted_returns(fresh, d.agent.settings.discount)).mean;
  d.memory.insert(d.memory.end(), std::make_move_iterator(fresh.begin()),
                  std::make_move_iterator(fresh.end()));
  if (static_cast<Index>(d.memory.size()) > s.remembered)
    d.memory.erase(d.memory.begin(), d.memory.end() - static_cast<std::ptrdiff_t>(s.remembered));
  ++d.iteration;
  return paid;
}

double train_model(Dreamer& d) {
  if (d.memory.empty()) throw std::logic_error("train_model: nothing is remembered");
  const DreamerSettings& s = d.settings;
  const Parameters learned = parameters(d.learner);
  double last = 0;
  for (Index i = d.model_step == 0 ? s.first_model_steps : s.model_steps; i > 0; --i) {
    std::vector<Index> chosen(static_cast<std::size_t>(std::max<Index>(1, s.batch / copies(d.learner))));
    for (Index& e : chosen) e = d.choosing.uniform_index(static_cast<Index>(d.memory.size()));
    d.tape.clear();
    const RssmLoss l = rssm_loss(d.tape, d.learner.model, episodes(d.memory, chosen, copies(d.learner)),
                                 d.learner.objective, d.noise);
    d.tape.backward(l.loss);
    last = static_cast<double>(l.loss.item());
    d.visited = l.summary.tensor();
    d.model_adam.rate = model_rate(s)(++d.model_step);
    d.model_adam.step(learned);
  }
  return last;
}

ActorCriticStep train_actor(Dreamer& d) {
  RssmWorld world(d.learner.model);
  ActorCriticStep last{};
  for (Index i = 0; i < d.settings.actor_steps; ++i, ++d.actor_step)
    last = train_actor(world, d.visited, d.agent, d.settings.actor, d.done(), d.imagining);
  return last;
}

//! [dream]
void dream(Dreamer& d, const Pomdp& m, const std::function<bool(const DreamerProgress&)>& on_iteration) {
  while (d.iteration < d.settings.iterations) {
    const double paid = collect(d, m);
    const double loss = train_model(d);
    const ActorCriticStep actor = train_actor(d);
    if (on_iteration && !on_iteration({d.iteration, paid, loss, actor})) return;
  }
}
//! [dream]

}  // namespace doxa
