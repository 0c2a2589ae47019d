// The filter along a trajectory: what is shown of it, and all of it as a table. Equation tags refer to
// README.md.

#include "doxa/models/numerics/sums.h"
#include "experiment.h"

using namespace doxa;
using namespace doxa::support;

namespace {

Filtering filter(const Pomdp& m, const Trajectory& t) {
  Filtering f{{m.start}, {1.0}, initial_belief(m)};
  for (std::size_t k = 1; k <= t.horizon(); ++k) {
    const double log_p = update(m, f.end, t.actions[k - 1], t.observations[k - 1]);
    if (k > std::max(table_rows, figure_steps)) continue;
    f.probability.push_back(std::exp(log_p));
    f.belief.push_back(probabilities(f.end));
  }
  return f;
}

// The first `count` lines of a text.
std::string head(const std::string& text, int count) {
  std::size_t end = 0;
  for (int i = 0; i < count && end < text.size(); ++i)
    end = std::min(text.find('\n', end), text.size() - 1) + 1;
  return text.substr(0, end);
}

// Prints the first steps as a table and returns its text.
std::string print_trajectory(const Pomdp& m, const Trajectory& t, const Filtering& f) {
  const bool two_states = m.states.size() == 2, states_known = !t.states.empty();
  std::vector<Column> headers{"k", "action", "observation", "p(o_k|past)"};
  if (states_known) headers.insert(headers.begin() + 2, "state");
  if (two_states)
    headers.push_back("b_k(" + m.states[0] + ")");
  else if (states_known)
    headers.insert(headers.end(), {"b_k(state)", "most likely", "its belief"});
  else
    headers.insert(headers.end(), {"most likely", "its belief"});
  Table table(headers);
  for (std::size_t k = 0; k <= std::min(t.horizon(), table_rows); ++k) {
    const std::vector<double>& b = f.belief[k];
    std::vector<Cell> row{k, k ? m.actions[t.actions[k - 1]] : "",
                          k ? m.observations[t.observations[k - 1]] : "",
                          k ? decimal(f.probability[k], 4) : ""};
    row.back().is_number = true;
    if (states_known) row.insert(row.begin() + 2, m.states[t.states[k]]);
    if (two_states)
      row.emplace_back(b[0]);
    else {
      if (states_known) row.emplace_back(b[t.states[k]]);
      row.insert(row.end(), {m.states[most_likely(b)], b[most_likely(b)]});
    }
    table.row(row);
  }
  std::cout << table.text();
  if (t.horizon() > table_rows) std::cout << "  … and " << t.horizon() - table_rows << " more steps\n";
  return table.text();
}

// 17 significant digits, from which any double reads back.
std::string exactly(double x) { return to_text(x, std::chars_format::general, 17); }

}  // namespace

void show_filtering(Chapter& chapter, const Pomdp& m, const Trajectory& t) {
  const Filtering f = filter(m, t);
  chapter.results.set("printed.first_steps", head(print_trajectory(m, t, f), 6));
  const auto steps = static_cast<double>(t.horizon());
  std::cout << "\nlog p(o_1…o_" << t.horizon() << " ‖ a) = " << significant(f.end.log_evidence, 6)
            << " nats, " << significant(-f.end.log_evidence / steps) << " nats of surprise a step\n";
  chapter.results.set("horizon", t.horizon());
  chapter.results.set("log_evidence", f.end.log_evidence);
  if (!t.states.empty())
    chapter.results.set("final_belief_in_true_state", probability(f.end, t.states.back()));
  chapter.figure("belief", belief_figure(m, t, f));
}

std::string beliefs_csv(const Pomdp& m, const Trajectory& t) {
  std::string text = "step,log_evidence";
  for (const std::string& state : m.states) text += "," + state;
  text += '\n';
  Belief belief = initial_belief(m);
  CompensatedSum log_evidence;  // (08.6), with as many digits after 10^6 steps as after one
  for (std::size_t k = 1; k <= t.horizon(); ++k) {
    log_evidence += update(m, belief, t.actions[k - 1], t.observations[k - 1]);  // (08.3), (08.5)
    text += std::to_string(k) + ",";
    text += exactly(log_evidence);
    for (std::size_t s = 0; s < m.states.size(); ++s) {
      text += ',';
      text += exactly(probability(belief, s));
    }
    text += '\n';
  }
  return text;
}
