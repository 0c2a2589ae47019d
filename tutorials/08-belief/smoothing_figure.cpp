// The picture of filtered and smoothed beliefs.

#include "experiment.h"

using namespace doxa;
using namespace doxa::support;

// With two states the belief in the first; with more the belief in the true state, or in the likeliest one if
// the true states are unknown.
Figure smoothing_figure(const Pomdp& m, const Trajectory& t, const Smoothed& smoothed) {
  const bool two_states = m.states.size() == 2, known = !t.states.empty();
  const std::vector<double> time = steps_to(smoothed.horizon());
  std::vector<double> filtered, after, truth, filtered_entropy, smoothed_entropy;
  for (std::size_t k = 0; k <= smoothed.horizon(); ++k) {
    std::vector<double> b(m.states.size());
    for (std::size_t s = 0; s < b.size(); ++s)
      b[s] = static_cast<double>(smoothed.filtered[k * m.states.size() + s]);
    const std::vector<double> gamma = probabilities(smoothed, k);
    const std::size_t state = two_states ? 0 : known ? t.states[k] : most_likely(gamma);
    filtered.push_back(b[state]);
    after.push_back(gamma[state]);
    filtered_entropy.push_back(entropy(b));
    smoothed_entropy.push_back(entropy(gamma));
    if (two_states && known) truth.push_back(t.states[k] == 0 ? 1 : 0);
  }
  Figure figure("Filtered and smoothed belief along a trajectory, and the entropy of each");
  Axes& top = figure.axes("What is believed at the time, and afterwards", "step k",
                          two_states ? "belief in " + m.states[0]
                          : known    ? "belief in the true state"
                                     : "belief in the likeliest state");
  top.y_range = Range{-0.05, 1.05};
  top.y_ticks({0, 0.5, 1}, {"0", "0.5", "1"});
  if (!truth.empty())
    top.steps(time, truth, {.label = "true state", .color = Color::ink, .dash = Dash::dotted});
  const auto draw = [&](Axes& axes, const std::vector<double>& first, const std::vector<double>& second) {
    axes.line(time, first,
              {.label = "filtered", .color = Color::blue, .dash = Dash::solid, .marker = Marker::circle});
    axes.line(
        time, second,
        {.label = "smoothed", .color = Color::vermillion, .dash = Dash::dashed, .marker = Marker::square});
  };
  draw(top, filtered, after);
  draw(figure.axes("Uncertainty at the time, and afterwards", "step k", "entropy / nats"), filtered_entropy,
       smoothed_entropy);
  return figure;
}
