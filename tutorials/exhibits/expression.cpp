#include "expression.h"

#include <algorithm>

#include "doxa/autograd/internal/number_text.h"
#include "exhibit.h"
#include "support/text.h"

namespace doxa::exhibits {
namespace {

using Kind = Expression::Kind;

struct Function {
  const char* name;
  Var (*of_one)(Var);
  Var (*of_two)(Var, Var);
};
constexpr Function functions[] = {
    {"abs", abs, nullptr},         {"cos", cos, nullptr},       {"erf", erf, nullptr},
    {"exp", exp, nullptr},         {"log", log, nullptr},       {"max", nullptr, maximum},
    {"min", nullptr, minimum},     {"pow", nullptr, pow},       {"relu", relu, nullptr},
    {"sigmoid", sigmoid, nullptr}, {"sin", sin, nullptr},       {"softplus", softplus, nullptr},
    {"sqrt", sqrt, nullptr},       {"square", square, nullptr}, {"tanh", tanh, nullptr},
};
const Function* function_called(std::string_view name) {
  const auto* found = std::ranges::find(functions, name, &Function::name);
  return found == std::end(functions) ? nullptr : found;
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool begins_name(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }

constexpr std::size_t most_operations = 60;

// Recursive descent: sum, product, power, and what stands alone.
class ExpressionReader {
 public:
  explicit ExpressionReader(std::string_view text) : text_(text) {}

  Expression whole() {
    Expression e = sum();
    if (peek() != '\0') refuse("an operator or the end");
    return e;
  }

 private:
  Expression sum() {
    Expression left = product();
    for (char c = peek(); c == '+' || c == '-'; c = peek()) {
      ++at_;
      left = operation(std::string(1, c), {std::move(left), product()});
    }
    return left;
  }
  Expression product() {
    Expression left = signed_power();
    for (char c = peek(); c == '*' || c == '/'; c = peek()) {
      ++at_;
      left = operation(std::string(1, c), {std::move(left), signed_power()});
    }
    return left;
  }
  Expression signed_power() {  // -x^2 is -(x^2)
    if (!accept('-')) return power();
    const Nested nested(*this);
    return operation("-", {signed_power()});
  }
  Expression power() {
    Expression base = alone();
    if (!accept('^')) return base;
    const Nested nested(*this);
    return operation("^", {std::move(base), signed_power()});  // 2^-x, and from the right
  }
  Expression alone() {
    const char c = peek();
    if (accept('(')) {
      const Nested nested(*this);
      Expression inside = sum();
      if (!accept(')')) refuse("')' or an operator");
      return inside;
    }
    if (is_digit(c) || c == '.') return number();
    if (begins_name(c)) return name();
    refuse("a number, a name or '('");
  }
  Expression number() {
    const std::size_t first = at_;
    while (is_digit(at(0)) || at(0) == '.') ++at_;
    const bool sign = at(1) == '-' || at(1) == '+';
    if ((at(0) == 'e' || at(0) == 'E') && is_digit(at(sign ? 2 : 1))) {
      at_ += sign ? 2 : 1;
      while (is_digit(at(0))) ++at_;
    }
    const DecimalReading read = read_decimal(text_.substr(first, at_ - first));
    if (!read.in_range()) refuse_word(first, "a number");
    return {.kind = Kind::number, .number = read.value};
  }
  Expression name() {
    const std::size_t first = at_;
    while (begins_name(at(0)) || is_digit(at(0))) ++at_;
    std::string word(text_.substr(first, at_ - first));
    const Function* f = function_called(word);
    if (!f && peek() == '(') refuse_word(first, "one of " + function_names());
    if (!f) return {.kind = Kind::variable, .name = std::move(word)};
    if (!accept('(')) refuse("'(' after " + word);
    const Nested nested(*this);
    std::vector<Expression> arguments{sum()};
    if (f->of_two) {
      if (!accept(',')) refuse("a comma and the second argument of " + word);
      arguments.push_back(sum());
    }
    if (!accept(')')) refuse("')' or an operator");
    return operation(std::move(word), std::move(arguments));
  }

  Expression operation(std::string name, std::vector<Expression> of) {
    if (++operations_ > most_operations) refuse("at most " + std::to_string(most_operations) + " operations");
    return {.kind = Kind::operation, .name = std::move(name), .of = std::move(of)};
  }

  // Parentheses within parentheses, so that no text exhausts the stack.
  struct Nested {
    explicit Nested(ExpressionReader& reader) : r(reader) {
      if (++r.depth_ > most_operations) r.refuse("fewer parentheses within each other");
    }
    ~Nested() { --r.depth_; }
    Nested(const Nested&) = delete;
    Nested& operator=(const Nested&) = delete;
    ExpressionReader& r;
  };

  char at(std::size_t ahead) const { return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0'; }
  char peek() {
    while (at(0) == ' ' || at(0) == '\t') ++at_;
    return at(0);
  }
  bool accept(char c) {
    if (peek() != c) return false;
    ++at_;
    return true;
  }
  [[noreturn]] void refuse(const std::string& expected) {
    peek();
    std::string_view rest = text_.substr(at_);
    const std::string_view all = rest;
    if (!rest.empty()) support::next_code_point(rest);
    const std::string_view next = all.substr(0, all.size() - rest.size());
    throw UsageError("column " + std::to_string(column(at_)) + ": found " +
                     (next.empty() ? std::string("the end") : "'" + support::valid_utf8(next) + "'") +
                     ", expected " + expected);
  }
  [[noreturn]] void refuse_word(std::size_t first, const std::string& expected) const {
    throw UsageError("column " + std::to_string(column(first)) + ": found '" +
                     std::string(text_.substr(first, at_ - first)) + "', expected " + expected);
  }
  std::size_t column(std::size_t byte) const { return support::columns(text_.substr(0, byte)) + 1; }

  std::string_view text_;
  std::size_t at_ = 0, operations_ = 0, depth_ = 0;
};

void add_variables(const Expression& e, std::vector<std::string>& to) {
  if (e.kind == Kind::variable && std::ranges::find(to, e.name) == to.end()) to.push_back(e.name);
  for (const Expression& part : e.of) add_variables(part, to);
}

}  // namespace

Expression parse_expression(std::string_view text) { return ExpressionReader(text).whole(); }

std::string function_names() {
  std::string all;
  for (const Function& f : functions) all += (all.empty() ? "" : ", ") + std::string(f.name);
  return all;
}

std::vector<std::string> variables_of(const Expression& e) {
  std::vector<std::string> all;
  add_variables(e, all);
  return all;
}

Var evaluate(const Expression& e, Tape& tape, const std::vector<std::string>& names,
             std::span<const Var> values) {
  if (e.kind == Kind::number) return tape.constant(static_cast<Real>(e.number));
  if (e.kind == Kind::variable)
    return values[static_cast<std::size_t>(std::ranges::find(names, e.name) - names.begin())];
  const Var a = evaluate(e.of[0], tape, names, values);
  if (e.of.size() == 1) return e.name == "-" ? -a : function_called(e.name)->of_one(a);
  const Var b = evaluate(e.of[1], tape, names, values);
  switch (e.name[0]) {
    case '+':
      return a + b;
    case '-':
      return a - b;
    case '*':
      return a * b;
    case '/':
      return a / b;
    case '^':
      return pow(a, b);
    default:
      return function_called(e.name)->of_two(a, b);
  }
}

}  // namespace doxa::exhibits
