#include <algorithm>
#include <cmath>
#include <exception>
#include <limits>
#include <optional>
#include <span>
#include <utility>

#include "doxa/autograd/internal/gradcheck/checked_function.h"
#include "doxa/autograd/internal/number_text.h"

namespace doxa {
namespace {

using Numbers = std::vector<double>;

std::string digits(double x) { return to_text(x, std::chars_format::general, 17); }

// A description of the first element at which two results differ by more than `allowed`. NaN equals NaN.
std::optional<std::string> difference(const CheckedFunction& f, const Numbers& got, const Numbers& expected,
                                      double allowed = 0) {
  for (std::size_t j = 0; j < got.size(); ++j) {
    if (got[j] == expected[j] || (std::isnan(got[j]) && std::isnan(expected[j]))) continue;
    if (std::abs(got[j] - expected[j]) <= allowed) continue;
    return "at " + f.entry(j).input_element() + ": " + digits(got[j]) + ", expected " + digits(expected[j]);
  }
  return {};
}

Tensor combined(double a, const Tensor& v, double b, const Tensor& w) {
  Tensor sum(v.shape());
  for (Index i = 0; i < v.size(); ++i)
    sum[i] = static_cast<Real>(a * static_cast<double>(v[i]) + b * static_cast<double>(w[i]));
  return sum;
}

Numbers scaled(double a, Numbers x) {
  for (double& element : x) element *= a;
  return x;
}

class Properties {
 public:
  Properties(CheckedFunction& function, Philox& random)
      : f_(function),
        random_(random),
        v_(normal_noise(function.output_shape(), random)),
        w_(normal_noise(function.output_shape(), random)) {}

  std::vector<std::string> violated() {
    const Numbers plain = f_.plain();
    const Var y = f_.record();
    const std::span<const Real> value = y.value();
    if (!std::equal(value.begin(), value.end(), plain.begin(), plain.end(),
                    [](Real a, double b) { return static_cast<double>(a) == b; }))
      violation("recording computes another value than plain evaluation");

    const Numbers g = f_.gradient(y, v_);
    report("a second backward from the same tape differs", difference(f_, f_.gradient(y, v_), g));
    linearity(y, g);
    const Var again = f_.record();
    report("a second recording has another gradient", difference(f_, f_.gradient(again, v_), g));

    for (const std::size_t l : f_.written())
      violation("the input " + f_.leaves()[l].name + " was written to");
    exceptions();
    return std::move(violations_);
  }

 private:
  void violation(std::string sentence) { violations_.push_back(std::move(sentence)); }
  void report(const char* what, const std::optional<std::string>& where) {
    if (where) violation(std::string(what) + ", " + *where);
  }

  void linearity(Var y, const Numbers& g) {
    const Numbers zeros(g.size());
    report("a zero cotangent gives a gradient",
           difference(f_, f_.gradient(y, combined(0, v_, 0, w_)), zeros));
    // Multiplication by 2 and by -1 is exact, and therefore also everything that a linear rule computes from
    // it, unless it underflows.
    constexpr double tiny = std::numeric_limits<Real>::min();
    for (const double c : {2.0, -1.0}) {
      const std::string what = c == 2 ? "twice the cotangent does not give twice the gradient"
                                      : "minus the cotangent does not give minus the gradient";
      report(what.c_str(), difference(f_, f_.gradient(y, combined(c, v_, 0, w_)), scaled(c, g), tiny));
    }
    // For any factor c the gradient of c v is c times that of v, up to rounding. How far it is off for random
    // factors tells how large the rounding error of the sum may be.
    const Tensor both = combined(1, v_, 1, w_);
    const Numbers h = f_.gradient(y, w_), of_both = f_.gradient(y, both);
    double rounding = 0;
    using Known = std::pair<const Tensor*, const Numbers*>;
    for (const auto& [cotangent, gradient] : {Known(&v_, &g), Known(&w_, &h), Known(&both, &of_both)})
      for (int k = 0; k < 4; ++k) {
        const double c = 1 + random_.uniform();
        const Numbers multiple = f_.gradient(y, combined(c, *cotangent, 0, *cotangent));
        for (std::size_t j = 0; j < g.size(); ++j)
          rounding = std::max({rounding, std::abs(multiple[j] - c * (*gradient)[j]),
                               unit_roundoff * std::abs((*gradient)[j])});
      }
    Numbers sum = g;
    for (std::size_t j = 0; j < g.size(); ++j) sum[j] += h[j];
    report("the sum of two cotangents does not give the sum of their gradients",
           difference(f_, of_both, sum, 10 * ratio_limit * rounding));
  }

  // Where plain evaluation throws, recording must throw the same message.
  void exceptions() {
    const auto thrown = [](auto evaluate) -> std::string {
      try {
        evaluate();
      } catch (const std::exception& e) {
        return e.what();
      }
      return {};
    };
    for (std::size_t l = 0; l < f_.leaves().size(); ++l) {
      if (f_.leaves()[l].value->size() == 0) continue;
      Real& x = f_.element(f_.first(l));
      const Real at = x, infinity = std::numeric_limits<Real>::infinity();
      for (const Real probe : {std::numeric_limits<Real>::quiet_NaN(), infinity, -infinity, -at, Real{0}}) {
        x = probe;
        const std::string plain = thrown([&] { f_.plain(); });
        x = probe;
        const std::string recorded = thrown([&] { f_.record(); });
        x = at;
        if (plain == recorded) continue;
        violation("with " + f_.entry(f_.first(l)).input_element() + " = " + digits(probe) +
                  " plain evaluation " + (plain.empty() ? "succeeds" : "throws '" + plain + "'") +
                  ", recording " + (recorded.empty() ? "succeeds" : "throws '" + recorded + "'"));
      }
    }
  }

  CheckedFunction& f_;
  Philox& random_;
  Tensor v_, w_;
  std::vector<std::string> violations_;
};

}  // namespace

std::vector<std::string> violated_properties(CheckedFunction& function, Philox& random) {
  return Properties(function, random).violated();
}

}  // namespace doxa
