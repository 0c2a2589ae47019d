#include "doxa/models/beliefs/known_worlds.h"

#include <algorithm>
#include <stdexcept>
#include <string>

namespace doxa {
namespace {

std::size_t states_of(const Pomdp& m) { return m.states.size(); }

std::size_t draw_from(std::span<const double> probabilities, Philox& random) {
  double total = 0;
  for (const double p : probabilities) total += p;
  double u = random.uniform() * total;
  std::size_t i = 0;
  while (i + 1 < probabilities.size() && u >= probabilities[i]) u -= probabilities[i++];
  return i;
}

std::size_t draw_from(const StochasticMatrix::Row& row, Philox& random) {
  return row.column[draw_from(row.probability, random)];
}

// b^-(s') = Σ_s T(s'|s,a) b(s).
void predicted(const Pomdp& m, std::span<const Real> belief, std::size_t action, std::vector<double>& next) {
  next.assign(states_of(m), 0.0);
  for (std::size_t s = 0; s < belief.size(); ++s) {
    if (belief[s] == 0) continue;
    const StochasticMatrix::Row row = transition_row(m, action, s);
    for (std::size_t i = 0; i < row.column.size(); ++i)
      next[row.column[i]] += static_cast<double>(belief[s]) * row.probability[i];
  }
}

double emitted(const Pomdp& m, std::size_t action, std::size_t next, std::size_t observation) {
  const StochasticMatrix::Row row = emission_row(m, action, next);
  for (std::size_t i = 0; i < row.column.size(); ++i)
    if (row.column[i] == observation) return row.probability[i];
  return 0;
}

// b(s') = O(o|a,s') b^-(s') / p(o|b,a).
void conditioned(const Pomdp& m, std::span<const double> before, std::size_t action, std::size_t observation,
                 std::span<Real> belief) {
  double total = 0;
  std::vector<double> joint(before.begin(), before.end());
  for (std::size_t s = 0; s < joint.size(); ++s)
    if (joint[s] > 0) total += joint[s] *= emitted(m, action, s, observation);
  if (!(total > 0))
    throw std::invalid_argument("observe: observation " + m.observations[observation] +
                                " is impossible after action " + m.actions[action]);
  for (std::size_t s = 0; s < joint.size(); ++s) belief[s] = static_cast<Real>(joint[s] / total);
}

void check(const Pomdp& m, const Tensor& known, std::size_t width, std::span<const Index> actions) {
  if (known.shape() != Shape{static_cast<Index>(actions.size()), static_cast<Index>(width)})
    throw std::invalid_argument("what is known has shape " + known.shape().str() + ", expected [" +
                                std::to_string(actions.size()) + "," + std::to_string(width) + "]");
  for (const Index a : actions) require_action(m, static_cast<std::size_t>(a));
}

void check(const Pomdp& m, std::span<const Index> actions, std::span<const Index> observations) {
  if (actions.size() != observations.size())
    throw std::invalid_argument("observe: " + std::to_string(actions.size()) + " actions and " +
                                std::to_string(observations.size()) + " observations");
  for (const Index o : observations) require_observation(m, static_cast<std::size_t>(o));
}

std::span<const Real> row(const Tensor& x, std::size_t i, std::size_t width) {
  return x.span().subspan(i * static_cast<std::size_t>(x.shape()[1]), width);
}

std::span<Real> row(Tensor& x, std::size_t i, std::size_t begin, std::size_t width) {
  return x.span().subspan(i * static_cast<std::size_t>(x.shape()[1]) + begin, width);
}

void set_one_hot(std::span<Real> x, std::size_t at) {
  std::ranges::fill(x, Real{0});
  x[at] = 1;
}

// Rows of `width` numbers that begin with a belief, which goes on by Bayes' rule; the others become 0.
Tensor filtered(const Pomdp& m, const Tensor& known, std::size_t width, std::span<const Index> actions,
                std::span<const Index> observations) {
  check(m, known, width, actions);
  check(m, actions, observations);
  Tensor next(known.shape());
  std::vector<double> before;
  for (std::size_t i = 0; i < actions.size(); ++i) {
    const auto a = static_cast<std::size_t>(actions[i]), o = static_cast<std::size_t>(observations[i]);
    predicted(m, row(known, i, states_of(m)), a, before);
    conditioned(m, before, a, o, row(next, i, 0, states_of(m)));
  }
  return next;
}

}  // namespace

ExactBeliefWorld::ExactBeliefWorld(const Pomdp& m) : model(m) {
  for (std::size_t a = 0; a < m.actions.size(); ++a)
    for (std::size_t s = 0; s < m.states.size(); ++s) reward.push_back(expected_reward(m, a, s));
}

Tensor start(const ExactBeliefWorld& w, Index batch, Philox&) {
  const std::size_t S = states_of(w.model);
  Tensor b(Shape{batch, static_cast<Index>(S)});
  for (std::size_t i = 0; i < b.span().size(); ++i) b.span()[i] = static_cast<Real>(w.model.start[i % S]);
  return b;
}

Tensor observe(const ExactBeliefWorld& w, const Tensor& known, std::span<const Index> actions,
               std::span<const Index> observations, Philox&) {
  return filtered(w.model, known, states_of(w.model), actions, observations);
}

ImaginedStep imagine(const ExactBeliefWorld& w, const Tensor& known, std::span<const Index> actions,
                     Philox& random) {
  const Pomdp& m = w.model;
  const std::size_t S = states_of(m);
  check(m, known, S, actions);
  ImaginedStep step{Tensor(known.shape()), {}};
  std::vector<double> before;
  for (std::size_t i = 0; i < actions.size(); ++i) {
    const auto a = static_cast<std::size_t>(actions[i]);
    const std::span<const Real> b = row(known, i, S);
    double paid = 0;
    for (std::size_t s = 0; s < S; ++s) paid += static_cast<double>(b[s]) * w.reward[a * S + s];
    step.rewards.push_back(paid);
    predicted(m, b, a, before);
    const std::size_t o = draw_from(emission_row(m, a, draw_from(before, random)), random);
    conditioned(m, before, a, o, row(step.known, i, 0, S));
  }
  return step;
}

Tensor start(const HiddenStateWorld& w, Index batch, Philox& random) {
  const std::vector<double>& b = w.exact.model.start;
  Tensor known(Shape{batch, 2 * static_cast<Index>(b.size())});
  for (std::size_t i = 0; i < static_cast<std::size_t>(batch); ++i) {
    std::ranges::transform(b, row(known, i, 0, b.size()).begin(),
                           [](double p) { return static_cast<Real>(p); });
    set_one_hot(row(known, i, b.size(), b.size()), draw_from(b, random));
  }
  return known;
}

Tensor observe(const HiddenStateWorld& w, const Tensor& known, std::span<const Index> actions,
               std::span<const Index> observations, Philox& random) {
  const std::size_t S = states_of(w.exact.model);
  Tensor next = filtered(w.exact.model, known, 2 * S, actions, observations);
  for (std::size_t i = 0; i < actions.size(); ++i) {
    const std::span<Real> b = row(next, i, 0, S);
    set_one_hot(row(next, i, S, S), draw_from(std::vector<double>(b.begin(), b.end()), random));
  }
  return next;
}

ImaginedStep imagine(const HiddenStateWorld& w, const Tensor& known, std::span<const Index> actions,
                     Philox& random) {
  const Pomdp& m = w.exact.model;
  const std::size_t S = states_of(m);
  check(m, known, 2 * S, actions);
  ImaginedStep step{Tensor(known.shape()), {}};
  for (std::size_t i = 0; i < actions.size(); ++i) {
    const auto a = static_cast<std::size_t>(actions[i]);
    const std::span<const Real> state = row(known, i, 2 * S).subspan(S);
    const auto s = static_cast<std::size_t>(std::ranges::max_element(state) - state.begin());
    const std::size_t next = draw_from(transition_row(m, a, s), random);
    step.rewards.push_back(w.exact.reward[a * S + s]);
    set_one_hot(row(step.known, i, 0, S), next);
    set_one_hot(row(step.known, i, S, S), next);
  }
  return step;
}

Tensor shown(const HiddenStateWorld& w, const Tensor& known) {
  const std::size_t S = states_of(w.exact.model);
  Tensor state(Shape{known.shape()[0], static_cast<Index>(S)});
  for (std::size_t i = 0; i < static_cast<std::size_t>(known.shape()[0]); ++i)
    std::ranges::copy(row(known, i, 2 * S).subspan(S), row(state, i, 0, S).begin());
  return state;
}

}  // namespace doxa
