// Ordinary compositions: twenty random expressions of smooth functions, the control group. A check that is
// inconclusive here is of no use.

#include <algorithm>

#include "doxa/autograd/ops.h"
#include "expression.h"

namespace doxa::trouble {

Expression random_expression(std::uint64_t seed) {
  constexpr Index ops = 11, length = 12, recent = 5;
  Philox random(seed, 3);
  Expression expression{{}, random.uniform() < 0.5};
  const auto operand = [&](Index nodes) {
    return static_cast<std::size_t>(nodes - 1 - random.uniform_index(std::min(nodes, recent)));
  };
  for (Index i = 0; i < length; ++i) {
    const Index nodes = static_cast<Index>(expression_inputs) + i;
    const auto op = static_cast<Expression::Op>(random.uniform_index(ops));
    const std::size_t a = operand(nodes), b = operand(nodes);
    expression.nodes.push_back({op, a, b});
  }
  return expression;
}

void add_expressions(std::vector<Trouble>& to) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed)
    to.push_back({"expressions", "expression " + std::to_string(seed), Kind::resolvable, "nothing",
                  [](Philox& random) {
                    std::vector<Tensor> inputs;
                    for (std::size_t k = 0; k < expression_inputs; ++k)
                      inputs.push_back(normal_noise({4}, random));
                    return inputs;
                  },
                  [expression = random_expression(seed)](Tape&, Inputs x) {
                    const Var y = value_of(expression, std::vector<Var>(x.begin(), x.end()));
                    return expression.reduced ? sum(y) : y;
                  }});
}

}  // namespace doxa::trouble
