#include "doxa/models/pomdp/plans/planning_model.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <stdexcept>
#include <string>
#include <utility>

#include "doxa/autograd/internal/number_text.h"

namespace doxa {
namespace {

constexpr double unit = 0x1p-53;

std::size_t longest_row(const StochasticMatrix& table) {
  std::size_t longest = 0;
  for (std::size_t r = 0; r < table.rows(); ++r) longest = std::max(longest, table.row(r).size());
  return longest;
}

// max |R|, over all patterns.
double largest_reward(const Pomdp& m) {
  double largest = 0;
  for (const Reward::Entry& e : m.reward.entries()) {
    if (!std::isfinite(e.value))
      throw std::invalid_argument("plan: a reward is " + to_text(e.value) + ", expected finite rewards");
    largest = std::max(largest, std::abs(e.value));
  }
  return largest;
}

}  // namespace

double SparseBelief::mass() const { return std::accumulate(probability.begin(), probability.end(), 0.0); }

double SparseBelief::dot(std::span<const double> values) const {
  double sum = 0;
  for (std::size_t i = 0; i < state.size(); ++i) sum += probability[i] * values[state[i]];
  return sum;
}

void SparseBelief::divide_by(double divisor) {
  for (double& p : probability) p /= divisor;
}

SparseBelief sparse(std::span<const double> belief) {
  SparseBelief b;
  for (std::size_t s = 0; s < belief.size(); ++s)
    if (belief[s] != 0) {
      b.state.push_back(static_cast<std::uint32_t>(s));
      b.probability.push_back(belief[s]);
    }
  return b;
}

PlanningModel::PlanningModel(const Pomdp& m) : model_(m) {
  normalise(model_);
  if (!(discount() < 1))
    throw std::invalid_argument(
        "plan: the discount is 1, expected one below 1: without it values need not be finite");
  const double largest = largest_reward(model_), states = static_cast<double>(model_.states.size()),
               observations = static_cast<double>(model_.observations.size());
  reward_.reserve(actions() * model_.states.size());
  double rewards = 0;
  for (std::size_t a = 0; a < actions(); ++a)
    for (std::size_t s = 0; s < model_.states.size(); ++s) {
      reward_.push_back(doxa::expected_reward(model_, a, s));
      rewards = std::max(rewards, std::abs(reward_.back()));
    }
  // expected_reward adds up the products of three numbers for every pair of entries, in one sum.
  const double pairs =
      static_cast<double>(longest_row(model_.transition)) * static_cast<double>(longest_row(model_.emission));
  const double row_error = 3 * (states + observations + 2);
  const double reward_error = 1.2 * unit * (pairs + 4 + row_error) * largest;
  rewards = (rewards + reward_error) * (1 + 4 * unit);

  const double relative = 1.2 * unit * (8 * (states + observations) + 64);
  // A row may sum to a little more than 1, if the stored numbers are taken as they are.
  const double lost = 1 - discount() * (1 + relative);
  if (!(lost > 1000 * relative))
    throw std::invalid_argument("plan: the discount " + to_text(discount()) +
                                " is too close to 1 for bounds that hold in double precision");
  most_steps_ = (1 + 8 * unit) / lost;
  least_steps_ = (1 - 8 * unit) / (1 - discount() * (1 - relative));
  constexpr double underflow = std::numeric_limits<double>::min();
  // One part in 100 more: computed bounds may leave the range of the values by a few slacks.
  value_limit_ = 1.01 * for_ever(rewards);
  slack_ = relative * (rewards + discount() * value_limit_) + reward_error + underflow * (1 + value_limit_);
  dot_slack_ = relative * value_limit_ + underflow * (1 + value_limit_);
  if (!std::isfinite(for_ever(slack_) * 4))
    throw std::invalid_argument("plan: rewards of up to " + to_text(largest) +
                                " are too large, their discounted sums overflow");
  predicted_.resize(model_.states.size());
}

void PlanningModel::successors(const SparseBelief& b, std::size_t action,
                               std::vector<SparseBelief>& after) const {
  after.resize(observations());
  for (SparseBelief& x : after) {
    x.state.clear();
    x.probability.clear();
  }
  touched_.clear();
  for (std::size_t i = 0; i < b.size(); ++i) {
    const StochasticMatrix::Row row = transition_row(model_, action, b.state[i]);
    for (std::size_t j = 0; j < row.size(); ++j) {
      double& sum = predicted_[row.column[j]];
      if (sum == 0) touched_.push_back(row.column[j]);
      sum += b.probability[i] * row.probability[j];
    }
  }
  std::sort(touched_.begin(), touched_.end());
  for (const std::uint32_t s : touched_) {
    const double mass = std::exchange(predicted_[s], 0.0);
    if (mass == 0) continue;  // entered twice, or underflow
    const StochasticMatrix::Row seen = emission_row(model_, action, s);
    for (std::size_t j = 0; j < seen.size(); ++j) {
      const double joint = mass * seen.probability[j];
      if (joint == 0) continue;
      after[seen.column[j]].state.push_back(s);
      after[seen.column[j]].probability.push_back(joint);
    }
  }
}

void PlanningModel::back_up(std::size_t action, std::span<const double> next, std::span<double> out) const {
  const std::span<const double> r = reward(action);
  for (std::size_t s = 0; s < states(); ++s) {
    const StochasticMatrix::Row row = transition_row(model_, action, s);
    double sum = 0;
    for (std::size_t j = 0; j < row.size(); ++j) sum += row.probability[j] * next[row.column[j]];
    out[s] = r[s] + discount() * sum;
  }
}

void PlanningModel::require_belief(std::span<const double> b, const char* who) const {
  if (b.size() != states())
    throw std::invalid_argument(std::string(who) + ": a belief over " + std::to_string(b.size()) +
                                " states, expected " + std::to_string(states()));
  double sum = 0;
  for (const double p : b) sum += p >= 0 ? p : std::numeric_limits<double>::quiet_NaN();
  if (!(std::abs(sum - 1) <= row_sum_tolerance))
    throw std::invalid_argument(sum_error(std::string(who) + ": the belief", sum));
}

}  // namespace doxa
