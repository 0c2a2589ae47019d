#include "doxa/models/pomdp/plans/plan.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <stdexcept>
#include <string>

#include "doxa/autograd/internal/number_text.h"
#include "doxa/models/pomdp/plans/reference_values.h"

namespace doxa {
namespace {

constexpr double unbounded = std::numeric_limits<double>::infinity();

// A belief on the path of a trial, and where each action and observation leads from it.
struct PathNode {
  SparseBelief belief;
  std::vector<std::vector<SparseBelief>> after;  // [A][O]
};

class HeuristicSearch {
 public:
  HeuristicSearch(const PlanningModel& m, const PlanOptions& options)
      : m_(m),
        options_(options),
        below_(m, blind(m).lower),
        above_(m.states(), fast_informed(m).upper),
        start_(sparse(m.model().start)) {
    start_.divide_by(start_.mass());
    progress_.value = {-unbounded, unbounded};
  }

  PlanEnd run() {
    for (;; ++progress_.trials) {
      measure();
      if (options_.on_trial) options_.on_trial(progress_);
      if (progress_.value.gap() <= wanted_gap()) return PlanEnd::gap;
      if (progress_.value.gap() <= provable_gap()) return PlanEnd::rounding;
      if (progress_.backups >= options_.max_backups) return PlanEnd::backups;
      if (progress_.bytes > options_.max_bytes) return PlanEnd::memory;
      if (options_.stop && options_.stop()) return PlanEnd::stopped;
      trial(std::max(wanted_gap(), provable_gap()));
    }
  }

  const PlanProgress& progress() const { return progress_; }
  const LowerBound& below() const { return below_; }
  const SawtoothBound& above() const { return above_; }

 private:
  double wanted_gap() const {
    const double magnitude = std::max(std::abs(progress_.value.lower), std::abs(progress_.value.upper));
    return std::max(options_.absolute_gap, options_.relative_gap * magnitude);
  }
  double provable_gap() const { return 8 * m_.for_ever(m_.slack()); }

  // Both bounds at the start; neither ever gets worse.
  void measure() {
    ValueBounds& value = progress_.value;
    value.lower = std::max(value.lower, below_(start_) - m_.dot_slack());
    value.upper = std::min(value.upper, above_(start_) + m_.dot_slack());
    progress_.vectors = below_.vectors().size();
    progress_.points = above_.points();
    progress_.bytes = below_.bytes() + above_.bytes();
  }

  // max_a [ρ(b,a) + d Σ_o V(x_o)] with the upper bound, and the a that attains it.
  std::size_t look_ahead(const PathNode& node, double& value) const {
    std::size_t best = 0;
    value = -unbounded;
    for (std::size_t a = 0; a < m_.actions(); ++a) {
      double future = 0;
      for (const SparseBelief& x : node.after[a])
        if (x.size() > 0) future += above_(x);
      const double here = node.belief.dot(m_.reward(a)) + m_.discount() * future;
      if (here > value) {
        value = here;
        best = a;
      }
    }
    return best;
  }

  void enter(PathNode& node, SparseBelief belief) const {
    node.belief = std::move(belief);
    node.after.resize(m_.actions());
    for (std::size_t a = 0; a < m_.actions(); ++a) m_.successors(node.belief, a, node.after[a]);
  }

  void back_up(const PathNode& node) {
    double upper;
    look_ahead(node, upper);
    if (upper + m_.slack() < above_(node.belief)) above_.lower_at(node.belief, upper + m_.slack());
    below_.back_up(node.belief, node.after);
    ++progress_.backups;
  }

  void trial(double target) {
    std::size_t depth = 0;
    SparseBelief next = start_;
    for (double allowed = target;; ++depth) {
      if (path_.size() == depth) path_.emplace_back();
      PathNode& node = path_[depth];
      enter(node, std::move(next));
      double upper;
      const std::size_t action = look_ahead(node, upper);
      allowed /= m_.discount();
      const SparseBelief* chosen = nullptr;
      double most = 0, probability = 0;
      for (const SparseBelief& x : node.after[action]) {
        if (x.size() == 0) continue;
        const double mass = x.mass(), excess = above_(x) - below_(x) - allowed * mass;
        if (excess > most) {
          most = excess;
          chosen = &x;
          probability = mass;
        }
      }
      if (!chosen || !(probability > 0x1p-900)) break;
      next = *chosen;
      next.divide_by(probability);
    }
    for (std::size_t i = depth + 1; i-- > 0;) back_up(path_[i]);
    if (above_.points() > 32 + pruned_points_ + pruned_points_ / 5) {
      above_.prune();
      pruned_points_ = above_.points();
    }
  }

  const PlanningModel& m_;
  const PlanOptions& options_;
  LowerBound below_;
  SawtoothBound above_;
  SparseBelief start_;
  PlanProgress progress_;
  std::vector<PathNode> path_;
  std::size_t pruned_points_ = 0;
};

void require_gap(double gap, const char* name) {
  if (!(gap >= 0))
    throw std::invalid_argument(std::string("plan: ") + name + " is " + to_text(gap) +
                                ", expected a number that is not negative");
}

}  // namespace

Plan plan(const Pomdp& m, const PlanOptions& options) {
  require_gap(options.absolute_gap, "absolute_gap");
  require_gap(options.relative_gap, "relative_gap");
  const auto model = std::make_shared<const PlanningModel>(m);
  HeuristicSearch search(*model, options);
  Plan result;
  result.end = search.run();
  result.progress = search.progress();
  result.policy = search.below().vectors();
  result.model = model;
  result.above = std::make_shared<const SawtoothBound>(search.above());
  return result;
}

ValueBounds value_bounds(const Plan& p, std::span<const double> belief) {
  p.model->require_belief(belief, "value_bounds");
  SparseBelief b = sparse(belief);
  b.divide_by(b.mass());
  double lower = -unbounded;
  for (const std::vector<double>& alpha : p.policy.values) lower = std::max(lower, b.dot(alpha));
  return {lower - p.model->dot_slack(), (*p.above)(b) + p.model->dot_slack()};
}

}  // namespace doxa
