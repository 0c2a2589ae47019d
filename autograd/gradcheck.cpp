#include "doxa/autograd/gradcheck.h"

#include <algorithm>
#include <cmath>
#include <exception>
#include <iterator>
#include <limits>
#include <stdexcept>

#include "doxa/autograd/internal/gradcheck/checked_function.h"
#include "doxa/autograd/internal/gradcheck/verdict.h"

namespace doxa {
namespace {

// Steps below `last` are too close to the spacing of floating-point numbers at x.
StepRange steps(double x, double terms = 0) {
  const double length = std::max(1.0, std::abs(x));
  return {0.1 * length, x == 0 ? 1e-17 : 1e3 * unit_roundoff * std::abs(x), 1e3 * length, terms};
}

// Of a step along a direction in all inputs, each of which is rounded.
StepRange direction_steps(double terms = 0) { return {0.1, std::pow(unit_roundoff, 2.0 / 3), 1e3, terms}; }

class Check {
 public:
  Check(CheckedFunction& f, const GradientCheckOptions& options)
      : f_(f), options_(options), random_(options.seed), here_(f.plain()) {
    for (const double y : here_)
      if (!std::isfinite(y)) throw std::invalid_argument("check_gradients: the function is not finite here");
    for (int i = 0; i < 7; ++i)
      if (f.plain() != here_)
        throw std::invalid_argument(
            "check_gradients: the function is not deterministic: give it its noise (common_random_numbers)");
  }

  GradientReport report() {
    GradientReport report;
    report.seed = options_.seed;
    report.inputs = f_.inputs();
    report.outputs = f_.outputs();
    report.resolution = options_.resolution;
    try {
      f_.record();
    } catch (const std::exception& e) {
      report.violations = {std::string("recording throws '") + e.what() +
                           "' where plain evaluation succeeds"};
      return report;
    }
    report.violations = violated_properties(f_, random_, options_.resolution);
    intermediate_ = f_.largest_intermediate();
    report.jacobian =
        options_.mode == CheckMode::jacobian ||
        (options_.mode == CheckMode::automatic && f_.inputs() <= 1024 && f_.inputs() * f_.outputs() <= 65536);
    if (report.jacobian)
      jacobian(report);
    else
      sample(report);
    std::stable_sort(report.entries.begin(), report.entries.end(),
                     [](const GradientEntry& a, const GradientEntry& b) { return a.worse_than(b); });
    return report;
  }

 private:
  Tensor cotangent() {
    return f_.outputs() == 1 ? Tensor(f_.output_shape(), 1) : normal_noise(f_.output_shape(), random_);
  }

  // How far the gradient of Σ v_i y_i moves if the inputs are rounded, element by element.
  std::vector<double> instability(const Tensor& v, std::span<const double> g) {
    std::vector<double> moved(g.size());
    for (std::uint64_t k = 0; k < 3; ++k) {
      const std::vector<double> nearby = f_.gradient_nearby(v, Philox(options_.seed, k));
      for (std::size_t j = 0; j < g.size(); ++j)
        if (std::isfinite(nearby[j])) moved[j] = std::max(moved[j], std::abs(nearby[j] - g[j]));
    }
    return moved;
  }

  Tensor unit(std::size_t output) const {
    Tensor e(f_.output_shape());
    e[static_cast<Index>(output)] = 1;
    return e;
  }

