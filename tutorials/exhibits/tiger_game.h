#pragma once

#include <map>
#include <optional>

#include "doxa/models/pomdp/environment.h"
#include "doxa/models/pomdp/episodes.h"
#include "doxa/models/pomdp/plans/value_bounds.h"
#include "exhibit.h"
#include "support/figure.h"

namespace doxa::exhibits {

// One endless episode of Tiger, as the one who plays it meets it.
class TigerGame {
 public:
  TigerGame();

  // Plays an action, or begins anew with another seed; false for a line that is neither. Throws UsageError
  // for a seed that is no whole number, and after the last step.
  bool play(std::string_view line);
  // The buttons for it, and the field for the seed.
  std::vector<Control> controls() const;

  const Pomdp& model() const { return model_; }
  const Trajectory& past() const { return past_; }  // without states, which nobody has seen
  std::size_t steps() const { return past_.horizon(); }
  double paid() const;       // Σ_k r_k
  std::string news() const;  // of the last step

 private:
  void begin(std::uint64_t seed);

  Pomdp model_;
  std::uint64_t seed_ = 1;
  std::optional<Environment> world_;
  Trajectory past_;
};

enum TigerAction : std::size_t { listen, open_left, open_right };

// The beliefs in the tiger on the left along a game: b_0 … b_k of Bayes' rule, and γ_0 … γ_k that look back
// on all of it.
struct TigerBeliefs {
  std::vector<double> filtered, smoothed;
};
TigerBeliefs tiger_beliefs(const TigerGame& game);

// What is optimal in Tiger, by the certificates of chapter 12: V* of a belief between proved bounds, and
//
//     Q*(b,a) = ρ(b,a) + d Σ_o p(o|b,a) V*(b^{a,o}).
//
// A plan for each belief that is asked for, since a plan is sure of V* where it starts.
class TigerOptimum {
 public:
  explicit TigerOptimum(const Pomdp& m) : model_(m) {}

  ValueBounds value(double left);
  std::vector<double> action_values(double left);
  // Σ_k d^k (V*(b_k) − Q*(b_k, a_k)): what the actions of a game cost, in expectation.
  double regret(const TigerGame& game, const std::vector<double>& beliefs);

 private:
  Pomdp model_;
  std::map<double, ValueBounds> known_;
};

// The steps of a game that a picture has room for: the last ones.
struct Window {
  std::size_t first, last;
};
Window shown_steps(std::size_t steps);
// Which side was heard at each step, as marks at the upper and the lower edge, and the doors.
void mark_tiger_steps(support::Axes& axes, const TigerGame& game, Window window);

}  // namespace doxa::exhibits
