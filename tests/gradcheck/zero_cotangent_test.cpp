// A number that the loss does not depend on adds exactly 0 to every adjoint, even if it is NaN or infinite:
// without that, a branch that `where` did not take could make a gradient NaN. Held for the whole registry,
// with NaN and infinities planted in the inputs.

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <exception>
#include <limits>
#include <optional>
#include <set>

#include "cases.h"
#include "doxa/autograd/internal/number_text.h"

namespace doxa {
namespace {

using Numbers = std::vector<Real>;

using Limits = std::numeric_limits<Real>;
const Numbers not_finite = {Limits::quiet_NaN(), Limits::infinity(), -Limits::infinity()};

// Finite numbers at which a slope is infinite, or something on the way to it overflows or is 0.
const Numbers at_a_boundary = {0, 1, -1, Limits::denorm_min(), Limits::max(), -Limits::max()};

bool same_bits(Real a, Real b) { return std::memcmp(&a, &b, sizeof(Real)) == 0; }

// The elements of n that are tried: all of a few, or some of many.
std::vector<Index> tried(Index n, Philox& random) {
  constexpr Index most = 6;
  std::set<Index> all{};
  if (n > 0) all = {0, n - 1};
  while (static_cast<Index>(all.size()) < std::min(n, most))
    all.insert(std::min(n - 1, static_cast<Index>(random.uniform() * static_cast<double>(n))));
  return {all.begin(), all.end()};
}

// A number put in place of an element of an input.
struct Planted {
  Real& element;
  Real before, number;
  std::size_t position;  // of the element among those of all inputs
  std::string where;
};

class PlantedCase {
 public:
  PlantedCase(const std::function<Var(Tape&)>& f, std::span<const CheckedLeaf> leaves)
      : f_(f), leaves_(leaves) {}

  // Plants each of the numbers in elements of each input, and calls test(planted) while it stands there.
  template <class Test>
  void plant(const Numbers& numbers, Philox& random, Test test) {
    std::size_t first = 0;
    for (const CheckedLeaf& leaf : leaves_) {
      for (const Index i : tried(leaf.value->size(), random))
        for (const Real number : numbers) {
          Real& element = (*leaf.value)[i];
          const Planted planted{
              element, element, number, first + static_cast<std::size_t>(i),
              leaf.name + '[' + std::to_string(i) + "] = " + to_text(static_cast<double>(number))};
          element = number;
          test(planted);
          element = planted.before;
        }
      first += static_cast<std::size_t>(leaf.value->size());
    }
  }

  // Nothing where the function refuses its inputs.
  std::optional<Numbers> value() {
    const std::optional<Var> y = record();
    return y ? std::optional(Numbers(y->value().begin(), y->value().end())) : std::nullopt;
  }

  // The gradient of Σ v_i y_i.
  std::optional<Numbers> gradient(const Numbers& v) {
    const std::optional<Var> y = record();
    if (!y) return {};
    tape_.backward(*y, Tensor(y->shape(), v));
    Numbers all;
    for (const CheckedLeaf& leaf : leaves_)
      all.insert(all.end(), leaf.gradient->span().begin(), leaf.gradient->span().end());
    return all;
  }

 private:
  std::optional<Var> record() try {
    tape_.clear();
    const Var y = f_(tape_);
    for (const CheckedLeaf& leaf : leaves_) tape_.leaf(*leaf.value, *leaf.gradient);
    return y;
  } catch (const std::exception&) {
    return {};
  }

  const std::function<Var(Tape&)>& f_;
  std::span<const CheckedLeaf> leaves_;
  Tape tape_;
};

TEST(ZeroCotangent, OfAllOutputsGivesTheGradientZero) {
  Numbers numbers = not_finite;
  numbers.insert(numbers.end(), at_a_boundary.begin(), at_a_boundary.end());
  std::size_t gradients = 0;
  for (const GradientCase& c : gradient_cases())
    c.with(1, [&](const std::function<Var(Tape&)>& f, std::span<const CheckedLeaf> leaves) {
      PlantedCase here(f, leaves);
      const std::size_t outputs = here.value()->size();
      Philox random(1);
      here.plant(numbers, random, [&](const Planted& planted) {
        const std::optional<Numbers> g = here.gradient(Numbers(outputs, 0));
        if (!g) return;
        ++gradients;
        EXPECT_TRUE(std::ranges::all_of(*g, [](Real x) { return x == 0; }))
            << c.name << ", " << planted.where;
      });
    });
  EXPECT_GT(gradients, 20000u);
}

// Outputs that a planted number changes get the cotangent 0, and the others a random one. The planted number
// then has the gradient 0, and the others have the gradient that they have without it. An output may depend
// on the number by less than its rounding error, so that it does not change (a softmax rounds to 1 whether
// another entry is 1e-10 or 0); hence the tolerance: a few units in the last place of the largest gradient or
// weighted output.
TEST(ZeroCotangent, OfSomeOutputsLeavesTheGradientOfTheOthers) {
  std::size_t compared = 0;
  for (const GradientCase& c : gradient_cases()) {
    if (c.expected == Verdict::kink) continue;  // of two equal numbers, one is no longer the largest
    c.with(1, [&](const std::function<Var(Tape&)>& f, std::span<const CheckedLeaf> leaves) {
      PlantedCase here(f, leaves);
      const Numbers clean = *here.value();
      Philox random(2);
      here.plant(not_finite, random, [&](const Planted& planted) {
        const std::optional<Numbers> y = here.value();
        if (!y) return;
        Numbers v(clean.size());
        for (std::size_t i = 0; i < v.size(); ++i)
          v[i] = same_bits((*y)[i], clean[i]) ? static_cast<Real>(1 + random.uniform()) : 0;
        if (std::ranges::all_of(v, [](Real v_i) { return v_i == 0; })) return;
        ++compared;
        const Numbers with = *here.gradient(v);
        planted.element = planted.before;
        Numbers without = *here.gradient(v);
        EXPECT_EQ(with[planted.position], 0) << c.name << ", " << planted.where;
        without[planted.position] = 0;
        Real largest = 0;
        for (const Real g : without) largest = std::max(largest, std::abs(g));
        for (std::size_t i = 0; i < v.size(); ++i)
          if (v[i] != 0) largest = std::max(largest, std::abs(v[i] * clean[i]));
        for (std::size_t k = 0; k < with.size(); ++k)
          EXPECT_NEAR(with[k], without[k], 4 * std::numeric_limits<Real>::epsilon() * largest)
              << c.name << ", " << planted.where << ", gradient " << k;
      });
    });
  }
  EXPECT_GT(compared, 2000u);
}

}  // namespace
}  // namespace doxa
