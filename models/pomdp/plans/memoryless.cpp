#include "doxa/models/pomdp/plans/memoryless.h"

#include <algorithm>
#include <limits>
#include <memory>
#include <numeric>

#include "doxa/models/pomdp/plans/reference_values.h"

namespace doxa {
namespace {

constexpr std::size_t undecided = static_cast<std::size_t>(-1);  // an observation without an action yet

// A policy that is begun: the first `chosen` observations of the order have actions.
struct Branch {
  std::size_t chosen = 0, action = 0;  // the action of the last of them
  double upper = std::numeric_limits<double>::infinity();
  std::shared_ptr<const std::vector<double>> values;  // where its evaluation may begin, [A][S]
};

class MemorylessSearch {
 public:
  MemorylessSearch(const PlanningModel& m, std::size_t most)
      : m_(m), most_(most), after_(m.observations(), undecided) {
    weigh();
    // One action for ever is memoryless, too.
    const ReferenceValue repeated = blind(m);
    const std::size_t action = greedy_action(repeated.lower, m.model().start);
    best_.value = repeated.at_start;
    best_.policy = {action, std::vector<std::size_t>(m.observations(), action)};
  }

  BestMemoryless run() {
    std::vector<Branch> branches{{0, 0, std::numeric_limits<double>::infinity(),
                                  std::make_shared<std::vector<double>>(m_.actions() * m_.states(), 0.0)}};
    double cut_off = -std::numeric_limits<double>::infinity();  // the most that any branch cut off is worth
    while (!branches.empty() && best_.bounded < most_) {
      const Branch branch = std::move(branches.back());
      branches.pop_back();
      if (branch.upper <= best_.value.lower + tolerance()) {
        cut_off = std::max(cut_off, branch.upper);
        continue;
      }
      if (branch.chosen > 0) after_[order_[branch.chosen - 1]] = branch.action;
      for (std::size_t i = branch.chosen; i < order_.size(); ++i) after_[order_[i]] = undecided;
      const bool whole = branch.chosen == order_.size();
      ++best_.bounded;
      const FixedPoint known = evaluate_begun(*branch.values, whole);
      const double upper =
          std::min(branch.upper, at_start(known.approximation).second + known.up + m_.dot_slack());
      if (whole) keep(known);
      if (whole || upper <= best_.value.lower + tolerance()) {
        cut_off = std::max(cut_off, upper);
        continue;
      }
      grow(branch, upper, known.approximation, branches);
    }
    best_.complete = branches.empty();
    for (const Branch& branch : branches) cut_off = std::max(cut_off, branch.upper);
    best_.value.upper = std::max(best_.value.upper, cut_off);
    return best_;
  }

 private:
  // How much each state counts with an observation, and the observations in the order of how often they are
  // made, both if states and actions are all alike; what is never seen has no place in the order.
  void weigh() {
    const std::size_t observations = m_.observations();
    weight_.assign(observations * m_.states(), 0.0);
    for (std::size_t a = 0; a < m_.actions(); ++a)
      for (std::size_t s = 0; s < m_.states(); ++s) {
        const StochasticMatrix::Row row = transition_row(m_.model(), a, s);
        for (std::size_t j = 0; j < row.size(); ++j) {
          const StochasticMatrix::Row seen = emission_row(m_.model(), a, row.column[j]);
          for (std::size_t k = 0; k < seen.size(); ++k)
            weight_[seen.column[k] * m_.states() + row.column[j]] += row.probability[j] * seen.probability[k];
        }
      }
    std::vector<double> total(observations);
    for (std::size_t o = 0; o < observations; ++o) {
      const auto first = weight_.begin() + static_cast<std::ptrdiff_t>(o * m_.states());
      total[o] = std::accumulate(first, first + static_cast<std::ptrdiff_t>(m_.states()), 0.0);
      if (std::any_of(first, first + static_cast<std::ptrdiff_t>(m_.states()),
                      [](double w) { return w > 0; }))
        order_.push_back(o);
      else
        after_[o] = 0;
    }
    std::stable_sort(order_.begin(), order_.end(),
                     [&](std::size_t x, std::size_t y) { return total[x] > total[y]; });
  }

  double tolerance() const { return 8 * m_.for_ever(m_.slack()); }

