#include "doxa/distributions/internal/arguments.h"

#include <cmath>
#include <limits>
#include <sstream>
#include <stdexcept>
#include <string>

#include "doxa/autograd/internal/long_sum.h"
#include "doxa/autograd/kernels/kernels.h"
#include "doxa/autograd/ops.h"

namespace doxa {
Shape shape_with_values(const OpName& op, const Shape& distribution, const char* name, const Shape& values) {
  if (distribution == values) return values;
  const Shape both = broadcast(distribution, values, op);
  if (both != distribution && both != values)
    throw argument_error(op, "the distribution has shape " + distribution.str() + " and " + name + " " +
                                 values.str() + ": only one of them may be stretched, and " + both.str() +
                                 " would stretch both");
  return both;
}

void refuse_parameter(const OpName& what, const Shape& shape, Index at, Real found, const char* expected) {
  std::ostringstream text;
  text << what.str();
  if (shape.rank() > 0) text << '[' << shape.index(at) << ']';
  text << " is ";
  if (std::isnan(found))
    text << "nan";
  else
    text << found;
  text << ", expected " << expected;
  throw std::invalid_argument(text.str());
}

void check_last_axis(const char* what, Var x, Index k) {
  if (x.rank() < 1 || x.shape()[x.rank() - 1] != k)
    throw std::invalid_argument(OpName(what, x.tape()).str() + " has shape " + x.shape().str() +
                                ", expected a last axis of " + std::to_string(k));
}

// The sum of a softmax differs from 1 by a few unit round-offs. Probabilities that were rounded to fewer
// digits elsewhere differ by more.
void check_sums_of_rows(const char* what, Var x) {
  const Real off_one = std::sqrt(std::numeric_limits<Real>::epsilon());
  const Shape shape = x.shape();
  const Index k = shape[shape.rank() - 1];
  const std::span<const Real> all = x.value();
  for (Index at = 0; k > 0 && at < shape.size(); at += k) {
    LongSum sum;
    for (Index i = at; i < at + k; ++i) sum += all[static_cast<std::size_t>(i)];
    const Real total = sum;
    if (std::abs(total - 1) <= off_one) continue;
    std::ostringstream text;
    const std::string first = shape.index(at);
    text << OpName(what, x.tape()).str() << '[' << first.substr(0, first.rfind(',') + 1) << "0…" << k - 1
         << "] add up to " << total << ", expected 1";
    throw std::invalid_argument(text.str());
  }
}

// y = log p
// dp += g / p, or nothing where p = 0
Var log_of_probs(const char* what, Var probs) {
  check_parameter(what, probs, "a number from 0 to 1", [](Real p) { return p >= 0 && p <= 1; });
  if (probs.rank() < 1)
    throw std::invalid_argument(OpName(what, probs.tape()).str() +
                                " is a single number, expected a last axis of probabilities");
  check_sums_of_rows(what, probs);
  return record(
      "log_of_probs", probs.shape(), {probs},
      [](Record& r) { r.kernels().unary[static_cast<int>(Unary::log)](r.size(), r.value(0), r.value()); },
      [](Record& r) {
        for (Index i = 0; i < r.size(); ++i)
          if (const Real x = r.value(0)[i]; x > 0 && r.adjoint()[i] != 0)
            r.adjoint(0)[i] += r.adjoint()[i] / x;
      });
}

}  // namespace doxa
