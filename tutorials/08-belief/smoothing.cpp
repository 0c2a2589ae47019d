// What the future adds: filtering against smoothing, by enumeration. Equation tags refer to smoothing.md.

#include "doxa/models/pomdp/path_enumeration.h"
#include "doxa/models/pomdp/smoother.h"
#include "sections.h"
#include "small_filter.h"

using namespace doxa;
using namespace doxa::support;

namespace {

// p(s_k = s, o_{1:T} ‖ a) of all k and s, as the sum over the state paths through s.
struct PathMarginals {
  const Pomdp& m;
  std::span<const std::size_t> actions, observations;
  std::vector<std::vector<double>> joint;  // [T+1][S]
  double evidence = 0;

  PathMarginals(const Pomdp& model, std::span<const std::size_t> a, std::span<const std::size_t> o)
      : m(model), actions(a), observations(o), joint(a.size() + 1, std::vector<double>(model.states.size())) {
    for (std::size_t s = 0; s < m.states.size(); ++s) evidence += walk(0, s, m.start[s]);
  }

  // Adds up the paths whose beginning, of probability `path`, ends in s_k = s.
  double walk(std::size_t k, std::size_t s, double path) {
    double sum = k == actions.size() ? path : 0;
    if (k < actions.size()) {
      const StochasticMatrix::Row row = transition_row(m, actions[k], s);
      for (std::size_t i = 0; i < row.size(); ++i) {
        const double seen = emission_row(m, actions[k], row.column[i])[observations[k]];
        if (seen > 0) sum += walk(k + 1, row.column[i], path * row.probability[i] * seen);  // (08.1)
      }
    }
    joint[k][s] += sum;
    return sum;
  }
};

// KL(γ_k ‖ b_k) = Σ_s γ_k(s) log (γ_k(s) / b_k(s)); the ratio is the backward ratio of (08.14).
double information(const Smoothed& t, std::size_t k) {
  double sum = 0;
  for (std::size_t s = 0; s < t.states; ++s)
    if (const double gamma = probability(t, k, s); gamma > 0)
      sum += gamma * log(t.backward[k * t.states + s]);
  return sum;
}

// Averages over every observation sequence that can follow the actions, each with its probability.
struct Sharpness {
  std::vector<double> filtered, smoothed, information;  // E H(b_k), E H(γ_k), E KL(γ_k ‖ b_k), [T+1]
  std::size_t sequences = 0, moments = 0, blunter = 0;  // moments at which H(γ_k) > H(b_k)
};

void visit(const Pomdp& m, std::span<const std::size_t> actions, const Belief& belief,
           std::vector<std::size_t>& seen, Sharpness& sums) {
  if (seen.size() < actions.size()) {
    const std::size_t action = actions[seen.size()];
    Belief predicted = belief;
    predict(m, predicted, action);
    std::vector<double> p(m.observations.size());
    predictive(m, predicted, action, p);
    for (std::size_t o = 0; o < p.size(); ++o) {
      if (p[o] == 0) continue;
      Belief next = predicted;
      condition(m, next, action, o);
      seen.push_back(o);
      visit(m, actions, next, seen, sums);
      seen.pop_back();
    }
    return;
  }
  const Smoothed t = smooth(m, {actions, seen});
  const double p = std::exp(t.log_evidence);
  ++sums.sequences;
  for (std::size_t k = 0; k <= actions.size(); ++k) {
    //! [sharpness]
    std::vector<double> b(t.states);
    for (std::size_t s = 0; s < t.states; ++s) b[s] = static_cast<double>(t.filtered[k * t.states + s]);
    const double filtered = entropy(b), smoothed = entropy(probabilities(t, k));
    sums.filtered[k] += p * filtered;
    sums.smoothed[k] += p * smoothed;
    sums.information[k] += p * information(t, k);
    //! [sharpness]
    ++sums.moments;
    if (smoothed > filtered + 1e-12) ++sums.blunter;
  }
}

Cell nats(double x) {
  Cell cell(decimal(x, 4));
  cell.is_number = true;
  return cell;
}

}  // namespace

double entropy(const std::vector<double>& p) {
  double h = 0;
  for (const double x : p)
    if (x > 0) h -= x * std::log(x);
  return h;
}

