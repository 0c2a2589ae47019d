#include "doxa/models/beliefs/actor_critic.h"

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <string>

namespace doxa {
namespace {

// γ^k / Σ_j γ^j / B for each of B episodes at each step k, [H·B].
Var step_weights(Tape& tape, const ImaginedEpisodes& e, double discount) {
  double total = 0, weight = 1;
  for (Index k = 0; k < e.horizon; ++k, weight *= discount) total += weight;
  return tape.constant({e.horizon * e.batch}, [&](std::span<Real> all) {
    double w = 1 / total / static_cast<double>(e.batch);
    for (std::size_t i = 0; i < all.size(); ++i) {
      if (i > 0 && i % static_cast<std::size_t>(e.batch) == 0) w *= discount;
      all[i] = static_cast<Real>(w);
    }
  });
}

Var numbers(Tape& tape, std::span<const double> x) {
  return tape.constant({static_cast<Index>(x.size())}, [&](std::span<Real> all) {
    std::ranges::transform(x, all.begin(), [](double y) { return static_cast<Real>(y); });
  });
}

// x_0 … x_{H-1}, where actions are taken.
Var acted_on(Tape& tape, const ImaginedEpisodes& e) {
  const Index width = e.shown.shape()[1], rows = e.horizon * e.batch;
  return tape.constant({rows, width}, e.shown.span().first(static_cast<std::size_t>(rows * width)));
}

void require(bool fits, const char* where) {
  if (!fits) throw std::invalid_argument(std::string(where) + ": counts do not fit each other");
}

void copy_values(Mlp& from, Mlp& to, Real share) {
  const Parameters source = parameters(from), target = parameters(to);
  for (std::size_t i = 0; i < source.size(); ++i)
    for (Index j = 0; j < source[i]->value.size(); ++j) {
      Real& y = target[i]->value[j];
      y += share * (source[i]->value[j] - y);
    }
}

// μ + σ y stays the same: y ← (μ + σ y - μ') / σ'.
void rescale_output(Mlp& critic, double mean, double deviation, double new_mean, double new_deviation) {
  Linear& last = critic.layers.back();
  const double factor = deviation / new_deviation;
  for (Real& w : last.weight.value.span()) w = static_cast<Real>(factor * static_cast<double>(w));
  for (Real& b : last.bias.value.span())
    b = static_cast<Real>((mean + deviation * static_cast<double>(b) - new_mean) / new_deviation);
}

void follow_returns(ActorCritic& agent, std::span<const double> returns) {
  double mean = 0, squares = 0;
  for (const double r : returns) mean += r;
  mean /= static_cast<double>(returns.size());
  for (const double r : returns) squares += (r - mean) * (r - mean);
  const double deviation = std::sqrt(squares / static_cast<double>(returns.size()));
  const double smallest = 1e-8 * (1 + std::abs(mean));
  constexpr double share = 0.02;
  const bool first = agent.deviation == 0;
  const double old_deviation = first ? 1 : agent.deviation, old_mean = agent.mean;
  agent.mean = first ? mean : old_mean + share * (mean - old_mean);
  agent.deviation =
      std::max(smallest, first ? deviation : old_deviation + share * (deviation - old_deviation));
  if (first) return;
  for (Mlp* critic : {&agent.critic, &agent.slow})
    rescale_output(*critic, old_mean, old_deviation, agent.mean, agent.deviation);
}

std::vector<double> values(ActorCritic& agent, const Tensor& shown) {
  agent.tape.clear();
  const Evaluation evaluation(agent.tape);
  const Var y = agent.slow(agent.tape.constant(shown));
  std::vector<double> all;
  for (const Real v : y.value()) all.push_back(agent.mean + agent.deviation * static_cast<double>(v));
  return all;
}

}  // namespace

//! [lambda-returns]
std::vector<double> lambda_returns(std::span<const double> rewards, std::span<const double> values,
                                   Index batch, double discount, double lambda) {
  const auto B = static_cast<std::size_t>(batch);
  require(batch > 0 && rewards.size() % B == 0 && values.size() == rewards.size() + B, "lambda_returns");
  std::vector<double> returns(values.begin(), values.end());  // R_n = v(x_n)
  for (std::size_t i = rewards.size(); i-- > 0;)
    returns[i] = rewards[i] + discount * ((1 - lambda) * values[i + B] + lambda * returns[i + B]);  // (12.9)
  returns.resize(rewards.size());
  return returns;
}
//! [lambda-returns]

Categorical policy(Tape& tape, Mlp& actor, const Tensor& x) { return Categorical(actor(tape.constant(x))); }

//! [actor-loss]
Var actor_loss(Tape& tape, Mlp& actor, const ImaginedEpisodes& imagined, std::span<const double> advantages,
               double entropy_weight, double discount) {
  require(imagined.actions.size() == advantages.size(), "actor_loss");
  const Categorical pi(actor(acted_on(tape, imagined)));
  const Var bonus = static_cast<Real>(entropy_weight) * entropy(pi), score = log_prob(pi, imagined.actions);
  const Var gain = numbers(tape, advantages) * score + bonus;
  return -sum(step_weights(tape, imagined, discount) * gain);  // (12.10)
}
//! [actor-loss]

//! [critic-loss]
Var critic_loss(Tape& tape, Mlp& critic, const ImaginedEpisodes& imagined, std::span<const double> targets,
                double discount) {
  require(imagined.actions.size() == targets.size(), "critic_loss");
  const Var v = reshape(critic(acted_on(tape, imagined)), {static_cast<Index>(targets.size())});
  const Var off = square(v - numbers(tape, targets));
  return sum(step_weights(tape, imagined, discount) * off) / 2;
}
//! [critic-loss]

ActorCritic::ActorCritic(const ActorCriticSettings& s, Philox& random)
    : settings(s),
      actor("actor", {s.features, s.hidden, s.hidden, s.actions}, random, Real(0.01)),
      critic("critic", {s.features, s.hidden, s.hidden, 1}, random, Real(0.01)),
      slow(critic),
      actor_adam{.rate = s.rate, .max_norm = 1},
      critic_adam{.rate = s.rate, .max_norm = 1} {}

void append_parameters(Parameters& to, ActorCritic& agent) {
  append_parameters(to, agent.actor);
  append_parameters(to, agent.critic);
}

ActorCriticStep learn(ActorCritic& agent, const ImaginedEpisodes& imagined, double entropy_weight,
                      double rate) {
  const ActorCriticSettings& s = agent.settings;
  agent.actor_adam.rate = agent.critic_adam.rate = rate;
  //! [learn]
  const std::vector<double> v = values(agent, imagined.shown);
  const std::vector<double> R = lambda_returns(imagined.rewards, v, imagined.batch, s.discount, s.lambda);
  follow_returns(agent, R);
  std::vector<double> advantages, targets;
  for (std::size_t i = 0; i < R.size(); ++i) {
    advantages.push_back((R[i] - v[i]) / agent.deviation);
    targets.push_back((R[i] - agent.mean) / agent.deviation);
  }
  agent.tape.clear();
  agent.tape.backward(actor_loss(agent.tape, agent.actor, imagined, advantages, entropy_weight, s.discount));
  agent.actor_adam.step(parameters(agent.actor));
  agent.tape.clear();
  const Var of_critic = critic_loss(agent.tape, agent.critic, imagined, targets, s.discount);
  agent.tape.backward(of_critic);
  const double critic_error = static_cast<double>(of_critic.item());
  agent.critic_adam.step(parameters(agent.critic));
  copy_values(agent.critic, agent.slow, static_cast<Real>(s.slow_rate));
  //! [learn]
  agent.tape.clear();
  const Evaluation evaluation(agent.tape);
  const double H = static_cast<double>(mean(entropy(policy(agent.tape, agent.actor, imagined.shown))).item());
  double mean_return = 0;
  for (const double r : R) mean_return += r / static_cast<double>(R.size());
  return {mean_return, H, critic_error};
}

}  // namespace doxa
