#pragma once

#include <algorithm>
#include <cmath>
#include <span>
#include <string>
#include <vector>

#include "doxa/autograd/random.h"
#include "doxa/models/pomdp/belief.h"
#include "doxa/models/pomdp/file.h"
#include "doxa/models/pomdp/simulate.h"

namespace doxa::testing {

// The Tiger problem as the project ships it.
inline Pomdp tiger() { return read_pomdp(DOXA_SOURCE_DIR "/models/pomdp/classics/tiger.pomdp"); }
inline constexpr std::size_t listen = 0, open_left = 1, open_right = 2, hear_left = 0, hear_right = 1;

// Of all trajectories together, nats.
inline double log_evidence_of(const Pomdp& m, std::span<const Trajectory> all) {
  double sum = 0;
  for (const Trajectory& t : all) sum += log_evidence(m, t);
  return sum;
}

// A distribution with about a third of its probabilities 0.
inline std::vector<double> random_distribution(std::size_t n, Philox& random) {
  std::vector<double> p(n);
  double sum = 0;
  for (double& x : p) sum += x = random.uniform() < 0.3 ? 0 : -std::log(random.uniform());
  if (sum == 0) p[0] = sum = 1;
  for (double& x : p) x /= sum;
  return p;
}

inline std::vector<std::string> indices(std::size_t n) {
  std::vector<std::string> names;
  for (std::size_t i = 0; i < n; ++i) names.push_back(std::to_string(i));
  return names;
}

// A table with these rows.
inline StochasticMatrix table(const std::vector<std::vector<double>>& rows) {
  StochasticMatrix m;
  m.columns = rows.at(0).size();
  for (const std::vector<double>& row : rows) m.append_row(row);
  return m;
}

inline Pomdp random_pomdp(std::size_t states, std::size_t actions, std::size_t observations, Philox& random) {
  Pomdp m{indices(states),
          indices(actions),
          indices(observations),
          0.9,
          random_distribution(states, random),
          {},
          {},
          {}};
  m.transition.columns = states;
  m.emission.columns = observations;
  for (std::size_t row = 0; row < actions * states; ++row) {
    m.transition.append_row(random_distribution(states, random));
    m.emission.append_row(random_distribution(observations, random));
  }
  return m;
}

// The model with as many observations as states, of which each shows its state.
inline Pomdp observable(Pomdp m) {
  const std::size_t states = m.states.size();
  m.observations = indices(states);
  std::vector<std::vector<double>> rows(m.actions.size() * states, std::vector<double>(states, 0.0));
  for (std::size_t r = 0; r < rows.size(); ++r) rows[r][r % states] = 1;
  m.emission = table(rows);
  return m;
}

// Tiger with a growl that is always heard on the left.
inline Pomdp always_left() {
  Pomdp m = tiger();
  m.emission = table({{1, 0}, {1, 0}, {1, 0}, {1, 0}, {1, 0}, {1, 0}});
  return m;
}

// The same model with its states in another order: the new state s is the old one order[s].
inline Pomdp relabelled(const Pomdp& m, const std::vector<Index>& order) {
  const std::size_t states = m.states.size();
  const auto old = [&](std::size_t s) { return static_cast<std::size_t>(order[s]); };
  Pomdp other = m;
  std::vector<std::vector<double>> transition, emission;
  for (std::size_t s = 0; s < states; ++s) other.start[s] = m.start[old(s)];
  for (std::size_t a = 0; a < m.actions.size(); ++a)
    for (std::size_t s = 0; s < states; ++s) {
      std::vector<double>&next = transition.emplace_back(), &seen = emission.emplace_back();
      for (std::size_t to = 0; to < states; ++to) next.push_back(transition_row(m, a, old(s))[old(to)]);
      for (std::size_t o = 0; o < m.observations.size(); ++o) seen.push_back(emission_row(m, a, old(s))[o]);
    }
  other.transition = table(transition);
  other.emission = table(emission);
  return other;
}

// A model with about a third of its probabilities 0, and an episode of it.
struct RandomEpisode {
  Pomdp model;
  Trajectory trajectory;
};
inline RandomEpisode random_episode(std::size_t states, std::size_t actions, std::size_t observations,
                                    std::size_t horizon, Philox& random) {
  RandomEpisode e{random_pomdp(states, actions, observations, random), {}};
  e.trajectory = simulate(e.model, open_loop_policy(e.model), horizon, random);
  return e;
}
// Of random size.
inline RandomEpisode random_episode(std::size_t horizon, Philox& random) {
  const auto size = [&](Index most) { return 1 + static_cast<std::size_t>(random.uniform_index(most)); };
  const std::size_t states = size(4), actions = size(3), observations = size(4);
  return random_episode(states, actions, observations, horizon, random);
}

// To a tiger that has not moved, `steps` times to the left and as often to the right: its belief underflows.
inline Trajectory there_and_back(std::size_t steps) {
  Trajectory t;
  t.actions.assign(2 * steps, listen);
  t.observations.assign(2 * steps, hear_right);
  std::fill_n(t.observations.begin(), steps, hear_left);
  return t;
}

}  // namespace doxa::testing
