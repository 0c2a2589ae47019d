#include "doxa/models/pomdp/plans/plan.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <stdexcept>
#include <string>
#include <utility>

#include "doxa/autograd/internal/number_text.h"
#include "doxa/models/pomdp/plans/reference_values.h"

namespace doxa {
namespace {

constexpr std::size_t fewest_to_sweep = 200;
constexpr double unbounded = std::numeric_limits<double>::infinity();

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
      if (progress_.bytes > options_.max_bytes || (full_ && !make_room())) return PlanEnd::memory;
      if (options_.stop && options_.stop()) return PlanEnd::stopped;
      trial(0.5 * progress_.value.gap());
    }
  }

  const PlanProgress& progress() const { return progress_; }
  LowerBound& below() { return below_; }
  SawtoothBound& above() { return above_; }

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
    progress_.vectors = below_.size();
    progress_.points = above_.points();
    progress_.bytes = below_.bytes() + above_.bytes();
  }

  // Would so many bytes more, beside the path of a trial, keep to max_bytes?
  bool fits(std::size_t more) const {
    return below_.bytes() + above_.bytes() + path_bytes_ + more <= options_.max_bytes;
  }

  // Memory is used up: drops the points that the others imply. It is worth going on if they were a tenth of all.
  bool make_room() {
    const std::size_t before = progress_.bytes;
    above_.prune();
    pruned_points_ = above_.points();
    measure();
    full_ = false;
    return before - progress_.bytes >= options_.max_bytes / 10;
  }

  // Where each action and observation leads from b, into after_.
  void expand(const SparseBelief& b) {
    after_.resize(m_.actions());
    for (std::size_t a = 0; a < m_.actions(); ++a) m_.successors(b, a, after_[a]);
  }

  // ρ(b,a) + d Σ_o V(x_o) with the upper bound V for all a, into ahead_; the a where it is largest. After
  // `expand`.
  std::size_t look_ahead(const SparseBelief& b) {
    ahead_.resize(m_.actions());
    upper_.resize(m_.actions() * m_.observations());
    for (std::size_t a = 0; a < m_.actions(); ++a) {
      double future = 0;
      for (std::size_t o = 0; o < m_.observations(); ++o)
        if (const SparseBelief& x = after_[a][o]; x.size() > 0)
          future += upper_[a * m_.observations() + o] = above_(x);
      ahead_[a] = b.dot(m_.reward(a)) + m_.discount() * future;
    }
    return static_cast<std::size_t>(std::max_element(ahead_.begin(), ahead_.end()) - ahead_.begin());
  }

  // The successor with the largest excess, p(o|b,a) (upper - lower at b^{a,o} - allowed), as long as that is
  // positive. After `look_ahead`.
  const SparseBelief* most_uncertain(std::size_t action, double allowed) const {
    const SparseBelief* chosen = nullptr;
    double most = 0;
    for (std::size_t o = 0; o < m_.observations(); ++o) {
      const SparseBelief& x = after_[action][o];
      if (x.size() == 0) continue;
      const double excess = upper_[action * m_.observations() + o] - below_(x) - allowed * x.mass();
      if (excess > most) {
        most = excess;
        chosen = &x;
      }
    }
    return chosen;
  }

  void back_up(const SparseBelief& b) {
    expand(b);
    const double upper = ahead_[look_ahead(b)] + m_.slack(), lower = below_(b);
    if (upper < above_(b)) {
      if (fits(SawtoothBound::bytes_of_point(b)))
        above_.lower_at(b, upper);
      else
        full_ = true;
    }
    // An action whose upper bound is below the lower one already cannot raise it.
    candidates_.resize(m_.actions());
    for (std::size_t a = 0; a < m_.actions(); ++a) candidates_[a] = ahead_[a] > lower;
    if (fits(below_.bytes_of_backup()))
      below_.back_up(b, after_, candidates_);
    else
      full_ = true;
    ++progress_.backups;
  }

  // What was learned at one point lowers the others too: backs up the upper bound at all of them, the latest
  // first. As often as their number doubles, so that it costs about as much as the trials.
  void sweep() {
    for (std::size_t i = above_.points(); i-- > 0;) {
      const SparseBelief b = above_.point(i);
      expand(b);
      const double upper = ahead_[look_ahead(b)] + m_.slack();
      if (upper < above_(b)) above_.lower_at(b, upper);
    }
    swept_points_ = above_.points();
  }

  // A backup leaves d times the mean gap of the successors and a slack on either side. The third slack lets
  // the gap fall below what is allowed, not only to it; else a trial could go on where nothing is left to
  // gain.
  double next_allowed(double allowed) const { return (allowed - 3 * m_.slack()) / m_.discount(); }

  // Aims at half of what is open at the start: no deeper than that takes.
  void trial(double target) {
    path_.assign(1, start_);
    path_bytes_ = 0;
    const std::size_t most_bytes = options_.max_bytes / 8,
                      most_steps = options_.max_backups - progress_.backups;
    for (double allowed = next_allowed(target);; allowed = next_allowed(allowed)) {
      expand(path_.back());
      const SparseBelief* next = most_uncertain(look_ahead(path_.back()), allowed);
      if (!next || path_.size() >= most_steps) break;
      const double probability = next->mass();
      if (!(probability > 0x1p-900)) break;
      const std::size_t bytes = SawtoothBound::bytes_of_point(*next);
      if (path_bytes_ + bytes > most_bytes || !fits(bytes)) break;
      path_bytes_ += bytes;
      path_.push_back(*next);
      path_.back().divide_by(probability);
    }
    for (std::size_t i = path_.size(); i-- > 0;) back_up(path_[i]);
    path_bytes_ = 0;
    if (above_.points() > std::max(fewest_to_sweep, 2 * swept_points_)) sweep();
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
  std::vector<SparseBelief> path_;
  std::vector<std::vector<SparseBelief>> after_;  // [A][O]
  std::vector<double> ahead_;                     // [A]
  std::vector<double> upper_;                     // [A][O], the upper bound at after_
  std::vector<bool> candidates_;                  // [A]
  std::size_t pruned_points_ = 0, swept_points_ = 0, path_bytes_ = 0;
  bool full_ = false;  // something was not kept, for lack of memory
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
  result.policy = search.below().take();
  result.model = model;
  result.above = std::make_shared<const SawtoothBound>(std::move(search.above()));
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
