#include "doxa/distributions/parameter_check.h"

#include <cmath>
#include <limits>
#include <sstream>
#include <stdexcept>
#include <string>

#include "doxa/autograd/kernels/kernels.h"
#include "doxa/autograd/ops.h"

namespace doxa {
namespace {

// The index of element `at` of a shape: "1,0,2".
std::string index_in(const Shape& s, Index at) {
  std::string text;
  for (int axis = s.rank() - 1; axis >= 0; at /= s[axis--])
    text = std::to_string(at % s[axis]) + (text.empty() ? "" : ",") + text;
  return text;
}

}  // namespace

void refuse_parameter(const char* what, const Shape& shape, Index at, Real found, const char* expected) {
  std::ostringstream text;
  text << what;
  if (shape.rank() > 0) text << '[' << index_in(shape, at) << ']';
  text << " is ";
  if (std::isnan(found))
    text << "nan";
  else
    text << found;
  text << ", expected " << expected;
  throw std::invalid_argument(text.str());
}

// y = log p                                                                  dp += g / p, and nothing at p =
// 0
Var log_of_probs(const char* what, Var probs) {
  check_parameter(what, probs, "a number from 0 to 1", [](Real p) { return p >= 0 && p <= 1; });
  const Shape shape = probs.shape();
  if (shape.rank() < 1)
    throw std::invalid_argument(std::string(what) +
                                " is a single number, expected a last axis of probabilities");
  const Index k = shape[shape.rank() - 1];
  // A softmax is off from a sum of 1 by a few u; what was rounded to fewer digits by somebody else by more.
  const Real off_one = std::sqrt(std::numeric_limits<Real>::epsilon());
  const std::span<const Real> p = probs.value();
  for (Index at = 0; k > 0 && at < shape.size(); at += k) {
    Real total = 0;
    for (Index i = at; i < at + k; ++i) total += p[static_cast<std::size_t>(i)];
    if (!(std::abs(total - 1) <= off_one)) {
      std::ostringstream text;
      const std::string first = index_in(shape, at);
      text << what << '[' << first.substr(0, first.rfind(',') + 1) << "0…" << k - 1 << "] add up to " << total
           << ", expected 1";
      throw std::invalid_argument(text.str());
    }
  }
  return record(
      "log_of_probs", shape, {probs},
      [](Record& r) { r.kernels().unary[static_cast<int>(Unary::log)](r.size(), r.value(0), r.value()); },
      [](Record& r) {
        for (Index i = 0; i < r.size(); ++i)
          if (const Real x = r.value(0)[i]; x > 0) r.adjoint(0)[i] += r.adjoint()[i] / x;
      });
}

}  // namespace doxa
