#include "doxa/autograd/gradcheck.h"

#include <algorithm>
#include <cmath>
#include <exception>
#include <stdexcept>

#include "doxa/autograd/internal/gradcheck/checked_function.h"

namespace doxa {
namespace {

// The range of difference steps. The first is a tenth of `length`; steps below `last` are too close to the
// spacing of floating-point numbers at x.
struct Steps {
  explicit Steps(double x)
      : length(std::max(1.0, std::abs(x))),
        last(x == 0 ? 1e-17 : std::pow(unit_roundoff, 2.0 / 3) * std::abs(x)) {}
  double length, last;
};

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
    report.violations = violated_properties(f_, random_);
    report.jacobian =
        options_.mode == CheckMode::jacobian ||
        (options_.mode == CheckMode::automatic && f_.inputs() <= 1024 && f_.inputs() * f_.outputs() <= 65536);
    if (report.jacobian)
      jacobian(report.entries);
    else
      sample(report.entries);
    std::stable_sort(report.entries.begin(), report.entries.end(),
                     [](const GradientEntry& a, const GradientEntry& b) { return a.worse_than(b); });
    return report;
  }

 private:
  Tensor cotangent() {
    return f_.outputs() == 1 ? Tensor(f_.output_shape(), 1) : normal_noise(f_.output_shape(), random_);
  }

  std::vector<NumericalDerivative> differences(const LineFunction& f, std::span<const double> here,
                                               std::span<const double> noise, const Steps& steps,
                                               std::span<const double> analytic) {
    const auto from = [&](double start) {
      return differentiate(f, here, noise, start * steps.length, steps.last);
    };
    std::vector<NumericalDerivative> first = from(0.1);
    const auto disagree = [&](double errors) {
      for (std::size_t i = 0; i < first.size(); ++i)
        if (!(std::abs(first[i].value - analytic[i]) <= errors * first[i].error)) return true;
      return false;
    };
    // Before a derivative is called wrong, the differences are computed again with other steps. The error is
    // at least the difference between the two results.
    if (!disagree(1)) return first;
    const std::vector<NumericalDerivative> second = from(0.07);
    for (std::size_t i = 0; i < first.size(); ++i) {
      NumericalDerivative& a = first[i];
      const NumericalDerivative& b = second[i];
      if (std::abs(a.value - analytic[i]) <= a.error || !std::isfinite(b.error)) continue;
      const double error = std::max({a.error, b.error, std::abs(a.value - b.value)});
      if (b.error < a.error) a.value = b.value;
      a.error = error;
    }
    // And a third time with much smaller steps, because a rapid oscillation looks smooth to steps that are
    // multiples of its period.
    if (!disagree(ratio_limit)) return first;
    const std::vector<NumericalDerivative> close = from(1e-4);
    for (std::size_t i = 0; i < first.size(); ++i) {
      const double both = first[i].error + close[i].error;
      if (std::isfinite(both) && std::abs(first[i].value - close[i].value) > ratio_limit * both)
        first[i] = close[i];
    }
    return first;
  }

  void jacobian(std::vector<GradientEntry>& entries) {
    const std::size_t n = f_.inputs(), m = f_.outputs();
    std::vector<std::vector<double>> analytic, numeric_rows(m, std::vector<double>(n)), errors = numeric_rows;
    std::vector<Tensor> cotangents;
    const Var y = f_.record();
    Tensor basis(f_.output_shape());
    for (std::size_t i = 0; i < m; ++i) {
      basis[static_cast<Index>(i)] = 1;
      analytic.push_back(f_.gradient(y, basis));
      basis[static_cast<Index>(i)] = 0;
    }
    if (m > 1)
      for (int k = 0; k < 2; ++k) cotangents.push_back(normal_noise(f_.output_shape(), random_));
    std::vector<std::vector<double>> products;
    for (const Tensor& v : cotangents) products.push_back(f_.gradient(y, v));

    const std::vector<double> noise = rounding_noise(f_.along_inputs(), here_);
    std::vector<std::vector<NumericalDerivative>> numeric;
    std::vector<double> row(m), column(n), of_outputs(m);
    for (std::size_t j = 0; j < n; ++j) {
      for (std::size_t i = 0; i < m; ++i) of_outputs[i] = analytic[i][j];
      numeric.push_back(differences(f_.along(j), here_, noise, Steps(f_.input(j)), of_outputs));
      for (std::size_t i = 0; i < m; ++i) {
        const double known = std::abs(numeric[j][i].value);
        if (ratio_limit * numeric[j][i].error > resolution_limit * known) continue;
        row[i] = std::max(row[i], known);
        column[j] = std::max(column[j], known);
      }
    }
    for (std::size_t j = 0; j < n; ++j) {
      const double length = Steps(f_.input(j)).length;
      bool settled = true;
      std::vector<Sizes> sizes(m);
      for (std::size_t i = 0; i < m; ++i) {
        GradientEntry e = f_.entry(j, analytic[i][j]);
        e.output = static_cast<Index>(i);
        const NumericalDerivative& d = numeric[j][i];
        sizes[i] = {std::abs(d.value), std::max({std::abs(here_[i]) / length, d.slope, row[i], column[j]}),
                    noise[i] / length};
        judge(e, d, sizes[i]);
        settled = settled && e.verdict <= Verdict::kink;
        // At a kink vᵀJ must be computed from the subgradient that the tape gives.
        numeric_rows[i][j] = e.verdict == Verdict::kink ? e.analytic : e.numeric;
        errors[i][j] = e.verdict == Verdict::kink ? 0 : e.error;
        entries.push_back(std::move(e));
      }
      if (!settled) continue;  // some element did not pass: products would tell nothing more
      for (std::size_t k = 0; k < cotangents.size(); ++k) {
        NumericalDerivative product;
        product.error = 0;
        Sizes total;
        for (std::size_t i = 0; i < m; ++i) {
          const double v = static_cast<double>(cotangents[k][static_cast<Index>(i)]);
          product.value += v * numeric_rows[i][j];
          product.error += std::abs(v) * errors[i][j];
          total.derivative += std::abs(v * numeric_rows[i][j]);
          total.around += std::abs(v) * sizes[i].around;
          total.noise += std::abs(v) * sizes[i].noise;
        }
        product.error =
            std::max(product.error, std::sqrt(static_cast<double>(m)) * unit_roundoff * total.derivative);
        GradientEntry e = f_.entry(j, products[k][j]);
        judge(e, product, total);
        entries.push_back(std::move(e));
      }
    }
  }