  void jacobian(GradientReport& report) {
    const std::size_t n = f_.inputs(), m = f_.outputs();
    std::vector<std::vector<double>> analytic, unstable(m);
    const Var y = f_.record();
    for (std::size_t i = 0; i < m; ++i) analytic.push_back(f_.gradient(y, unit(i)));
    std::vector<Tensor> cotangents;
    std::vector<std::vector<double>> products, unstable_products(2);
    for (int k = 0; m > 1 && k < 2; ++k) {
      cotangents.push_back(normal_noise(f_.output_shape(), random_));
      products.push_back(f_.gradient(y, cotangents.back()));
    }
    std::vector<Undecided> undecided(m);
    std::vector<std::vector<std::size_t>> kinks(m);
    std::vector<double> of_outputs(m);
    for (std::size_t j = 0; j < n; ++j) {
      for (std::size_t i = 0; i < m; ++i) of_outputs[i] = analytic[i][j];
      const LineFunction f = f_.along(j);
      const std::vector<NumericalDerivative> numeric =
          differentiate(f, here_, of_outputs, steps(f_.input(j)), resolution_limit);
      std::vector<GradientEntry> column;
      for (std::size_t i = 0; i < m; ++i) {
        GradientEntry e = f_.entry(j, analytic[i][j]);
        e.output = static_cast<Index>(i);
        Around around = this->around(here_[i], largest(analytic[i]));
        around.instability = [&, i, j] {
          if (unstable[i].empty()) unstable[i] = instability(unit(i), analytic[i]);
          return unstable[i][j];
        };
        judge(e, numeric[i], around);
        undecided[i].add(e, numeric[i]);
        if (e.verdict == Verdict::kink) kinks[i].push_back(j);
        column.push_back(std::move(e));
      }
      for (std::size_t k = 0; k < cotangents.size(); ++k)
        product(
            j, products[k][j], cotangents[k], column,
            [&] {
              if (unstable_products[k].empty())
                unstable_products[k] = instability(cotangents[k], products[k]);
              return unstable_products[k];
            },
            report.entries);
      std::ranges::move(column, std::back_inserter(report.entries));
    }
    for (std::size_t i = 0; i < m; ++i) {
      report.undecided = std::max(report.undecided, undecided[i].share(norm(analytic[i])));
      if (kinks[i].size() > 1) ties(i, kinks[i], analytic[i], report.entries);
    }
  }

  // (vᵀJ)_j from one backward, beside the sum of what is known of its terms. The value of a term at a kink, and of one
  // that is inconclusive, is that of the tape.
  template <class Unstable>
  void product(std::size_t j, double analytic, const Tensor& v, std::span<const GradientEntry> column,
               Unstable unstable, std::vector<GradientEntry>& entries) const {
    GradientEntry e = f_.entry(j, analytic);
    double sizes = 0;
    for (const GradientEntry& term : column) {
      const double v_i = static_cast<double>(v[term.output]);
      if (term.verdict == Verdict::fail) return;  // the product would tell nothing more
      e.numeric += v_i * (term.verdict == Verdict::pass ? term.numeric : term.analytic);
      if (const double error = std::max(term.error, std::abs(term.numeric - term.analytic));
          term.verdict != Verdict::kink && std::isfinite(error))
        e.error += std::abs(v_i) * error;
      sizes += std::abs(v_i * term.analytic);
    }
    // A rule may round numbers as large as y on the way, as softmax does.
    e.error += unit_roundoff * (std::sqrt(static_cast<double>(column.size())) * sizes + terms(v));
    e.left = e.right = e.numeric;
    if (e.ratio() > ratio_limit) e.error += unstable()[j];
    const bool off = std::abs(e.analytic - e.numeric) > 0.1 * resolution_limit * sizes;
    e.verdict = off && e.ratio() > ratio_limit ? Verdict::fail : Verdict::pass;
    entries.push_back(std::move(e));
  }

  // At a point where several inputs meet a kink together, as equal elements of a maximum do, each derivative may lie
  // between its one-sided limits and their sum not. If y_i is convex along each of the inputs (or concave along each),
  // a subgradient g has F'(x; -d) ≤ -⟨g, d⟩ and ⟨g, d⟩ ≤ F'(x; d) in every direction d.
  void ties(std::size_t i, std::span<const std::size_t> inputs, std::span<const double> g,
            std::vector<GradientEntry>& entries) {
    bool convex = true, concave = true;
    for (const GradientEntry& e : entries)
      if (e.verdict == Verdict::kink && e.output == static_cast<Index>(i)) {
        convex = convex && e.right > e.left;
        concave = concave && e.right < e.left;
      }
    if (!convex && !concave) return;
    for (int k = 0; k < 4; ++k) {
      std::vector<double> d(f_.inputs());
      double product = 0;
      for (const std::size_t j : inputs) {
        d[j] = k == 0 ? 1 : random_.uniform() + 0.5;
        if (k > 1 && random_.uniform() < 0.5) d[j] = -d[j];
        product += g[j] * d[j];
      }
      const Tensor v = unit(i);
      const LineFunction line = f_.contracted(f_.along(d), v);
      const std::vector<double> here = contracted(here_, v);
      const NumericalDerivative numeric =
          differentiate(line, here, {&product, 1}, direction_steps(), resolution_limit)[0];
      GradientEntry e;
      e.input = "tied inputs";
      e.index = -1;
      e.output_shape = f_.output_shape();
      e.output = static_cast<Index>(i);
      e.analytic = product;
      judge(e, numeric, around(here[0], std::abs(product)));
      if (e.verdict == Verdict::fail || e.verdict == Verdict::kink) entries.push_back(std::move(e));
    }
  }