void looking_back(Chapter& chapter, const Pomdp& m, double ear, const std::string& heard) {
  const std::string letters = heard.empty() ? "RRRLLLLLDL" : heard;
  const Trajectory t = from_letters(letters);
  const Smoothed smoothed = smooth(m, t);
  // The same by the dozen lines of each direction.
  std::vector<std::vector<double>> b{m.start}, beta(t.horizon() + 1, {1, 1});
  for (std::size_t k = 0; k < t.horizon(); ++k)
    b.push_back(filter_step(m, b[k], t.actions[k], t.observations[k]).belief);
  for (std::size_t k = t.horizon(); k > 0; --k)
    beta[k - 1] = one_step_back(m, beta[k], t.actions[k - 1], t.observations[k - 1]);

  std::cout << "\nTiger again: what was believed of the left door at the time, and what is afterwards\n";
  Table table({"k", "heard", "b_k(left)", "γ_k(left)", "H(b_k) / nats", "H(γ_k) / nats"});
  double from_engine = 0, blunted = 0;
  for (std::size_t k = 0; k <= t.horizon(); ++k) {
    //! [product]
    std::vector<double> gamma{b[k][0] * beta[k][0], b[k][1] * beta[k][1]};
    const double evidence = gamma[0] + gamma[1];
    for (double& p : gamma) p /= evidence;  // (08.14)
    //! [product]
    from_engine = worse(from_engine, std::abs(gamma[0] - probability(smoothed, k, 0)));
    blunted = std::max(blunted, entropy(gamma) - entropy(b[k]));
    const std::string letter = k == 0 ? "" : letters[k - 1] == 'D' ? "door" : letters.substr(k - 1, 1);
    table.row({k, letter, nats(b[k][0]), nats(gamma[0]), nats(entropy(b[k])), nats(entropy(gamma))});
  }
  chapter.print("looking_back", table);
  chapter.figure("smoothing", smoothing_figure(m, t, smoothed));
  chapter.claims.equal(
      "the dozen lines, forwards and backwards, find the smoother's beliefs (largest difference)",
      from_engine, 0, rounding * 32 * static_cast<double>(t.horizon() + 1),
      "a few roundings for each step of either recursion");
  chapter.results.set("looking_back.largest_rise_of_entropy", blunted);
  const auto entropy_after = [&](double n) {
    const double p = 1 / (1 + std::pow((1 - ear) / ear, n));  // (08.10)
    return entropy({p, 1 - p});
  };
  if (heard.empty())
    chapter.claims.equal(
        "after three roars looking back makes less certain, by H after two roars less H after three", blunted,
        entropy_after(2) - entropy_after(3), 64 * rounding, "a few roundings for each step");
  claim_tiger_smoothing(chapter, m, t, "of these roars, ");
}

void claim_smoothing(Chapter& chapter, const Pomdp& m, const Trajectory& t) {
  const std::size_t states = m.states.size();
  const std::size_t affordable = std::clamp<std::size_t>(states * states, 8192, 1'000'000);
  const std::size_t prefix = enumerable_horizon(m, t.horizon(), affordable);
  if (prefix == 0) return;
  const std::span actions = std::span(t.actions).first(prefix),
                  observations = std::span(t.observations).first(prefix);
  const PathMarginals paths(m, actions, observations);
  const Smoothed smoothed = smooth(m, {actions, observations});
  double distance = 0;
  for (std::size_t k = 0; k <= prefix; ++k)
    for (std::size_t s = 0; s < states; ++s)
      distance = std::max(distance, std::abs(probability(smoothed, k, s) -  // (08.14)
                                             paths.joint[k][s] / paths.evidence));
  const double count = std::pow(static_cast<double>(states), static_cast<double>(prefix + 1));
  chapter.claims.equal(
      "the smoothed beliefs of all " + std::to_string(prefix + 1) +
          " moments are those of all state paths (largest difference)",
      distance, 0, rounding * (count + 8 * static_cast<double>(prefix)),
      "one rounding for each of " + decimal(count, 0) + " paths added up, and some for each step");
}

