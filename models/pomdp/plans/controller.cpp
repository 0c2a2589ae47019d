#include "doxa/models/pomdp/plans/controller.h"

#include <stdexcept>
#include <string>

#include "doxa/models/pomdp/plans/reference_values.h"

namespace doxa {
namespace {

[[noreturn]] void refuse(const std::string& text) { throw std::invalid_argument("controller: " + text); }

}  // namespace

void require_controller(const Pomdp& m, const Controller& c) {
  const std::string nodes = std::to_string(c.size());
  if (c.size() == 0 || c.next.size() != c.size())
    refuse(nodes + " actions and " + std::to_string(c.next.size()) +
           " rows of next nodes, expected as many and at least one");
  if (c.start >= c.size()) refuse("it starts in node " + std::to_string(c.start) + ", it has " + nodes);
  for (std::size_t n = 0; n < c.size(); ++n) {
    const std::string node = "node " + std::to_string(n);
    if (c.actions[n] >= m.actions.size())
      refuse(node + " takes action " + std::to_string(c.actions[n]) + ", the model has " +
             std::to_string(m.actions.size()));
    if (c.next[n].size() != m.observations.size())
      refuse(node + " has " + std::to_string(c.next[n].size()) + " next nodes, expected " +
             std::to_string(m.observations.size()) + ", one for each observation");
    for (std::size_t o = 0; o < m.observations.size(); ++o)
      if (c.next[n][o] >= c.size())
        refuse(node + " goes to node " + std::to_string(c.next[n][o]) + " after " + m.observations[o] +
               ", it has " + nodes);
  }
}

ControllerValue evaluate(const PlanningModel& m, const Controller& c) {
  require_controller(m.model(), c);
  const std::size_t states = m.states();
  ControllerValue value;
  value.values = fixed_point(m, c.size() * states, [&](const std::vector<double>& v, std::size_t i) {
    const std::size_t n = i / states, s = i % states, a = c.actions[n];
    const StochasticMatrix::Row row = transition_row(m.model(), a, s);
    double future = 0;
    for (std::size_t j = 0; j < row.size(); ++j) {
      const StochasticMatrix::Row seen = emission_row(m.model(), a, row.column[j]);
      double after = 0;
      for (std::size_t k = 0; k < seen.size(); ++k)
        after += seen.probability[k] * v[c.next[n][seen.column[k]] * states + row.column[j]];
      future += row.probability[j] * after;
    }
    return m.reward(a)[s] + m.discount() * future;
  });
  const auto of_start = [&](const std::vector<double>& v) {
    const auto first = v.begin() + static_cast<std::ptrdiff_t>(c.start * states);
    return std::vector<double>(first, first + static_cast<std::ptrdiff_t>(states));
  };
  value.at_start = value_bounds(m, BoundedVector{of_start(value.values.lower), of_start(value.values.upper)},
                                m.model().start);
  return value;
}

}  // namespace doxa