  // If several elements or outputs have a kink and their weights have both signs, the sum of the subgradients
  // need not lie between the one-sided derivatives of the sum.
  static void judge_sum(GradientEntry& e, const NumericalDerivative& numeric, const Around& around) {
    judge(e, numeric, around);
    if (e.at_kink() && e.verdict == Verdict::fail) {
      e.verdict = Verdict::inconclusive;
      e.cause = "several kinks meet here";
    }
  }

  // The derivative of vᵀy along a direction.
  void direction(std::string input, const Shape& shape, std::span<const double> d, GradientReport& report) {
    const Tensor v = cotangent();
    const std::vector<double> g = f_.gradient(v), here = contracted(here_, v);
    const auto along = [&](std::span<const double> gradient) {
      double product = 0;
      for (std::size_t j = 0; j < d.size(); ++j) product += gradient[j] * d[j];
      return product;
    };
    const double product = along(g);
    const LineFunction f = f_.contracted(f_.along(d), v);
    const NumericalDerivative numeric =
        differentiate(f, here, {&product, 1}, direction_steps(terms(v)), resolution_limit)[0];
    GradientEntry e;
    e.input = std::move(input);
    e.shape = shape;
    e.index = -1;
    e.output_shape = f_.output_shape();
    e.analytic = product;
    Around around = this->around(here[0], std::abs(product), v);
    around.direction = true;
    around.instability = [&] {
      double moved = 0;
      for (std::uint64_t k = 0; k < 3; ++k) {
        const double nearby = along(f_.gradient_nearby(v, Philox(options_.seed, k)));
        if (std::isfinite(nearby)) moved = std::max(moved, std::abs(nearby - product));
      }
      return moved;
    };
    judge_sum(e, numeric, around);
    Undecided undecided;
    undecided.add(e, numeric);
    report.undecided = std::max(report.undecided, undecided.share(norm_of_terms(g, d)));
    report.entries.push_back(std::move(e));
  }

  void sample(GradientReport& report) {
    const std::size_t n = f_.inputs();
    std::vector<double> d(n);
    for (int k = 0; k < options_.directions; ++k) {
      for (double& x : d) x = random_.normal();
      direction("all inputs", Shape{}, d, report);
    }
    for (std::size_t l = 0; l < f_.leaves().size(); ++l) {
      if (f_.leaves()[l].value->size() <= options_.elements) continue;  // each element is checked below
      std::fill(d.begin(), d.end(), 0);
      for (std::size_t j = f_.first(l); j < f_.first(l + 1); ++j) d[j] = random_.normal();
      direction(f_.leaves()[l].name, f_.leaves()[l].value->shape(), d, report);
    }

    const Tensor v = cotangent();
    const std::vector<double> g = f_.gradient(v), here = contracted(here_, v);
    std::vector<double> unstable;
    Undecided undecided;
    for (std::size_t l = 0; l < f_.leaves().size(); ++l) {
      std::vector<Index> elements = random_.permutation(f_.leaves()[l].value->size());
      elements.resize(std::min(elements.size(), static_cast<std::size_t>(options_.elements)));
      for (const Index i : elements) {
        const std::size_t j = f_.first(l) + static_cast<std::size_t>(i);
        const LineFunction f = f_.contracted(f_.along(j), v);
        const NumericalDerivative numeric =
            differentiate(f, here, {&g[j], 1}, steps(f_.input(j), terms(v)), resolution_limit)[0];
        GradientEntry e = f_.entry(j, g[j]);
        Around around = this->around(here[0], largest(g), v);
        around.instability = [&, j] {
          if (unstable.empty()) unstable = instability(v, g);
          return unstable[j];
        };
        judge_sum(e, numeric, around);
        undecided.add(e, numeric);
        report.entries.push_back(std::move(e));
      }
    }
    report.undecided = std::max(report.undecided, undecided.share(norm(g)));
  }

