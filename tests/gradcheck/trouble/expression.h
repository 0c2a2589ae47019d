#pragma once

#include <cmath>
#include <vector>

#include "families.h"

namespace doxa::trouble {

/// A random expression of smooth functions: each node is op(a, b) of two earlier nodes; the first three are
/// the inputs.
struct Expression {
  enum class Op {
    add,
    subtract,
    multiply,
    quotient,
    sine,
    tanh,
    sigmoid,
    softplus,
    root,
    logarithm,
    exponential
  };
  struct Node {
    Op op;
    std::size_t a, b;
  };
  std::vector<Node> nodes;
  bool reduced;  ///< the sum over the elements, or all elements
};
inline constexpr std::size_t expression_inputs = 3;

Expression random_expression(std::uint64_t seed);

/// One node, for Var and for plain numbers (sigmoid and the like are found by argument or given below).
template <class T>
T apply(Expression::Op op, T a, T b) {
  using std::exp, std::log1p, std::sin, std::sqrt, std::tanh;
  switch (op) {
    case Expression::Op::add:
      return a + b;
    case Expression::Op::subtract:
      return a - b;
    case Expression::Op::multiply:
      return tanh(a) * b;
    case Expression::Op::quotient:
      return a / (b * b + 1);
    case Expression::Op::sine:
      return sin(a) + b / 2;
    case Expression::Op::tanh:
      return tanh(a - b);
    case Expression::Op::sigmoid:
      return 1 / (exp(-a) + 1) * b;
    case Expression::Op::softplus:
      return log1p(exp(a)) - b;
    case Expression::Op::root:
      return sqrt(a * a + 1) * sin(b);
    case Expression::Op::logarithm:
      return log1p(a * a) + b;
    default:
      return exp(sin(a)) * b;
  }
}

/// The last node plus all that no other uses.
template <class T>
T value_of(const Expression& expression, std::vector<T> nodes) {
  std::vector<bool> used(nodes.size() + expression.nodes.size());
  for (const auto& [op, a, b] : expression.nodes) {
    nodes.push_back(apply(op, nodes[a], nodes[b]));
    used[a] = used[b] = true;
  }
  T y = nodes.back();
  for (std::size_t i = 0; i + 1 < nodes.size(); ++i)
    if (!used[i]) y = y + nodes[i];
  return y;
}

}  // namespace doxa::trouble
