// A tape for an expression that one types (chapter 01): its Wengert list with the adjoints, the same as a
// graph, and what the gradient checker says of it.

#include <cmath>
#include <map>
#include <memory>
#include <sstream>

#include "doxa/autograd/gradcheck.h"
#include "doxa/autograd/wengert.h"
#include "exhibit.h"
#include "expression.h"
#include "support/diagram.h"
#include "support/text.h"

namespace doxa::exhibits {
using namespace support;
namespace {

struct Typed {
  std::string text = "log(x1) + x1*x2 - tanh(x2)";
  Expression expression = parse_expression(text);
  std::map<std::string, double> at{{"x1", 3}, {"x2", 0.5}};

  std::vector<std::string> names() const { return variables_of(expression); }
  std::string point() const {
    std::string all;
    for (const std::string& name : names())
      all += (all.empty() ? "" : ", ") + name + " = " + to_text(at.at(name));
    return all;
  }
  std::vector<Control> controls() const {
    return {{Control::Kind::field, "f", "f =", text}, {Control::Kind::field, "at", "at", point()}};
  }
};

// "x1 = 3, x2 = 0.5"; what is not named keeps its value.
std::map<std::string, double> parse_point(std::string_view text, std::map<std::string, double> at) {
  const std::string_view whole = text;
  while (!text.empty()) {
    const std::size_t comma = std::min(text.find(','), text.size()), equals = text.find('=');
    const std::size_t column = columns(whole.substr(0, whole.size() - text.size())) + 1;
    const std::string_view part = text.substr(0, comma);
    const std::string name(words_of(part.substr(0, std::min(equals, comma))).first);
    const Words value = words_of(equals < comma ? part.substr(equals + 1) : std::string_view());
    const DecimalReading read = read_decimal(value.first);
    if (!at.contains(name) || !read.in_range() || !value.rest.empty())
      throw UsageError("at, column " + std::to_string(column) + ": found '" + valid_utf8(part) +
                       "', expected a variable of f and its value, as in x1 = 3");
    at[name] = read.value;
    text.remove_prefix(std::min(comma + 1, text.size()));
  }
  return at;
}

Typed with_expression(const Typed& before, std::string_view text) {
  try {
    Typed now{std::string(text), parse_expression(text), before.at};
    if (now.names().empty()) throw UsageError("column 1: found no variable, expected one or more");
    for (const std::string& name : now.names()) now.at.try_emplace(name, 1);  // one that is new
    return now;
  } catch (const UsageError& e) {
    throw UsageError("f, " + std::string(e.what()));
  }
}

// Records as boxes, each in the column after its operands.
std::string graph_of(Tape& tape) {
  Diagram graph("The records of the list as a graph, each with its value and adjoint");
  std::vector<std::size_t> column(tape.size());
  std::map<std::size_t, double> filled;  // how far down each column is
  for (std::size_t i = 0; i < tape.size(); ++i) {
    const Var v = tape.at(i);
    for (const std::size_t k : tape.operands(v)) column[i] = std::max(column[i], column[k] + 1);
    const bool last = i + 1 == tape.size(), input = column[i] == 0;
    double& y = filled.try_emplace(column[i], column[i] % 2 == 0 ? 0.0 : 35.0).first->second;
    std::string text =
        "v" + std::to_string(i) + " " + std::string(tape.name(v)) + "\nvalue " + significant(v.item());
    if (tape.has_adjoint(v)) text += "\nadjoint " + significant(v.adjoint()[0]);
    graph.node(170 * static_cast<double>(column[i]), y, text,
               {.color = last    ? Color::vermillion
                         : input ? Color::blue
                                 : Color::ink,
                .filled = last || input});
    y += 85;
  }
  for (std::size_t i = 0; i < tape.size(); ++i)
    for (const std::size_t k : tape.operands(tape.at(i))) graph.arrow(k, i);
  return graph.svg();
}

Answer typed_answer(const Typed& typed) {
  const std::vector<std::string> names = typed.names();
  std::vector<Tensor> inputs;
  for (const std::string& name : names) inputs.emplace_back(Shape{}, static_cast<Real>(typed.at.at(name)));
  const auto f = [&](Tape& tape, std::span<const Var> x) {
    return evaluate(typed.expression, tape, names, x);
  };

  Tape tape;
  tape.keep_adjoints(true);
  std::vector<Var> x;
  for (const Tensor& input : inputs) x.push_back(tape.variable(input));
  const Var y = f(tape, x);
  tape.backward(y);
  std::ostringstream listing;
  print_wengert(listing, tape);
  Answer answer{.news = "f = " + to_text(double{y.item()}, std::chars_format::general, 8)};
  answer.numbers.push_back({"f", to_text(double{y.item()}, std::chars_format::general, 10)});
  for (std::size_t i = 0; i < names.size(); ++i)
    answer.numbers.push_back(
        {"∂f/∂" + names[i], to_text(double{x[i].adjoint()[0]}, std::chars_format::general, 10)});
  answer.pictures = {{"The records of the list as a graph", graph_of(tape)}};
  if (!std::isfinite(y.item())) {
    answer.news += ". The checker compares nothing where f is not finite.";
    answer.numbers.push_back({"the checker says", "nothing: f is not finite"});
  } else {
    const GradientReport report = check_gradients(f, inputs, {}, names);
    answer.news += ". The checker says: " + std::string(to_string(report.verdict())) + ".";
    answer.numbers.push_back({"the checker says", to_string(report.verdict())});
    listing << '\n' << report.str(4);
  }
  answer.listing = listing.str();
  return answer;
}

}  // namespace

Exhibit tape() {
  const auto typed = std::make_shared<Typed>();
  return {"tape", "A tape: type an expression, and see its list, its adjoints and the checker's verdict",
          [typed] { return typed->controls(); },
          [typed](std::string_view line) {
            const Words words = words_of(line);
            Typed now = *typed;
            if (words.first == "f")
              now = with_expression(now, words.rest);
            else if (words.first == "at")
              now.at = parse_point(words.rest, now.at);
            else if (!words.first.empty())
              throw unknown_line(line, now.controls());
            Answer answer = typed_answer(now);
            *typed = std::move(now);
            return answer;
          }};
}

}  // namespace doxa::exhibits
