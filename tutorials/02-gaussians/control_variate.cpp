#include "doxa/distributions/normal.h"
#include "sections.h"

using namespace doxa;
using namespace doxa::support;

namespace {

// q = N(t, (1 + W t)²) against p = N(0, 1): the nearer, the smaller t. W is ½, or --widen.
struct Near {
  double t, scale;
  Normal q, p;
  Near(Tape& tape, double apart, double widen)
      : t(apart),
        scale(1 + widen * apart),
        q{constant(tape, apart), constant(tape, scale)},
        p{constant(tape, 0), constant(tape, 1)} {}
  static Var constant(Tape& tape, double x) { return tape.constant(static_cast<Real>(x)); }
  Divergences exact() const { return Divergences(scale * scale, t); }
};

// log w = log p − log q at z = μ + σε.
Var log_weight(const Near& pair, Var noise) {
  const Var z = rsample(pair.q, noise), log_q = log_prob(pair.q, z);
  return log_prob(pair.p, z) - log_q;
}

double controlled(double log_w) { return std::expm1(log_w) - log_w; }  // (02.19)

struct Moments {
  double mean = 0, variance = 0, fourth = 0;  // of (w − 1) − log w
  double chi2 = 0, jeffreys = 0, plain = 0;   // Var w, Cov(w, log w), Var log w
  double best = 0;                            // Var[c (w − 1) − log w], c = J/χ²
};

Moments by_quadrature(const Near& pair, Tape& tape) {
  const NormalNodes noise =
      normal_nodes(0.125, 20);  // where w⁴ under q has its mass, for q = N(1, 1) around −4
  const Var log_w = log_weight(pair, tape.constant(noise.at));
  const Divergences exact = pair.exact();
  Moments m;
  for (std::size_t i = 0; i < noise.weight.size(); ++i) {
    const double share = noise.weight[i], l = log_w.value()[i], w_1 = std::expm1(l), apart = l + exact.kl;
    const double square = std::pow(controlled(l) - exact.kl, 2);
    m.mean += share * controlled(l);
    m.variance += share * square;
    m.fourth += share * square * square;
    m.chi2 += share * w_1 * w_1;
    m.jeffreys += share * w_1 * apart;
    m.plain += share * apart * apart;
    m.best += share * std::pow(exact.best() * w_1 - apart, 2);
  }
  return m;
}

struct Measured {
  double plain_variance, mean, variance, least;
};

Measured measure(const Near& pair, Tape& tape, Index n, Philox& random) {
  const Var log_w = log_weight(pair, normal_noise(tape, {n}, random));
  const auto draws = static_cast<double>(n);
  const Divergences exact = pair.exact();
  Measured m{0, 0, 0, std::numeric_limits<double>::infinity()};
  for (const Real l : log_w.value()) {
    const double plain = -double{l}, value = controlled(double{l});
    m.plain_variance += (plain - exact.kl) * (plain - exact.kl) / draws;
    m.mean += value / draws;
    m.variance += (value - exact.kl) * (value - exact.kl) / draws;
    m.least = std::min(m.least, value);
  }
  return m;
}

// The weights of forty draws at t = ½, for the picture.
void show_tangent(Chapter& chapter, double widen) {
  Philox random(chapter.seed(), 11);
  Tape tape;
  const Near pair(tape, 0.5, widen);
  const double kl = pair.exact().kl;
  std::vector<double> weights;
  double plain = 0, between = 0;
  for (const Real l : log_weight(pair, normal_noise(tape, {40}, random)).value()) {
    weights.push_back(std::exp(double{l}));
    plain += (-double{l} - kl) * (-double{l} - kl) / 40;
    between += (controlled(double{l}) - kl) * (controlled(double{l}) - kl) / 40;
  }
  chapter.results.set("tangent.kl", kl);
  chapter.results.set("tangent.plain", std::sqrt(plain));
  chapter.results.set("tangent.controlled", std::sqrt(between));
  draw_tangent(chapter, weights, kl);
}

}  // namespace

std::vector<Spread> control_variate(Chapter& chapter, double widen) {
  const Index n = chapter.quick() ? 20'000 : 200'000;
  std::cout << "\nq = N(t, (1 " << (widen < 0 ? "− " : "+ ") << to_text(std::abs(widen))
            << " t)²), p = N(0, 1): the deviation of one draw, over KL; exact, and of\n"
            << n << " draws:\n\n";
  Table table({"t", "KL", "−log w", "of draws", "(w−1) − log w", "of draws", {"best c", 4}, "with best c"},
              3);
  std::vector<Spread> spreads;
  double worst_closed = 0, worst_mean = 0, worst_variance = 0,
         least = std::numeric_limits<double>::infinity();
  double nearest = 0;
  Philox random(chapter.seed(), 5);
  Tape tape;
  for (int k = 0; k <= 6; ++k) {
    const Evaluation evaluation(tape);
    const Near pair(tape, std::ldexp(1.0, -k), widen);
    const Divergences exact = pair.exact();
    const Measured got = measure(pair, tape, n, random);
    const double draws = static_cast<double>(n), kl = exact.kl;
    least = std::min(least, got.least);
    const Spread& s =
        spreads.emplace_back(Spread{kl, std::sqrt(exact.variance) / kl, std::sqrt(got.plain_variance) / kl,
                                    std::sqrt(exact.controlled(1)) / kl, std::sqrt(got.variance) / kl});
    table.row({pair.t, kl, s.plain, s.plain_measured, s.controlled, s.controlled_measured, exact.best(),
               std::sqrt(exact.controlled(exact.best())) / kl});
    nearest = s.plain / s.controlled;
    if (widen < 0)
      continue;  // the squares of the weights may lie beyond the last node, or have no sum at all
    const Moments m = by_quadrature(pair, tape);
    const double terms = exact.variance + 2 * exact.jeffreys + exact.chi2;
    for (const double difference :
         {m.plain - exact.variance, m.jeffreys - exact.jeffreys, m.chi2 - exact.chi2,
          m.variance - exact.controlled(1), m.best - exact.controlled(exact.best())})
      worst_closed = worse(worst_closed, std::abs(difference) / terms);  // (02.18), (02.20), (02.21)
    worst_mean = worse(worst_mean, std::abs(got.mean - kl) / std::sqrt(m.variance / draws));
    worst_variance = worse(worst_variance, std::abs(got.variance - m.variance) /
                                               std::sqrt((m.fourth - m.variance * m.variance) / draws));
  }
  chapter.print("spreads", table);
  show_tangent(chapter, widen);
  chapter.results.set("control_variate.gain_at_nearest", nearest);
  chapter.claims.at_least("(02.19) (w − 1) − log w is never negative (smallest of all draws)", least, 0, 0,
                          "e^l − 1 ≥ l; expm1 keeps it so");
  if (widen < 0) return spreads;
  chapter.claims.equal(
      "(02.18), (02.20), (02.21) V, J, χ² and Var[c(w − 1) − log w] are what quadrature says", worst_closed,
      0, 32 * u,
      "over V + 2J + χ²: values of log w that are off by a few u of its terms, which average below 4");
  chapter.claims.at_most("(02.19) its mean is KL at seven t from 1 to 1/64 (worst error, in standard errors)",
                         worst_mean, 4, 0, "four standard errors, of the exact variance");
  chapter.claims.at_most("and its measured variance the exact one (worst error, in standard errors)",
                         worst_variance, 4, 0, "four standard errors, of the exact fourth moment");
  return spreads;
}