void claim_last_belief(Chapter& chapter, const Pomdp& m, const Trajectory& t, bool with_figure) {
  const std::size_t last = std::min(t.horizon(), figure_steps);
  const std::span actions = std::span(t.actions).first(last),
                  observations = std::span(t.observations).first(last);
  const Smoothed smoothed = smooth(m, {actions, observations});
  Belief belief = initial_belief(m);
  for (std::size_t k = 0; k < last; ++k) update(m, belief, actions[k], observations[k]);
  double distance = 0;
  for (std::size_t s = 0; s < m.states.size(); ++s)
    distance =
        std::max(distance, std::abs(probability(smoothed, last, s) - probability(belief, s)));  // (08.15)
  chapter.claims.equal("at the last of " + std::to_string(last) +
                           " steps the smoothed belief is the filter's (largest difference of a state)",
                       distance, 0, rounding * static_cast<double>(8 * last),
                       "a few roundings for each step of a recursion");
  if (with_figure) chapter.figure("smoothing", smoothing_figure(m, t, smoothed));
}

void claim_sharpness(Chapter& chapter, const Pomdp& m, std::span<const std::size_t> plan) {
  const double states = static_cast<double>(m.states.size()),
               observations = static_cast<double>(m.observations.size());
  const double cost = static_cast<double>(m.transition.non_zeros() + m.emission.non_zeros()) + states;
  const double most = std::min(4096.0, 3e7 / cost);
  std::size_t length = 1;
  for (double n = observations * observations; length < plan.size() && n <= most; n *= observations) ++length;
  if (observations * cost > 1e9) return;
  const std::span actions = plan.first(length);
  Sharpness sums{std::vector<double>(length + 1), std::vector<double>(length + 1),
                 std::vector<double>(length + 1)};
  std::vector<std::size_t> seen;
  visit(m, actions, initial_belief(m), seen, sums);

  std::cout << "\nUncertainty about s_k in nats, averaged over all " << sums.sequences
            << " observation sequences of length " << length << " that can follow these actions:\n";
  Table table({"k", "action", "filtered E H(b_k)", "smoothed E H(γ_k)", "what the future adds"});
  double largest_gain = 0, worst_gain = 0, worst_identity = 0;
  for (std::size_t k = 0; k <= length; ++k) {
    const double gain = sums.filtered[k] - sums.smoothed[k];
    table.row(
        {k, k ? m.actions[actions[k - 1]] : "", nats(sums.filtered[k]), nats(sums.smoothed[k]), nats(gain)});
    largest_gain = std::max(largest_gain, gain);
    worst_gain = std::min(worst_gain, gain);
    worst_identity = std::max(worst_identity, std::abs(gain - sums.information[k]));  // (08.17)
  }
  chapter.print("sharpness", table);
  std::cout << "In single sequences it can be the other way round: at " << sums.blunter << " of "
            << sums.moments << " moments the smoothed belief is the less certain one.\n";

  const double tolerance = rounding *
                           (static_cast<double>(sums.sequences) + 8 * static_cast<double>(length) * states) *
                           (1 + std::log(states));
  const std::string why = "a rounding for each sequence, and for each state of each step";
  chapter.claims.equal("what the future takes from the entropy is E KL(γ_k ‖ b_k) (largest difference of " +
                           std::to_string(length + 1) + " moments)",
                       worst_identity, 0, tolerance, why);
  chapter.claims.at_least(
      "so smoothing is the sharper on average, at every moment (the smallest gain in nats)", worst_gain, 0,
      tolerance, why);
  chapter.results.set("smoothing.largest_gain", largest_gain);
  chapter.results.set("smoothing.blunter_moments", sums.blunter);
  chapter.results.set("smoothing.moments", sums.moments);
  chapter.results.set("smoothing.sequences", sums.sequences);
}

void claim_tiger_smoothing(Chapter& chapter, const Pomdp& m, const Trajectory& t, const std::string& where) {
  const std::size_t listen = index_of(m.actions, "listen", "action");
  const Smoothed smoothed = smooth(m, t);
  double worst = 0;
  std::size_t verdict = t.horizon();  // the last step before the next door is opened
  for (std::size_t k = t.horizon() + 1; k-- > 0;) {
    if (k < t.horizon() && t.actions[k] != listen) verdict = k;
    const double filtered = static_cast<double>(smoothed.filtered[verdict * 2]);
    worst = std::max(worst, std::abs(probability(smoothed, k, 0) - filtered));  // (08.16)
  }
  chapter.claims.equal(
      where + "between two doors Tiger's smoothed belief is what the filter ends with (largest difference)",
      worst, 0, rounding * static_cast<double>(8 * t.horizon()), "a few roundings for each step");
}
