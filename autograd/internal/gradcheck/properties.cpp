#include "doxa/autograd/internal/gradcheck/properties.h"

#include <algorithm>
#include <cmath>
#include <exception>
#include <limits>
#include <utility>

#include "doxa/autograd/internal/number_text.h"

namespace doxa {

Properties::Properties(CheckedFunction& function, Philox& random, double resolution)
    : f_(function),
      random_(random),
      resolution_(resolution),
      v_(normal_noise(function.output_shape(), random)),
      w_(normal_noise(function.output_shape(), random)) {}

std::vector<std::string> Properties::violated() {
  const Numbers plain = f_.plain();
  const Var y = f_.record();
  const std::span<const Real> value = y.value();
  if (!std::equal(value.begin(), value.end(), plain.begin(), plain.end(),
                  [](Real a, double b) { return static_cast<double>(a) == b; }))
    violation("recording computes another value than plain evaluation");

  of_v_ = f_.gradient(y, v_);
  report("a second backward from the same tape differs", difference(f_.gradient(y, v_), of_v_));
  linearity(y);
  const Var again = f_.record();
  report("a second recording has another gradient", difference(f_.gradient(again, v_), of_v_));

  if (violations_.empty()) {  // otherwise it is no surprise that gradients do not add up
    for (const bool before : {true, false}) another_use(before);
    two_uses();
    constant_inputs();
    other_inputs();
  }
  for (const std::size_t l : f_.written()) violation("the input " + f_.leaves()[l].name + " was written to");
  exceptions();
  return std::move(violations_);
}

// Where plain evaluation throws, recording must throw the same message.
void Properties::exceptions() {
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
      violation("with " + f_.entry(f_.first(l)).input_element() + " = " + text(probe) + " plain evaluation " +
                (plain.empty() ? "succeeds" : "throws '" + plain + "'") + ", recording " +
                (recorded.empty() ? "succeeds" : "throws '" + recorded + "'"));
    }
  }
}

std::string Properties::text(double x) { return to_text(x, std::chars_format::general, 17); }

Tensor Properties::combined(double a, const Tensor& v, double b, const Tensor& w) {
  Tensor sum(v.shape());
  for (Index i = 0; i < v.size(); ++i)
    sum[i] = static_cast<Real>(a * static_cast<double>(v[i]) + b * static_cast<double>(w[i]));
  return sum;
}

std::optional<std::string> Properties::difference(const Numbers& got, const Numbers& expected) const {
  for (std::size_t j = 0; j < got.size(); ++j) {
    if (got[j] == expected[j] || (std::isnan(got[j]) && std::isnan(expected[j]))) continue;
    return "at " + f_.entry(j).input_element() + ": " + text(got[j]) + ", expected " + text(expected[j]);
  }
  return {};
}

std::optional<std::string> Properties::beyond_rounding(const Numbers& got, const Numbers& expected) const {
  for (std::size_t j = 0; j < got.size(); ++j) {
    if (!std::isfinite(expected[j])) continue;
    const double rounding = rounding_[f_.leaf_of(j)] + unit_roundoff * std::abs(expected[j]);
    if (std::abs(got[j] - expected[j]) <= 10 * ratio_limit * rounding) continue;
    return "at " + f_.entry(j).input_element() + ": " + text(got[j]) + ", expected " + text(expected[j]);
  }
  return {};
}

std::vector<std::string> violated_properties(CheckedFunction& function, Philox& random, double resolution) {
  return Properties(function, random, resolution).violated();
}

}  // namespace doxa
