// Densities, entropies and divergences against values computed with 800 digits (make_reference.py): far
// tails, scales from 1e-6 to 1e6, nearly equal pairs, logits of hundreds.

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <fstream>
#include <limits>
#include <map>
#include <sstream>
#include <string>
#include <vector>

#include "doxa/autograd/ops.h"
#include "doxa/distributions/bernoulli.h"
#include "doxa/distributions/categorical.h"
#include "doxa/distributions/multivariate_normal.h"
#include "doxa/distributions/normal.h"

namespace doxa {
namespace {

struct Row {
  std::string name;  // "normal,kl"
  std::map<std::string, std::vector<double>> arguments;
  double value;
};

std::vector<Row> rows() {
  std::ifstream in(DOXA_SOURCE_DIR "/tests/distributions/reference.csv");
  std::vector<Row> all;
  std::string line;
  std::getline(in, line);
  EXPECT_EQ(line, "case,quantity,arguments,value");
  while (std::getline(in, line)) {
    const std::size_t first = line.find(','), second = line.find(',', first + 1), last = line.rfind(',');
    Row row{line.substr(0, second), {}, std::strtod(line.c_str() + last + 1, nullptr)};
    std::istringstream arguments(line.substr(second + 1, last - second - 1));
    for (std::string argument; std::getline(arguments, argument, ';');) {
      const std::size_t equals = argument.find('=');
      std::istringstream numbers(argument.substr(equals + 1));
      for (std::string x; numbers >> x;)
        row.arguments[argument.substr(0, equals)].push_back(std::strtod(x.c_str(), nullptr));
    }
    all.push_back(std::move(row));
  }
  return all;
}

// A row's value and Σ |x_i ∂value/∂x_i|, what relative errors of its arguments amount to.
struct Computed {
  double value, sensitivity;
};

using Arguments = std::map<std::string, Tensor>;

Computed compute(const Row& row, const Arguments& arguments) {
  Tape tape;
  std::map<std::string, Var> x;
  for (const auto& [name, tensor] : arguments) x.emplace(name, tape.variable(tensor));
  const auto value = [&]() -> Var {
    if (row.name == "normal,log_prob") return log_prob(Normal(x["loc"], x["scale"]), x["x"]);
    if (row.name == "normal,entropy") return entropy(Normal(x["loc"], x["scale"]));
    if (row.name == "normal,kl")
      return kl_divergence(Normal(x["loc_q"], x["scale_q"]), Normal(x["loc_p"], x["scale_p"]));
    if (row.name == "categorical,log_prob") {
      const Index k = static_cast<Index>(row.arguments.at("x")[0]);
      return log_prob(Categorical(x["logits"]), {&k, 1});
    }
    if (row.name == "categorical,entropy") return entropy(Categorical(x["logits"]));
    if (row.name == "categorical,kl")
      return kl_divergence(Categorical(x["logits_q"]), Categorical(x["logits_p"]));
    if (row.name == "bernoulli,log_prob") return log_prob(Bernoulli(x["logit"]), x["x"]);
    if (row.name == "bernoulli,entropy") return entropy(Bernoulli(x["logit"]));
    if (row.name == "bernoulli,kl") return kl_divergence(Bernoulli(x["logit_q"]), Bernoulli(x["logit_p"]));
    const auto normal = [&](const char* loc, const char* factor) {
      const Index n = x.at(loc).size();
      return MultivariateNormal(reshape(x.at(loc), {n}), reshape(x.at(factor), {n, n}));
    };
    if (row.name == "mvn,log_prob")
      return log_prob(normal("loc", "scale_tril"), reshape(x["x"], {x["x"].size()}));
    if (row.name == "mvn,entropy") return entropy(normal("loc", "scale_tril"));
    if (row.name == "mvn,kl")
      return kl_divergence(normal("loc_q", "scale_tril_q"), normal("loc_p", "scale_tril_p"));
    throw std::invalid_argument("no distribution for " + row.name);
  }();
  tape.backward(value);
  double sensitivity = 0;
  for (const auto& [name, v] : x)
    for (std::size_t i = 0; i < v.value().size(); ++i)
      sensitivity += std::abs(static_cast<double>(v.value()[i]) * static_cast<double>(v.adjoint()[i]));
  return {static_cast<double>(value.item()), sensitivity};
}

Arguments rounded(const Row& row) {
  Arguments all;
  for (const auto& [name, numbers] : row.arguments) {
    Tensor tensor(numbers.size() == 1 ? Shape{} : Shape{static_cast<Index>(numbers.size())});
    for (Index i = 0; i < tensor.size(); ++i)
      tensor[i] = static_cast<Real>(numbers[static_cast<std::size_t>(i)]);
    all.emplace(name, tensor);
  }
  return all;
}

// The value at the arguments rounded to Real. Rounding in single precision moves them by up to u |x_i|, and
// the value by the sensitivity times u, to first order: the largest sensitivity of those at the rounded
// arguments and at the next numbers on the other side of the stored ones, as that of a divergence is 0 where
// a pair became equal.
Computed compute(const Row& row) {
  Arguments arguments = rounded(row);
  Computed result = compute(row, arguments);
  for (auto& [name, tensor] : arguments)
    for (Index i = 0; i < tensor.size(); ++i) {
      const double stored = row.arguments.at(name)[static_cast<std::size_t>(i)];
      const Real here = tensor[i];
      if (here == stored) continue;
      tensor[i] = std::nextafter(
          here, here < stored ? std::numeric_limits<Real>::max() : std::numeric_limits<Real>::lowest());
      result.sensitivity = std::max(result.sensitivity, compute(row, arguments).sensitivity);
      tensor[i] = here;
    }
  return result;
}

TEST(Reference, ValuesAreThoseOfEightHundredDigits) {
  constexpr double u = static_cast<double>(std::numeric_limits<Real>::epsilon()) / 2;
  constexpr bool in_double = sizeof(Real) == sizeof(double);
  constexpr double relative = in_double ? 1e-13 : 8 * u;
  constexpr double smallest =
      in_double ? 0 : double{std::numeric_limits<Real>::min()};  // below it digits are lost
  int checked = 0;
  for (const Row& row : rows()) {
    const Computed c = compute(row);
    EXPECT_LE(std::abs(c.value - row.value),
              std::max({relative * std::abs(row.value), 4 * u * c.sensitivity, smallest}))
        << row.name << " of " << ::testing::PrintToString(row.arguments) << ": " << c.value << ", expected "
        << row.value;
    ++checked;
  }
  EXPECT_EQ(checked, 260);
}

}  // namespace
}  // namespace doxa
