#include <array>

#include "doxa/distributions/multivariate_normal.h"
#include "doxa/distributions/normal.h"
#include "sections.h"
#include "support/sample_mean.h"

using namespace doxa;
using namespace doxa::support;

namespace {

// What it costs to believe N(0, σ_p²) where N(0, 1) is true, and what draws say of it.
void too_narrow_or_too_wide(Chapter& chapter) {
  const Index draws = chapter.quick() ? 2'000 : 20'000;
  std::cout << "\nDIVERGENCE (divergence.md). The truth is N(0, 1). Somebody believes that it is N(0, σ_p²) "
               "and is\n"
               "surprised by every draw. Is it dearer to be too sure by a factor of 3, or too unsure?\n\n";
  Table table({{"σ_p", 3}, {"nats a draw", 4}, {"average of draws", 4}, {"± its error", 2}});
  Philox random(chapter.seed(), 10);
  const Tensor noise = normal_noise({draws}, random);
  Tape tape;
  double worst = 0;
  for (const double s : {1.0 / 3, 0.5, 1.0, 2.0, 3.0}) {
    const Evaluation evaluation(tape);
    const Normal q{tape.constant(0), tape.constant(1)},
        p{tape.constant(0), tape.constant(static_cast<Real>(s))};
    const Var x = tape.constant(noise), log_p = log_prob(p, x), log_ratio = log_prob(q, x) - log_p;
    const std::vector<double> costs(log_ratio.value().begin(), log_ratio.value().end());
    const MeanEstimate measured = sample_mean(costs);  // (02.9)
    const double exact = kl_divergence(q, p).item();   // (02.10)
    table.row({s, exact, measured.mean, measured.standard_error});
    if (s != 1) worst = worse(worst, std::abs(measured.mean - exact) / measured.standard_error);
    if (s < 0.4) chapter.results.set("kl.believed_too_narrow", exact);
    if (s > 2.5) chapter.results.set("kl.believed_too_wide", exact);
  }
  chapter.print("beliefs", table);
  draw_beliefs(chapter);
  chapter.claims.at_most(
      "draws from q cost a believer in p KL nats more each (worst of four, in standard errors)", worst, 4, 0,
      "four standard errors");
}

struct Pair {
  double loc_q, scale_q, loc_p, scale_p;
};

Var scalar(Tape& tape, double x) { return tape.variable(Tensor(Shape{}, static_cast<Real>(x))); }

Pair random_pair(Philox& random) {
  const auto draw = [&](double x) { return double{static_cast<Real>(x)}; };
  return {draw(random.normal()), draw(std::exp(random.normal() / 2)), draw(random.normal()),
          draw(std::exp(random.normal() / 2))};
}

void divergence_in_one_dimension(Chapter& chapter) {
  const int pairs = chapter.quick() ? 30 : 300;
  Philox random(chapter.seed(), 2);
  const NormalNodes noise = normal_nodes(0.5);
  Tape tape;
  double worst_value = 0, worst_gradient = 0, smallest = std::numeric_limits<double>::infinity();
  std::cout << "\nFour pairs of normals. The divergence is not symmetric:\n\n";
  Table table({"q", "p", "KL(q‖p)", "∫ q (log q − log p)", "KL(p‖q)"}, 6);
  for (int k = 0; k < pairs; ++k) {
    const Pair at = random_pair(random);
    tape.clear();
    const Var mu_q = scalar(tape, at.loc_q), sigma_q = scalar(tape, at.scale_q);
    const Var mu_p = scalar(tape, at.loc_p), sigma_p = scalar(tape, at.scale_p);
    const Normal q(mu_q, sigma_q), p(mu_p, sigma_p);
    const Var kl = kl_divergence(q, p);  // (02.10)

    const Var x = rsample(q, tape.constant(noise.at));
    const Tensor log_q = log_prob(q, x).tensor(), log_p = log_prob(p, x).tensor();
    double by_sum = 0, magnitude = 0;
    for (Index i = 0; i < x.size(); ++i) {  // (02.9)
      const double w = noise.weight[static_cast<std::size_t>(i)], a = log_q[i], b = log_p[i];
      by_sum += w * (a - b);
      magnitude += w * (1 + std::abs(a) + std::abs(b));
    }
    worst_value = worse(worst_value, std::abs(by_sum - double{kl.item()}) / (u * magnitude));
    smallest = std::min(smallest, double{kl.item()});
    if (k < 4) {
      const auto name = [](double loc, double scale) {
        return "N(" + decimal(loc, 2) + ", " + decimal(scale, 2) + "²)";
      };
      table.row({name(at.loc_q, at.scale_q), name(at.loc_p, at.scale_p), double{kl.item()}, by_sum,
                 double{kl_divergence(p, q).item()}});
    }

    tape.backward(kl);
    const double apart = at.loc_q - at.loc_p, p2 = at.scale_p * at.scale_p;
    struct Entry {
      double tape, exact, magnitude;
    };
    const double to_p = (at.scale_q * at.scale_q + apart * apart) / (p2 * at.scale_p);
    for (const Entry& e : std::array<Entry, 4>{
             {// (02.12)
              {mu_q.adjoint()[0], apart / p2, std::abs(apart) / p2},
              {sigma_q.adjoint()[0], at.scale_q / p2 - 1 / at.scale_q, at.scale_q / p2 + 1 / at.scale_q},
              {mu_p.adjoint()[0], -apart / p2, std::abs(apart) / p2},
              {sigma_p.adjoint()[0], 1 / at.scale_p - to_p, 1 / at.scale_p + to_p}}})
      worst_gradient = worse(worst_gradient, std::abs(e.tape - e.exact) / (u * e.magnitude));
  }
  chapter.print("pairs", table);
  chapter.claims.at_most(
      "(02.10) KL between " + std::to_string(pairs) +
          " pairs of normals is ∫ q (log q − log p) dx (in roundings)",
      worst_value, 8, 0,
      "in u ∫ q (1 + |log q| + |log p|): each logarithm is off by a few u, and the trapezoidal "
      "rule errs by less than 1e-30");
  chapter.claims.at_least("(02.9) and never negative (the smallest of them)", smallest, 0, 0,
                          "the logarithm lies below its tangent");
  chapter.claims.at_most("(02.12) its four derivatives on the tape are the closed ones (in roundings)",
                         worst_gradient, 8, 0, "in u Σ|terms|: fewer than eight roundings a term");
}

double squared(double x) { return x * x; }

// KL(q(x_i | x_<) ‖ p(x_i | x_<)) averaged over q, whose two conditional means differ by an affine function.
double conditional_kl(const Gaussian& q, const Gaussian& p, Index i) {
  const Matrix cov_q = q.covariance();
  const Matrix loc_q = q.mean(), loc_p = p.mean();
  const Conditional of_q = conditional(loc_q, cov_q, i), of_p = conditional(loc_p, p.covariance(), i);
  double apart = of_q.loc - of_p.loc;
  for (Index j = 0; j < i; ++j) apart -= of_p.weights[j] * (loc_q[j] - loc_p[j]);
  const Matrix slope = of_q.weights - of_p.weights;
  double spread = 0;
  for (Index j = 0; j < i; ++j)
    for (Index k = 0; k < i; ++k) spread += slope[j] * cov_q(j, k) * slope[k];
  const double r = of_q.variance / of_p.variance;
  return 0.5 * (r - 1 - std::log(r) + (squared(apart) + spread) / of_p.variance);  // (02.10)
}

struct OnTape {
  Var loc, factor;
  MultivariateNormal distribution;
  OnTape(Tape& tape, const Gaussian& g)
      : loc(tape.variable(g.loc)), factor(tape.variable(g.factor)), distribution(loc, factor) {}
};

// |the tape's gradient − the closed one|, in u times the size of the terms.
double gradient_error(const Gaussian& q, const Gaussian& p, const OnTape& on_tape) {
  const Matrix precision = inverse(p.covariance()), l = q.cholesky();
  const Matrix apart = q.mean() - p.mean(), to_loc = precision * apart, to_factor = precision * l;
  const double scale = frobenius(precision) * (frobenius(l) + frobenius(apart));
  const Tensor by_loc = on_tape.loc.gradient(), by_factor = on_tape.factor.gradient();
  double worst = 0;
  for (Index i = 0; i < q.size(); ++i) {
    worst = worse(worst, std::abs(double{by_loc[i]} - to_loc[i]) / scale);
    for (Index j = 0; j <= i; ++j) {
      const double exact = to_factor(i, j) - (i == j ? 1 / l(i, i) : 0);  // (02.12)
      worst = worse(worst, std::abs(double{by_factor(i, j)} - exact) / (scale + 1 / l(i, i)));
    }
  }
  return worst / u;
}

void divergence_in_many_dimensions(Chapter& chapter) {
  constexpr Index n = 4;
  const int pairs = chapter.quick() ? 20 : 200;
  Philox random(chapter.seed(), 3);
  Tape tape;
  double worst_closed = 0, worst_chain = 0, worst_gradient = 0, worst_affine = 0;
  for (int k = 0; k < pairs; ++k) {
    tape.clear();
    const Gaussian q = random_gaussian(n, random), p = random_gaussian(n, random);
    const OnTape of_q(tape, q), of_p(tape, p);
    const Var kl = kl_divergence(of_q.distribution, of_p.distribution);
    const double value = kl.item(), condition = std::max(q.condition(), p.condition());
    const double unit = u * condition * condition * (1 + value);

    const Matrix precision = inverse(p.covariance()), cov_q = q.covariance();
    const Matrix apart = q.mean() - p.mean();
    const double textbook = std::log(determinant(p.covariance()) / determinant(cov_q)) - n +
                            trace(precision * cov_q) +
                            trace(transpose(apart) * (precision * apart));  // (02.11)
    worst_closed = worse(worst_closed, std::abs(value - textbook / 2) / unit);

    double chain = 0;
    for (Index i = 0; i < n; ++i) chain += conditional_kl(q, p, i);  // (02.13)
    worst_chain = worse(worst_chain, std::abs(value - chain) / unit);

    const Var map =
        tape.constant(Tensor({4, 4}, {1, Real(0.5), 0, Real(-0.25), Real(-0.5), 1, Real(0.25), 0, 0,
                                      Real(-0.25), 1, Real(0.5), Real(0.25), 0, Real(-0.5), 1}));
    const Var shift = normal_noise(tape, {4, 1}, random);
    const auto mapped = [&](const OnTape& g) {  // x → A x + b
      const Var loc = reshape(matmul(map, reshape(g.loc, {4, 1})) + shift, {4});
      const Var root = matmul(map, g.factor);
      return MultivariateNormal::from_covariance(loc, matmul(root, transpose(root)));
    };
    const MultivariateNormal mapped_p = mapped(of_p);
    const double moved = kl_divergence(mapped(of_q), mapped_p).item();  // (02.14)
    worst_affine = worse(worst_affine, std::abs(value - moved) / unit);

    tape.backward(kl);
    worst_gradient = worse(worst_gradient, gradient_error(q, p, of_q) / (condition * condition));
  }
  const std::string of = ", " + std::to_string(pairs) + " pairs in 4-D (in roundings)";
  const std::string why =
      "in u κ² of the terms: covariances of condition κ² or less are solved with or factored, four roundings "
      "deep";
  const auto claim = [&](const char* sentence, double worst) {
    chapter.claims.at_most(sentence + of, worst, 8, 0, why);
  };
  claim("(02.11) KL by factors is the formula with inverse and determinants", worst_closed);
  claim("(02.13) KL of the joint is the sum over the conditionals", worst_chain);
  claim("(02.14) KL does not change under x → Ax + b", worst_affine);
  claim("the gradient on the tape is Σp⁻¹δ and tril(Σp⁻¹L) − diag(1/L)", worst_gradient);
}

}  // namespace

void divergences(Chapter& chapter) {
  too_narrow_or_too_wide(chapter);
  divergence_in_one_dimension(chapter);
  divergence_in_many_dimensions(chapter);
}
