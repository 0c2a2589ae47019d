#include "tiger_game.h"

#include <algorithm>
#include <numeric>

#include "doxa/models/pomdp/belief.h"
#include "doxa/models/pomdp/file.h"
#include "doxa/models/pomdp/plans/plan.h"
#include "doxa/models/pomdp/smoother.h"
#include "support/text.h"

namespace doxa::exhibits {
namespace {

constexpr std::size_t last_step = 200;

}  // namespace

TigerGame::TigerGame() : model_(read_pomdp(DOXA_POMDP_DIR "/tiger.pomdp")) { begin(1); }

void TigerGame::begin(std::uint64_t seed) {
  seed_ = seed;
  past_ = {};
  world_.emplace(model_, 1, seed);
}

std::vector<Control> TigerGame::controls() const {
  return {{Control::Kind::button, "listen", "Listen"},
          {Control::Kind::button, "open-left", "Open the left door"},
          {Control::Kind::button, "open-right", "Open the right door"},
          {Control::Kind::button, "new", "New game"},
          {Control::Kind::field, "seed", "Seed of the game", std::to_string(seed_)}};
}

bool TigerGame::play(std::string_view line) {
  const Words words = words_of(line);
  if (words.first == "new" && words.rest.empty()) {
    begin(seed_ + 1);
    return true;
  }
  if (words.first == "seed") {
    const std::optional<std::uint64_t> seed = read_whole_number(words.rest);
    if (!seed) throw UsageError("seed: found '" + std::string(words.rest) + "', expected a whole number");
    begin(*seed);
    return true;
  }
  const auto action = std::ranges::find(model_.actions, words.first);
  if (action == model_.actions.end() || !words.rest.empty()) return false;
  if (steps() >= last_step)
    throw UsageError("found step " + std::to_string(steps() + 1) + ", expected at most " +
                     std::to_string(last_step) + ": begin a new game");
  const auto a = static_cast<std::size_t>(action - model_.actions.begin());
  const std::vector<Index> taken{static_cast<Index>(a)};
  const StepSeen seen = world_->step(taken);
  past_.actions.push_back(a);
  past_.observations.push_back(static_cast<std::size_t>(seen.observations[0]));
  past_.rewards.push_back(seen.rewards[0]);
  return true;
}

double TigerGame::paid() const { return std::accumulate(past_.rewards.begin(), past_.rewards.end(), 0.0); }

std::string TigerGame::news() const {
  if (steps() == 0) return "A tiger is behind one of two doors. Listen, or open the other one.";
  const std::string when = "Step " + std::to_string(steps()) + ": ";
  const std::size_t action = past_.actions.back();
  if (action == listen)
    return when + "a roar on the " + (past_.observations.back() == 0 ? "left" : "right") + ".";
  const std::string side = action == open_left ? "left" : "right";
  return when +
         (past_.rewards.back() < 0 ? "behind the " + side + " door was the tiger"
                                   : "behind the " + side + " door was the reward") +
         ". A new tiger has been placed.";
}

TigerBeliefs tiger_beliefs(const TigerGame& game) {
  const Smoothed s = smooth(game.model(), game.past());
  TigerBeliefs all;
  for (std::size_t k = 0; k <= game.steps(); ++k) {
    all.filtered.push_back(static_cast<double>(s.filtered[k * s.states]));
    all.smoothed.push_back(probability(s, k, 0));
  }
  return all;
}

ValueBounds TigerOptimum::value(double left) {
  const auto known = known_.find(left);
  if (known != known_.end()) return known->second;
  model_.start = {left, 1 - left};
  const ValueBounds bounds = plan(model_, {.absolute_gap = 1e-4, .relative_gap = 0}).value();
  return known_.emplace(left, bounds).first->second;
}

std::vector<double> TigerOptimum::action_values(double left) {
  std::vector<double> all;
  for (std::size_t a = 0; a < model_.actions.size(); ++a) {
    double q = left * expected_reward(model_, a, 0) + (1 - left) * expected_reward(model_, a, 1);
    model_.start = {left, 1 - left};
    Belief before = initial_belief(model_);
    predict(model_, before, a);
    std::vector<double> p(model_.observations.size());
    predictive(model_, before, a, p);
    for (std::size_t o = 0; o < p.size(); ++o) {
      if (p[o] == 0) continue;
      Belief after = before;
      condition(model_, after, a, o);
      q += model_.discount * p[o] * value(probability(after, 0)).middle();
    }
    all.push_back(q);
  }
  return all;
}

double TigerOptimum::regret(const TigerGame& game, const std::vector<double>& beliefs) {
  double sum = 0, discount = 1;
  for (std::size_t k = 0; k < game.steps(); ++k, discount *= model_.discount) {
    const std::vector<double> q = action_values(beliefs[k]);
    sum += discount * (*std::ranges::max_element(q) - q[game.past().actions[k]]);
  }
  return sum;
}

Window shown_steps(std::size_t steps) {
  constexpr std::size_t room = 24;
  return {steps > room ? steps - room : 0, std::max(steps, std::size_t{8})};
}

void mark_tiger_steps(support::Axes& axes, const TigerGame& game, Window window) {
  axes.x_range =
      support::Range{static_cast<double>(window.first) - 0.5, static_cast<double>(window.last) + 0.5};
  std::vector<double> left, right;
  for (std::size_t k = window.first + 1; k <= game.steps(); ++k) {
    const std::size_t action = game.past().actions[k - 1];
    const auto at = static_cast<double>(k);
    if (action == listen)
      (game.past().observations[k - 1] == 0 ? left : right).push_back(at);
    else
      axes.vertical(at, "", {.color = support::Color::purple, .dash = support::Dash::dotted, .width = 1.2});
  }
  const auto marks = [&axes](const std::vector<double>& at, double height, support::Style style) {
    axes.scatter(at, std::vector<double>(at.size(), height), style);
  };
  marks(left, 1.12,
        {.label = "roar on the left", .color = support::Color::green, .marker = support::Marker::triangle});
  marks(right, -0.12,
        {.label = "on the right", .color = support::Color::vermillion, .marker = support::Marker::square});
}

}  // namespace doxa::exhibits
