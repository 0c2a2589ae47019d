// Chapter 08: what can be known of a hidden state, computed exactly. Equation tags refer to README.md.

#include <algorithm>
#include <cmath>
#include <iostream>
#include <string>

#include "doxa/models/pomdp/pomdp_file.h"
#include "experiment.h"
#include "support/arguments.h"
#include "support/number.h"
#include "support/table.h"

using namespace doxa;
using support::Chapter;
using support::Table;

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

void print_trajectory(const Pomdp& m, const Trajectory& t, const Filtering& f) {
  const bool two_states = m.states.size() == 2;
  std::vector<std::string> headers{"k", "action", "state", "observation", "p(o_k|past)"};
  if (two_states)
    headers.push_back("b_k(" + m.states[0] + ")");
  else
    headers.insert(headers.end(), {"b_k(state)", "most likely", "its belief"});
  Table table(headers);
  for (std::size_t k = 0; k <= std::min(t.horizon(), table_rows); ++k) {
    const std::vector<double>& b = f.belief[k];
    std::vector<support::Cell> row{k, k ? m.actions[t.actions[k - 1]] : "", m.states[t.states[k]],
                                   k ? m.observations[t.observations[k - 1]] : "",
                                   k ? support::decimal(f.probability[k], 4) : ""};
    row[4].is_number = true;
    if (two_states)
      row.emplace_back(b[0]);
    else
      row.insert(row.end(), {b[t.states[k]], m.states[most_likely(b)], b[most_likely(b)]});
    table.row(row);
  }
  std::cout << table;
  if (t.horizon() > table_rows) std::cout << "  … and " << t.horizon() - table_rows << " more steps\n";
}

}  // namespace

int main(int argc, char** argv) {
  support::Arguments arguments("08-belief", "exact belief in a partially observable world");
  std::string file;
  std::vector<double> weights;
  std::size_t horizon = 24;
  arguments.text("pomdp", "FILE", file, "the model, in Cassandra's format instead of Tiger");
  arguments.numbers("action-weights", "W,W,…", weights,
                    "how often each action is taken, in the file's order (default: all alike; Tiger 90,5,5)");
  arguments.integer("horizon", horizon, {1, 100'000}, "steps of the trajectory shown");

  return support::run_chapter(arguments, argc, argv, [&](Chapter& chapter) {
    const bool is_tiger = !arguments.given("pomdp");
    if (is_tiger && weights.empty()) weights = {90, 5, 5};
    const Pomdp m = read_pomdp(is_tiger ? DOXA_POMDP_DIR "/tiger.pomdp" : file);
    const std::vector<double> policy = open_loop_policy(m, weights);
    Philox random(chapter.seed());

    std::cout << "A model of " << m.states.size() << " states, " << m.actions.size() << " actions and "
              << m.observations.size() << " observations. One trajectory and its belief:\n";
    const Trajectory t = simulate(m, policy, horizon, random);  // (08.1)
    const Filtering f = filter(m, t);
    print_trajectory(m, t, f);
    std::cout << "\nlog p(o_1…o_" << horizon << " ‖ a) = " << support::significant(f.end.log_evidence, 6)
              << " nats, " << support::significant(-f.end.log_evidence / static_cast<double>(horizon))
              << " nats of surprise a step\n";
    chapter.results.set("horizon", horizon);
    chapter.results.set("log_evidence", f.end.log_evidence);
    chapter.results.set("final_belief_in_true_state", probability(f.end, t.states[horizon]));
    chapter.figure("belief", belief_figure(m, t, f));

    claim_enumeration(chapter, m, t);
    claim_normalisation(chapter, m, t);
    claim_expected_belief(chapter, m, t);
    claim_calibration(chapter, m, policy, random);
    claim_long_run(chapter, m, policy, random);
    if (is_tiger) claim_tiger(chapter, m, t);
  });
}
