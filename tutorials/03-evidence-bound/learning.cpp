// Learning the model by raising V: EM, whose q is exact, and what a restricted q does to the model.

#include "doxa/autograd/random.h"
#include "em.h"
#include "sections.h"

using namespace doxa;
using namespace doxa::support;

namespace {

EmProblem draw_data(std::uint64_t seed) {
  EmProblem p;
  Philox random(seed, em_data);
  for (int i = 0; i < 50; ++i) {
    const double z = random.normal(), noise = random.normal();
    p.x.push_back(2 * z + noise);  // w = 2, s = 1
  }
  return p;
}

void expectation_maximisation(Chapter& chapter, Figure& figure) {
  const EmProblem data = draw_data(chapter.seed());
  std::cout << "\nEM on 50 data x = w z + ε: V(w, q) is raised over q, then over w, in nats a datum:\n\n";
  Table table({"step", {"w", 5}, "log p(x)", "V after w moved", "log p(x) then"}, 6);
  std::vector<double> w{0.4};
  double least_rise = std::numeric_limits<double>::infinity();
  for (int t = 0; t < 200; ++t) {
    const double next = maximise_over_w(data, w.back());  // (03.19)
    const double before = log_evidence(data, w.back()), raised = elbo(data, next, w.back()),
                 after = log_evidence(data, next);
    least_rise = std::min({least_rise, raised - before, after - raised});
    if (t < 6) table.row({t, w.back(), before, raised, after});
    w.push_back(next);
  }
  std::cout << table << "  after 200 steps w = " << significant(w.back(), 8)
            << "; maximum likelihood: " << significant(maximum_likelihood(data), 8) << '\n';

  Axes& axes = figure.axes("EM: bounds that touch", "w", "nats a datum");
  const std::vector<double> at = spaced(0.2, 3.2001, 0.02);
  const auto evidence = series(at, [&](double v) { return log_evidence(data, v); });
  const double top = log_evidence(data, maximum_likelihood(data)), bottom = log_evidence(data, 0.2);
  axes.x_range = Range{0.2, 3.2};
  axes.y_range = Range{bottom - 0.15, top + 0.1};
  axes.line(at, evidence, {.label = "log p(x)", .color = Color::ink, .dash = Dash::solid, .width = 2.2});
  const char* const labels[] = {"V, q of step 0", "V, q of step 1", "V, q of step 2"};
  const Color colors[] = {Color::blue, Color::vermillion, Color::green};
  for (std::size_t t = 0; t < 3; ++t) {
    const std::vector<double> touch{w[t]}, value{log_evidence(data, w[t])},
        v = series(at, [&](double candidate) { return elbo(data, candidate, w[t]); });
    axes.line(at, v, {.label = labels[t], .color = colors[t]});
    axes.scatter(touch, value, {.color = colors[t], .marker = Marker::circle, .size = 7});
  }
  const double double_roundoff = std::numeric_limits<double>::epsilon() / 2,
               size = std::abs(top) + std::log(2 * std::numbers::pi);
  chapter.results.set("em.w", w.back());
  chapter.results.set("em.maximum_likelihood", maximum_likelihood(data));
  chapter.claims.at_least(
      "(03.19) log p(x) ≤ V once w has moved ≤ log p(x) there: the smallest rise in 200 steps of EM / nats a "
      "datum",
      least_rise, 0, 50 * double_roundoff * size, "rounding of a sum over 50 data");
  chapter.claims.equal(
      "and EM ends at the maximum of log p(x), w² = mean x² − s²", w.back(), maximum_likelihood(data),
      10 * 100 * double_roundoff * w.back(),
      "a step leaves at most nine tenths of the distance, so what is left is rounding, at most ten times "
      "that of two sums over 50 data");
}

void restricted_family(Chapter& chapter, const Problem& problem, Figure& figure) {
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
  Axes& axes = figure.axes("a diagonal q moves the model", "noise s₁", "nats a datum");
  axes.line(at, evidence, {.label = "E[log p(x)]", .color = Color::ink, .dash = Dash::solid});
  axes.line(at, bound, {.label = "E[V], best diagonal q", .color = Color::green, .dash = Dash::solid});
  axes.vertical(truth, "truth", {.color = Color::ink, .dash = Dash::dotted});
  // Near their tops the curves are flat, and rounding may choose a neighbour.
  chapter.results.set("restricted.s1_by_evidence", best_evidence, spacing);
  chapter.results.set("restricted.s1_by_mean_field", best_bound, spacing);
}

}  // namespace

void learning(Chapter& chapter, const Problem& problem) {
  Figure figure("EM as a staircase of touching bounds; and the noise that a diagonal q would learn", 2, 340);
  expectation_maximisation(chapter, figure);
  restricted_family(chapter, problem, figure);
  chapter.figure("learning", figure);
}
