// The picture of filtered and smoothed beliefs.

#include <algorithm>
#include <cmath>

#include "experiment.h"

using namespace doxa;
using support::Axes;

// With two states the belief in the first; with more the belief in the true state, or in the likeliest one if
// the true states are unknown.
support::Figure smoothing_figure(const Pomdp& m, const Trajectory& t, const Smoothed& smoothed) {
  const bool two_states = m.states.size() == 2, known = !t.states.empty();
  std::vector<double> time, filtered, after, truth, filtered_entropy, smoothed_entropy;
  for (std::size_t k = 0; k <= smoothed.horizon(); ++k) {
    std::vector<double> b(m.states.size());
    for (std::size_t s = 0; s < b.size(); ++s)
      b[s] = static_cast<double>(smoothed.filtered[k * m.states.size() + s]);
    const std::vector<double> gamma = probabilities(smoothed, k);
    const std::size_t state = two_states ? 0 : known ? t.states[k] : most_likely(gamma);
    time.push_back(static_cast<double>(k));
    filtered.push_back(b[state]);
    after.push_back(gamma[state]);
    filtered_entropy.push_back(entropy(b));
    smoothed_entropy.push_back(entropy(gamma));
    if (two_states && known) truth.push_back(t.states[k] == 0 ? 1 : 0);
  }
  support::Figure figure("Filtered and smoothed belief along a trajectory, and the entropy of each");
  Axes& top = figure.axes();
  top.title = "What is believed at the time, and afterwards";
  top.x_label = "step k";
  top.y_label = two_states ? "belief in " + m.states[0]
                : known    ? "belief in the true state"
                           : "belief in the likeliest state";
  top.y_range = support::Range{-0.05, 1.05};
  top.y_ticks({0, 0.5, 1}, {"0", "0.5", "1"});
  if (!truth.empty())
    top.steps(time, truth,
              {.label = "true state", .color = support::Color::ink, .dash = support::Dash::dotted});
  const auto draw = [&](Axes& axes, const std::vector<double>& first, const std::vector<double>& second) {
    axes.line(time, first,
              {.label = "filtered",
               .color = support::Color::blue,
               .dash = support::Dash::solid,
               .marker = support::Marker::circle});
    axes.line(time, second,
              {.label = "smoothed",
               .color = support::Color::vermillion,
               .dash = support::Dash::dashed,
               .marker = support::Marker::square});
  };
  draw(top, filtered, after);
  Axes& bottom = figure.axes();
  bottom.title = "Uncertainty at the time, and afterwards";
  bottom.x_label = "step k";
  bottom.y_label = "entropy / nats";
  draw(bottom, filtered_entropy, smoothed_entropy);
  return figure;
}
