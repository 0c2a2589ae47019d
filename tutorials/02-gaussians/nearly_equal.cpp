#include <array>

#include "doxa/distributions/normal.h"
#include "sections.h"

using namespace doxa;
using namespace doxa::support;

namespace {

// (02.10) as it stands, in Real.
//! [textbook]
Real textbook_kl(Real loc_q, Real scale_q, Real loc_p, Real scale_p) {
  const Real apart = loc_q - loc_p;
  return std::log(scale_p) - std::log(scale_q) +
         (scale_q * scale_q + apart * apart) / (2 * scale_p * scale_p) - Real(0.5);
}
//! [textbook]

// KL(N(0, (1 + t)² σ²) ‖ N(0, σ²)) = t² − t³/3 + t⁴/4 − …, (02.15), for t ≤ ½.
double series_kl(double t) {
  double total = 0, power = t * t;
  for (int k = 3; std::abs(power) > 1e-18 * total; ++k) {
    total += power / (k == 3 ? 1 : k - 1);
    power *= -t;
  }
  return total;
}

Real library_kl(Real loc_q, Real scale_q, Real loc_p, Real scale_p) {
  Tape tape;
  const Normal q{tape.constant(loc_q), tape.constant(scale_q)},
      p{tape.constant(loc_p), tape.constant(scale_p)};
  return kl_divergence(q, p).item();
}

void lost_digits(Chapter& chapter) {
  std::cout << "\nScales that differ by a factor 1 + t: (02.10) as it stands, the library, and the exact "
               "series:\n\n";
  Table table({{"t", 4}, "(02.10) as it stands", "kl_divergence", "exact"}, 5);
  std::vector<NearlyEqual> errors;
  double worst = 0, least = std::numeric_limits<double>::infinity(), lowest = 0;
  constexpr int per_decade = 6;
  for (int k = per_decade; k <= per_decade * std::numeric_limits<Real>::digits10; ++k) {
    const Real scale_p = static_cast<Real>(0.7),
               scale_q = static_cast<Real>(0.7 * (1 + std::pow(10.0, -static_cast<double>(k) / per_decade)));
    const double t = (double{scale_q} - scale_p) / scale_p;  // of the scales as they were rounded
    const double exact = series_kl(t);
    const double textbook = textbook_kl(0, scale_q, 0, scale_p), library = library_kl(0, scale_q, 0, scale_p);
    const auto off = [&](double value) { return std::abs(value - exact) / exact; };
    if (k % per_decade == 0) table.row({t, textbook, library, exact});
    errors.push_back({t, off(textbook), off(library), u / exact});
    worst = worse(worst, off(library));
    lowest = std::min(lowest, textbook);
    if (exact < u / 16) least = std::min(least, off(textbook));
  }
  chapter.print("nearly_equal", table);
  draw_nearly_equal(chapter, errors);
  // Of roundings both: the smallest is one of a term of size ½ or less, and the error has the bound of its
  // claim.
  chapter.results.set("nearly_equal.lowest_by_textbook", lowest, 2 * u);
  chapter.results.set("nearly_equal.worst_error_of_library", worst, 8 * u);
  chapter.claims.at_least(
      "where KL < u/16, (02.10) as it stands has no digit right (smallest relative error)", least, 1, 0,
      "at σ = 0.7 logarithms and quotient are multiples of u/2: it can say 0 or something far too large");
  chapter.claims.at_most("(02.15) kl_divergence is right to the last digits, t from 0.1 to " +
                             significant(errors.back().t, 2) + " (relative error)",
                         worst, 0, 8 * u, "a sum of terms of one sign, each with a few roundings");
}

// E_q[s sᵀ] of the scores s = (∂/∂μ, ∂/∂σ) log q(x), which the tape gives for all nodes at once.
std::array<double, 3> fisher(double loc, double scale) {
  const NormalNodes noise = normal_nodes(0.5);
  Tape tape;
  const Shape shape = noise.at.shape();
  const Var mu = tape.variable(Tensor(shape, static_cast<Real>(loc)));
  const Var sigma = tape.variable(Tensor(shape, static_cast<Real>(scale)));
  const Normal q(mu, sigma);
  const Var x = stop_gradient(rsample(q, tape.constant(noise.at)));
  tape.backward(sum(log_prob(q, x)));
  std::array<double, 3> f{};
  for (std::size_t i = 0; i < noise.weight.size(); ++i) {
    const double a = mu.adjoint()[i], b = sigma.adjoint()[i];
    f[0] += noise.weight[i] * a * a;
    f[1] += noise.weight[i] * a * b;
    f[2] += noise.weight[i] * b * b;
  }
  return f;
}

void second_order(Chapter& chapter) {
  const double scale = 1.5;
  const auto [mm, ms, ss] = fisher(0.5, scale);
  std::cout << "\nFisher information of N(½, 1.5²) from the tape's scores, times σ²: "
            << significant(mm * scale * scale, 6) << ", " << significant(ss * scale * scale, 6)
            << " on the diagonal, " << significant(std::abs(ms), 1) << " off it\n";
  const double error =
      std::abs(mm * scale * scale - 1) + std::abs(ss * scale * scale - 2) + 2 * std::abs(ms * scale * scale);
  chapter.claims.equal("(02.16) the tape's scores have F = diag(1, 2)/σ² (differences, times σ²)", error, 0,
                       64 * u, "scores are rounded to a few u, and E|s|² = 3/σ²");

  // KL(θ + δ ‖ θ) for δ = (a, b) and θ = (0, 1) is a²/2 + b² − b³/3 + …, alternating.
  double worst = 0;
  for (int k = 2; k <= 10; ++k) {
    const double t = std::ldexp(1.0, -k);
    const Real mu = static_cast<Real>(0.6 * t), sigma = static_cast<Real>(1 + 0.8 * t);
    const double a = mu, b = double{sigma} - 1, quadratic = (a * a + 2 * b * b) / 2;  // (02.16)
    const double kl = library_kl(mu, sigma, 0, 1);
    worst = worse(worst, std::abs(kl - quadratic) / (b * b * b / 3));
  }
  chapter.claims.at_most("(02.16) KL is ½ δᵀFδ but for the third order, |δ| from ¼ to 1/1024 (over δ_σ³/3)",
                         worst, 1, 40960 * u,
                         "an alternating series; 8u of KL, which is up to 5 · 1024 of these units");
}

}  // namespace

void nearly_equal(Chapter& chapter) {
  lost_digits(chapter);
  second_order(chapter);
}

void draw_nearly_equal(Chapter& chapter, const std::vector<NearlyEqual>& errors) {
  Figure figure("Relative error of the divergence of two nearly equal normals, by two formulas", 1, 340);
  Axes& axes = figure.axes("KL(N(0, (1 + t)² σ²) ‖ N(0, σ²))", "t, relative difference of the scales",
                           "relative error of KL");
  axes.x_scale = axes.y_scale = Scale::log;
  const std::vector<double> t = series(errors, &NearlyEqual::t);
  axes.scatter(t, series(errors, &NearlyEqual::textbook),
               {.label = "(02.10) as it stands", .color = Color::orange, .marker = Marker::square});
  axes.scatter(t, series(errors, &NearlyEqual::library),
               {.label = "kl_divergence", .color = Color::green, .marker = Marker::circle});
  axes.line(t, series(errors, &NearlyEqual::rounding),
            {.label = "u / KL", .color = Color::ink, .dash = Dash::dashed, .width = 1.2});
  axes.horizontal(1, "no digit left", {.color = Color::ink, .dash = Dash::dotted, .width = 1});
  chapter.figure("nearly_equal", figure);
}
