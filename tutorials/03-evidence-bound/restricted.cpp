// What a q that cannot be the posterior does to the model that is learned through it.

#include "sections.h"

using namespace doxa;
using namespace doxa::support;

void restricted(Chapter& chapter, const Problem& problem) {
  const auto with_noise = [&](double s1) {
    LinearGaussian m = problem.model;
    m.noise_scale[0] = s1;
    return m;
  };
  const double truth = problem.model.noise_scale[0], spacing = truth / 300;
  std::vector<double> at, evidence, bound;
  for (int i = 100; i <= 1500; ++i) {  // a third of the truth to five times it
    const double s1 = i * spacing;
    const LinearGaussian m = with_noise(s1);
    at.push_back(s1);
    evidence.push_back(expected_log_evidence(m, problem.model));
    bound.push_back(evidence.back() - mean_field_gap(m));  // the largest V over diagonal q, (03.16)
  }
  const auto best = [&](const std::vector<double>& score) {
    return at[static_cast<std::size_t>(std::ranges::max_element(score) - score.begin())];
  };
  const double best_evidence = best(evidence), best_bound = best(bound);
  std::cout << "\nThe noise s₁ of the first instrument, learned from infinitely many data whose s₁ is "
            << significant(truth, 3) << ":\n"
            << significant(best_evidence, 3) << " by log p(x), " << significant(best_bound, 3)
            << " by V with the best diagonal q for each datum.\n";
  const std::string why = "the spacing of the values of s₁ that are tried";
  chapter.claims.equal("learned from infinitely many data, s₁ is the true one by log p(x)", best_evidence,
                       truth, spacing, why);
  chapter.claims.at_least("(03.16) but larger by V with the best diagonal q, whose gap falls as s₁ grows",
                          best_bound, best_evidence, spacing, why);
  Figure figure("Learned through a diagonal q: the evidence hardly minds the noise, the gap does", 1, 300,
                520);
  Axes& axes = figure.axes("a diagonal q moves the model", "noise s₁", "nats a datum");
  axes.y_range = Range{-6.7, -4.6};
  axes.band(at, bound, evidence, {.label = "gap, (03.16)", .color = Color::orange, .opacity = 0.3});
  axes.line(at, evidence, {.label = "E[log p(x)]", .color = Color::ink, .dash = Dash::solid});
  axes.line(at, bound, {.label = "E[V], best diagonal q", .color = Color::green, .dash = Dash::dashed});
  axes.vertical(truth, "truth", {.color = Color::ink, .dash = Dash::dotted});
  axes.vertical(best_bound, "learned by V", {.color = Color::green, .dash = Dash::dotted});
  chapter.figure("restricted", figure);
  // Near their tops the curves are flat, and rounding may choose a neighbour.
  chapter.results.set("restricted.s1_by_evidence", best_evidence, spacing);
  chapter.results.set("restricted.s1_by_mean_field", best_bound, spacing);
}
