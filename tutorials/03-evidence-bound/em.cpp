// Learning the model by raising V in turn over q and over the model: EM, and how fast it is.

#include "em.h"

#include "doxa/autograd/random.h"
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

// Data whose evidence is largest at w: one number will do, since only the mean of x² counts.
EmProblem data_of(double w) { return {{std::sqrt(1 + w * w)}}; }

// The derivative of a step of EM in the w that it starts from, at the maximum of the evidence.
double measured_share(double w) {
  const EmProblem data = data_of(w);
  const double h = 1e-4 * w;
  return (maximise_over_w(data, w + h) - maximise_over_w(data, w - h)) / (2 * h);
}

// 1 less the curvature of the evidence over that of the bound, both by second differences: (03.21).
double share_by_curvatures(double w) {
  const EmProblem data = data_of(w);
  const auto curvature = [&](const auto& f) {
    const double h = 1e-3;
    return (f(w + h) - 2 * f(w) + f(w - h)) / (h * h);
  };
  return 1 - curvature([&](double at) { return log_evidence(data, at); }) /
                 curvature([&](double at) { return elbo(data, at, w); });
}

void staircase(Figure& figure, const EmProblem& data, const std::vector<double>& w) {
  Axes& axes = figure.axes("EM: bounds that touch", "w", "nats a datum");
  const std::vector<double> at = spaced(0.2, 3.2001, 0.02);
  const auto evidence = series(at, [&](double v) { return log_evidence(data, v); });
  const double top = log_evidence(data, maximum_likelihood(data)), bottom = log_evidence(data, 0.2);
  axes.x_range = Range{0.2, 3.2};
  axes.y_range = Range{bottom - 0.15, top + 0.1};
  axes.line(at, evidence, {.label = "log p(x)", .color = Color::ink, .dash = Dash::solid, .width = 2.2});
  const Dash dashes[] = {Dash::solid, Dash::dashed, Dash::dotted};
  for (std::size_t t = 0; t < 3; ++t) {
    const std::vector<double> touch{w[t]}, value{log_evidence(data, w[t])},
        v = series(at, [&](double candidate) { return elbo(data, candidate, w[t]); });
    axes.line(at, v, {.label = "V, q of step " + std::to_string(t), .color = Color::blue, .dash = dashes[t]});
    axes.scatter(touch, value, {.color = Color::blue, .marker = Marker::circle, .size = 7});
  }
}

void speed(Figure& figure, double learned) {
  Axes& axes = figure.axes("the share that a step leaves", "w at the maximum", "share of the distance");
  axes.x_scale = Scale::log;
  axes.x_range = Range{0.08, 12.5};
  axes.y_range = Range{0.4, 1.05};
  std::vector<double> at, dots;
  for (double w = 0.08; w <= 12.5; w *= 1.03) at.push_back(w);
  for (double w = 0.1; w < 10.5; w *= std::pow(10, 0.25)) dots.push_back(w);
  axes.line(at, series(at, share_left), {.label = "1 − 2w²/(1 + w²)²", .color = Color::blue});
  axes.scatter(dots, series(dots, measured_share),
               {.label = "measured", .color = Color::ink, .marker = Marker::circle, .size = 5});
  axes.vertical(learned, "the run", {.color = Color::ink, .dash = Dash::dotted});
}

}  // namespace

void em(Chapter& chapter) {
  const EmProblem data = draw_data(chapter.seed());
  const double best = maximum_likelihood(data);
  std::cout << "\nEM on 50 data x = w z + ε: V(w, q) is raised over q, then over w, in nats a datum:\n\n";
  Table table({"step", {"w", 5}, "log p(x)", "V after w moved", "log p(x) then", {"share left", 3}}, 6);
  std::vector<double> w{0.4};
  double least_rise = std::numeric_limits<double>::infinity(), share = 0;
  for (int t = 0; t < 200; ++t) {
    const double next = maximise_over_w(data, w.back());  // (03.20)
    const double before = log_evidence(data, w.back()), raised = elbo(data, next, w.back()),
                 after = log_evidence(data, next);
    least_rise = std::min({least_rise, raised - before, after - raised});
    const double left = (next - best) / (w.back() - best);
    if (std::abs(w.back() - best) > 1e-5) share = left;
    if (t < 4 || t == 6 || t == 12 || t == 18) table.row({t, w.back(), before, raised, after, left});
    w.push_back(next);
  }
  chapter.print("em", table);
  std::cout << "  after 200 steps w = " << significant(w.back(), 8)
            << "; maximum likelihood: " << significant(best, 8) << '\n';

  std::cout << "\nHow much of a small distance to the maximum one step leaves, for other data:\n\n";
  Table speeds({"maximum at w", "measured", "1 − 2w²/(1 + w²)²", {"steps for a digit", 2}}, 5);
  double miss = 0, miss_of_curvatures = 0;
  for (const double at : {0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0}) {
    const double measured = measured_share(at);
    miss = worse(miss, std::abs(measured - share_left(at)));
    miss_of_curvatures = worse(miss_of_curvatures, std::abs(measured - share_by_curvatures(at)));
    speeds.row({significant(at, 1), measured, share_left(at), -std::log(10) / std::log(share_left(at))});
  }
  chapter.print("em-speed", speeds);

  Figure figure("EM as a staircase of touching bounds; and how much of the distance a step leaves", 2, 340);
  staircase(figure, data, w);
  speed(figure, best);
  chapter.figure("em", figure);

  const double double_roundoff = std::numeric_limits<double>::epsilon() / 2,
               size = std::abs(log_evidence(data, best)) + std::log(2 * std::numbers::pi);
  chapter.results.set("em.w", w.back());
  chapter.results.set("em.maximum_likelihood", best);
  chapter.results.set("em.share_left", share_left(best));
  chapter.claims.at_least(
      "(03.19) log p(x) ≤ V once w has moved ≤ log p(x) there: the smallest rise in 200 steps of EM / nats a "
      "datum",
      least_rise, 0, 50 * double_roundoff * size, "rounding of a sum over 50 data");
  chapter.claims.equal(
      "and EM ends at the maximum of log p(x), w² = mean x² − s²", w.back(), best,
      10 * 100 * double_roundoff * w.back(),
      "a step leaves at most nine tenths of the distance, so what is left is rounding, at most ten times "
      "that of two sums over 50 data");
  chapter.claims.equal("(03.22) near its end a step of EM leaves the share 1 − 2w²/(1 + w²)² of the distance",
                       share, share_left(best), 1e-4,
                       "measured at a distance of 1e-5, of which the next order is a multiple");
  chapter.claims.equal("and so it does for maxima at w from 0.1 to 10: largest difference", miss, 0, 1e-6,
                       "a difference quotient whose step is 1e-4 of w");
  chapter.claims.equal("(03.21) it is 1 − the evidence's curvature over the bound's: largest difference",
                       miss_of_curvatures, 0, 1e-5, "second differences at a distance of 1e-3");
  double fastest = 0.5;
  for (double at = 0.5; at < 2; at += 0.001)
    if (measured_share(at) < measured_share(fastest)) fastest = at;
  chapter.claims.equal("and EM is fastest for a maximum at w = 1", fastest, 1, 0.01,
                       "the share is flat at its lowest, and a difference quotient hides 1e-8 of it");
}
