#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "doxa/autograd/ops.h"

// Expressions as one types them, "log(x1) + x1*x2 - tanh(x2)".

namespace doxa::exhibits {

// One operation, number or variable, and what it is of.
struct Expression {
  enum class Kind { number, variable, operation };
  Kind kind;
  std::string name = {};  // of a variable; of an operation "log", "+", "-" of one or two …
  double number = 0;
  std::vector<Expression> of = {};
};

// Reads `text`: numbers, names, + - * / ^ (from the right), signs, parentheses, and the functions that
// `function_names` lists. Throws UsageError, "column 7: found '*', expected a number, a name or '('".
Expression parse_expression(std::string_view text);

std::string function_names();

// The names of its variables, in the order of first use.
std::vector<std::string> variables_of(const Expression& e);

// Its value on a tape. Operands are recorded from left to right. There must be a value for each variable.
Var evaluate(const Expression& e, Tape& tape, const std::vector<std::string>& names,
             std::span<const Var> values);

}  // namespace doxa::exhibits