  // If several elements or outputs have a kink and their weights have both signs, the sum of the subgradients
  // need not lie between the one-sided derivatives of the sum.
  static void judge_sum(GradientEntry& e, const NumericalDerivative& numeric, const Sizes& sizes) {
    judge(e, numeric, sizes);
    if (e.at_kink() && e.verdict == Verdict::fail) e.verdict = Verdict::inconclusive;
  }

  // The derivative of vᵀy along a direction.
  void direction(std::string input, const Shape& shape, std::span<const double> d,
                 std::vector<GradientEntry>& entries) {
    const Tensor v = cotangent();
    const std::vector<double> g = f_.gradient(v);
    double product = 0, squares = 0;
    for (std::size_t j = 0; j < d.size(); ++j) {
      product += g[j] * d[j];
      squares += g[j] * d[j] * g[j] * d[j];
    }
    const double size = std::sqrt(squares);
    const std::vector<double> here = contracted(here_, v);
    const std::vector<double> noise = rounding_noise(f_.contracted(f_.along_inputs(), v), here);
    const NumericalDerivative numeric =
        differences(f_.contracted(f_.along(d), v), here, noise, Steps(1), {&product, 1})[0];
    GradientEntry e;
    e.input = std::move(input);
    e.shape = shape;
    e.index = -1;
    e.output_shape = f_.output_shape();
    e.analytic = product;
    judge_sum(e, numeric, {size, std::max(std::abs(here[0]), numeric.slope), noise[0]});
    entries.push_back(std::move(e));
  }

  void sample(std::vector<GradientEntry>& entries) {
    const std::size_t n = f_.inputs();
    std::vector<double> d(n);
    for (int k = 0; k < options_.directions; ++k) {
      for (double& x : d) x = random_.normal();
      direction("all inputs", Shape{}, d, entries);
    }
    for (std::size_t l = 0; l < f_.leaves().size(); ++l) {
      if (f_.leaves()[l].value->size() <= options_.elements) continue;  // each element is checked below
      std::fill(d.begin(), d.end(), 0);
      for (std::size_t j = f_.first(l); j < f_.first(l + 1); ++j) d[j] = random_.normal();
      direction(f_.leaves()[l].name, f_.leaves()[l].value->shape(), d, entries);
    }

    const Tensor v = cotangent();
    const std::vector<double> g = f_.gradient(v), here = contracted(here_, v);
    const std::vector<double> noise = rounding_noise(f_.contracted(f_.along_inputs(), v), here);
    for (std::size_t l = 0; l < f_.leaves().size(); ++l) {
      std::vector<Index> elements = random_.permutation(f_.leaves()[l].value->size());
      elements.resize(std::min(elements.size(), static_cast<std::size_t>(options_.elements)));
      double largest = 0;
      for (std::size_t j = f_.first(l); j < f_.first(l + 1); ++j) largest = std::max(largest, std::abs(g[j]));
      for (const Index i : elements) {
        const std::size_t j = f_.first(l) + static_cast<std::size_t>(i);
        const Steps steps(f_.input(j));
        const NumericalDerivative numeric =
            differences(f_.contracted(f_.along(j), v), here, noise, steps, {&g[j], 1})[0];
        GradientEntry e = f_.entry(j, g[j]);
        judge_sum(
            e, numeric,
            {std::abs(numeric.value), std::max({std::abs(here[0]) / steps.length, numeric.slope, largest}),
             noise[0] / steps.length});
        entries.push_back(std::move(e));
      }
    }
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
