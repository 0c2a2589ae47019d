// The gradient with respect to one input does not depend on who asks for that with respect to another.

#include <algorithm>
#include <exception>

#include "doxa/autograd/internal/gradcheck/properties.h"

namespace doxa {
namespace {

constexpr std::size_t most_constant_inputs = 16;

}  // namespace

// Each input alone is a constant, then each alone is not.
void Properties::constant_inputs() {
  const std::span<const CheckedLeaf> leaves = f_.leaves();
  if (leaves.size() < 2) return;
  std::vector<Index> chosen = random_.permutation(static_cast<Index>(leaves.size()));
  chosen.resize(std::min(chosen.size(), most_constant_inputs));
  std::sort(chosen.begin(), chosen.end());
  for (const Index l : chosen) {
    const CheckedLeaf& leaf = leaves[static_cast<std::size_t>(l)];
    with_constants("with " + leaf.name + " a constant", {leaf.gradient});
    if (leaves.size() == 2) continue;  // the other one is alone then
    std::vector<const Tensor*> others;
    for (const CheckedLeaf& other : leaves)
      if (other.gradient != leaf.gradient) others.push_back(other.gradient);
    with_constants("with all inputs but " + leaf.name + " constants", others);
  }
  f_.cleared_tape();
}

void Properties::with_constants(const std::string& what, const std::vector<const Tensor*>& constants) {
  Numbers gradient, expected = of_v_;
  try {
    gradient = f_.gradient(f_.record_on(f_.cleared_tape(constants)), v_);
  } catch (const std::exception& e) {
    violation(what + " the function or a rule throws '" + e.what() + "'");
    return;
  }
  for (std::size_t l = 0; l < f_.leaves().size(); ++l)
    if (std::find(constants.begin(), constants.end(), f_.leaves()[l].gradient) != constants.end())
      for (std::size_t j = f_.first(l); j < f_.first(l + 1); ++j) gradient[j] = expected[j];
  report(what + " the gradient is another", beyond_rounding(gradient, expected));
}

}  // namespace doxa