  // Q(s,a) = r(s,a) + d Σ_{s'} T(s'|s,a) Σ_o O(o|a,s') Q(s', π(o)), and where π(o) is undecided, max_{a'}
  // Q(s',a').
  FixedPoint evaluate_begun(const std::vector<double>& begin, bool whole) const {
    const std::size_t states = m_.states();
    const auto update = [&](const std::vector<double>& q, std::size_t i) {
      const std::size_t a = i / states, s = i % states;
      const StochasticMatrix::Row row = transition_row(m_.model(), a, s);
      double future = 0;
      for (std::size_t j = 0; j < row.size(); ++j) {
        const std::size_t next = row.column[j];
        const StochasticMatrix::Row seen = emission_row(m_.model(), a, next);
        double after = 0;
        for (std::size_t k = 0; k < seen.size(); ++k) {
          const std::size_t action = after_[seen.column[k]];
          double q_next = -std::numeric_limits<double>::infinity();
          if (action != undecided)
            q_next = q[action * states + next];
          else
            for (std::size_t b = 0; b < m_.actions(); ++b) q_next = std::max(q_next, q[b * states + next]);
          after += seen.probability[k] * q_next;
        }
        future += row.probability[j] * after;
      }
      return m_.reward(a)[s] + m_.discount() * future;
    };
    // A begun policy needs no better bound than one that is clearly above or below the best known value.
    return fixed_point(m_, begin, update, [&](const FixedPoint& known) {
      const double middle = at_start(known.approximation).second,
                   above = middle + known.up - best_.value.lower;
      return above <= 0.5 * tolerance() || (!whole && known.up - known.down <= 0.2 * above);
    });
  }

  // The best first action, and max_a Σ_s b_0(s) Q(s,a).
  std::pair<std::size_t, double> at_start(const std::vector<double>& q) const {
    std::pair<std::size_t, double> best{0, -std::numeric_limits<double>::infinity()};
    const std::vector<double>& start = m_.model().start;
    for (std::size_t a = 0; a < m_.actions(); ++a) {
      double sum = 0;
      for (std::size_t s = 0; s < m_.states(); ++s) sum += start[s] * q[a * m_.states() + s];
      if (sum > best.second) best = {a, sum};
    }
    return best;
  }

  void keep(const FixedPoint& known) {
    const auto [first, middle] = at_start(known.approximation);
    const double lower = middle + known.down - m_.dot_slack();
    if (lower > best_.value.lower) {
      best_.value.lower = lower;
      best_.policy = {first, after_};
    }
  }

  // The branch's successors, with the most promising action last, which comes first off the stack.
  void grow(const Branch& branch, double upper, const std::vector<double>& q,
            std::vector<Branch>& branches) const {
    const auto values = std::make_shared<const std::vector<double>>(q);
    const double* weight = weight_.data() + order_[branch.chosen] * m_.states();
    std::vector<std::pair<double, std::size_t>> promise;
    for (std::size_t a = 0; a < m_.actions(); ++a) {
      double sum = 0;
      for (std::size_t s = 0; s < m_.states(); ++s) sum += weight[s] * q[a * m_.states() + s];
      promise.emplace_back(sum, a);
    }
    std::stable_sort(promise.begin(), promise.end());
    for (const auto& [sum, a] : promise) branches.push_back({branch.chosen + 1, a, upper, values});
  }

  const PlanningModel& m_;
  std::size_t most_;
  std::vector<double> weight_;      // [O][S]
  std::vector<std::size_t> order_;  // of the observations that can be made
  std::vector<std::size_t> after_;  // the action after each observation, [O]
  BestMemoryless best_;
};

}  // namespace

Controller controller(const Pomdp& m, const MemorylessPolicy& policy) {
  Controller c;
  std::vector<std::size_t> next;
  for (std::size_t o = 0; o < m.observations.size(); ++o) next.push_back(1 + o);
  c.actions.push_back(policy.first);
  c.actions.insert(c.actions.end(), policy.after.begin(), policy.after.end());
  c.next.assign(c.size(), next);
  require_controller(m, c);
  return c;
}

BestMemoryless best_memoryless(const PlanningModel& m, std::size_t most) {
  return MemorylessSearch(m, most).run();
}

}  // namespace doxa