  // What inconclusive entries may hold of a gradient.
  class Undecided {
   public:
    void add(const GradientEntry& e, const NumericalDerivative& numeric) {
      if (e.verdict != Verdict::inconclusive) return;
      any_ = true;
      if (numeric.estimates.empty()) squares_ = std::numeric_limits<double>::infinity();
      const double off = numeric.found() && e.index >= 0
                             ? std::abs(e.analytic - e.numeric) + ratio_limit * e.error
                             : std::abs(e.analytic) + numeric.steepest;
      squares_ += off * off;
    }
    double share(double norm) const {
      if (!any_) return 0;
      return norm > 0 && std::isfinite(norm) ? std::sqrt(squares_) / norm
                                             : std::numeric_limits<double>::infinity();
    }

   private:
    bool any_ = false;
    double squares_ = 0;
  };

  Around around(double y, double largest, const Tensor& v = Tensor(Shape{}, {1})) {
    double weights = 0;
    for (const Real v_i : v.span()) weights = std::max(weights, static_cast<double>(std::abs(v_i)));
    Around around;
    around.y = y;
    around.intermediate = intermediate_ * weights;
    around.largest = largest;
    around.resolution = options_.resolution;
    return around;
  }

  // Σ |v_i y_i|
  double terms(const Tensor& v) const {
    double sum = 0;
    for (std::size_t i = 0; i < here_.size(); ++i)
      sum += std::abs(static_cast<double>(v[static_cast<Index>(i)]) * here_[i]);
    return sum;
  }

  static double largest(std::span<const double> g) {
    double most = 0;
    for (const double x : g) most = std::max(most, std::abs(x));
    return most;
  }

  static double norm(std::span<const double> g) {
    double squares = 0;
    for (const double x : g) squares += x * x;
    return std::sqrt(squares);
  }

  static double norm_of_terms(std::span<const double> g, std::span<const double> d) {
    double squares = 0;
    for (std::size_t j = 0; j < d.size(); ++j) squares += g[j] * d[j] * g[j] * d[j];
    return std::sqrt(squares);
  }

  static std::vector<double> contracted(std::span<const double> y, const Tensor& v) {
    double sum = 0;
    for (std::size_t i = 0; i < y.size(); ++i) sum += static_cast<double>(v[static_cast<Index>(i)]) * y[i];
    return {sum};
  }

  CheckedFunction& f_;
  const GradientCheckOptions& options_;
  Philox random_;
  std::vector<double> here_;
  double intermediate_ = 0;
};

}  // namespace

GradientReport check_gradients(const std::function<Var(Tape&)>& function, std::span<const CheckedLeaf> leaves,
                               const GradientCheckOptions& options) {
  CheckedFunction f(function, leaves);
  return Check(f, options).report();
}

GradientReport check_gradients(const TensorFunction& function, std::span<const Tensor> inputs,
                               const GradientCheckOptions& options, std::span<const std::string> names) {
  if (!names.empty() && names.size() != inputs.size())
    throw std::invalid_argument("check_gradients: " + std::to_string(names.size()) + " names for " +
                                std::to_string(inputs.size()) + " inputs");
  std::vector<Tensor> values(inputs.begin(), inputs.end());
  std::vector<Tensor> gradients;
  std::vector<CheckedLeaf> leaves;
  gradients.reserve(values.size());
  for (std::size_t i = 0; i < values.size(); ++i) {
    gradients.emplace_back(values[i].shape());
    leaves.push_back({names.empty() ? "input " + std::to_string(i) : names[i], &values[i], &gradients[i]});
  }
  std::vector<Var> vars(values.size());
  return check_gradients(
      [&](Tape& tape) {
        for (std::size_t i = 0; i < values.size(); ++i) vars[i] = tape.leaf(values[i], gradients[i]);
        return function(tape, vars);
      },
      leaves, options);
}

}  // namespace doxa
