#include "doxa/autograd/wengert.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <iomanip>
#include <limits>
#include <sstream>
#include <string>
#include <vector>

#include "doxa/autograd/ops.h"
#include "tests/support/rounding.h"

namespace doxa {
namespace {

using Cells = std::vector<std::string>;

// The lines that print(stream) writes.
Cells lines(auto print) {
  std::stringstream text;
  print(text);
  Cells all;
  for (std::string line; std::getline(text, line);) all.push_back(line);
  return all;
}

Cells table(Tape& tape, const WengertOptions& options = {}) {
  return lines([&](std::ostream& out) { print_wengert(out, tape, options); });
}
Cells dot(Tape& tape, const WengertOptions& options = {}) {
  return lines([&](std::ostream& out) { print_dot(out, tape, options); });
}

// The cells of a row that are not empty.
Cells cells(const std::string& line) {
  Cells all;
  for (std::size_t at = 0; (at = line.find_first_not_of(' ', at)) != std::string::npos;) {
    const std::size_t begin = at;
    at = std::min(line.find("  ", begin), line.size());
    all.push_back(line.substr(begin, at - begin));
  }
  return all;
}

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

constexpr int round_trip = std::numeric_limits<Real>::max_digits10;

TEST(Wengert, EveryRowIsTheRecordItNames) {
  Tape tape;
  tape.keep_adjoints(true);
  const Var a = tape.variable(Real(0.7));
  const Var b = tape.variable(Real(-1.3));
  const Var product = a * b;
  tape.backward(tanh(product) + exp(a));
  const std::vector<std::string> rows = table(tape, {.digits = round_trip});
  ASSERT_EQ(rows.size(), tape.size() + 1);
  EXPECT_EQ(cells(rows[0]), (Cells{"record", "op", "operands", "shape", "value", "adjoint"}));
  for (std::size_t i = 2; i < tape.size(); ++i) {
    const Var x = tape.at(i);
    const std::vector<std::string> row = cells(rows[i + 1]);
    ASSERT_EQ(row.size(), 6u) << rows[i + 1];
    EXPECT_EQ(row[0], "v" + std::to_string(i));
    EXPECT_EQ(row[1], tape.name(x));
    std::string operands;
    for (const std::size_t k : tape.operands(x))
      operands += (operands.empty() ? "v" : ", v") + std::to_string(k);
    EXPECT_EQ(row[2], operands);
    EXPECT_EQ(row[3], "[]");
    EXPECT_EQ(static_cast<Real>(std::stod(row[4])), x.item());
    EXPECT_EQ(static_cast<Real>(std::stod(row[5])), x.adjoint()[0]);
  }
}

TEST(Wengert, ColumnsLineUp) {
  Tape tape;
  const Var x = tape.variable(Tensor({2, 3}, Real(0.25)));
  sum(log_softmax(matmul(x, tape.constant(Tensor({3, 4}, 2))), 1));
  const std::vector<std::string> rows = table(tape);
  const std::size_t column = rows[0].find("shape");
  for (std::size_t i = 1; i < rows.size(); ++i) EXPECT_EQ(rows[i].find('['), column) << rows[i];
}

TEST(Wengert, NoAdjointBeforeBackwardAndNoneForAConstant) {
  Tape tape;
  const Var c = tape.constant(3), x = tape.variable(2);
  const Var y = c * x;
  EXPECT_FALSE(contains(table(tape)[0], "adjoint"));
  for (const std::string& line : dot(tape)) EXPECT_FALSE(contains(line, "adjoint")) << line;
  tape.backward(y);
  EXPECT_TRUE(contains(table(tape)[0], "adjoint"));
  EXPECT_EQ(cells(table(tape)[1]), (Cells{"v0", "constant", "[]", "3"}));
  EXPECT_EQ(cells(table(tape)[2]), (Cells{"v1", "variable", "[]", "2", "3"}));
}

TEST(Wengert, LargeTensorsAreShownByTheirEnds) {
  Tape tape;
  Tensor x(Shape{10, 100});
  for (Index i = 0; i < x.size(); ++i) x[i] = static_cast<Real>(i);
  tape.constant(x);
  EXPECT_EQ(cells(table(tape)[1])[3], "0 1 2 … 999");
  EXPECT_EQ(cells(table(tape, {.elements = 1})[1])[3], "… 999");
  EXPECT_EQ(cells(table(tape, {.elements = 0})[1])[3], "… 999");
  tape.clear();
  tape.constant({4}, {1, 2, 3, 4});
  EXPECT_EQ(cells(table(tape)[1])[3], "1 2 3 4");
  tape.clear();
  tape.constant(Tensor(Shape{0, 3}));
  EXPECT_EQ(cells(table(tape)[1])[3], "(empty)");
}

TEST(Wengert, NumbersThatAreNotFiniteAreNamed) {
  Tape tape;
  tape.constant({4}, {infinity, -infinity, nan, -nan});
  EXPECT_EQ(cells(table(tape)[1])[3], "inf -inf nan nan");
}

TEST(Wengert, LongTapesAreShownByTheirTwoEnds) {
  Tape tape;
  Var x = tape.variable(1);
  while (tape.size() < 1000) x = x + x;
  const std::vector<std::string> rows = table(tape, {.records = 7});
  ASSERT_EQ(rows.size(), 9u);  // header, 4, the gap, 3
  EXPECT_EQ(cells(rows[4])[0], "v3");
  EXPECT_EQ(cells(rows[5])[0], "… 993 more records …");
  EXPECT_EQ(cells(rows[6])[0], "v997");
  EXPECT_EQ(cells(rows[8])[0], "v999");
  EXPECT_EQ(table(tape, {.records = 1000}).size(), 1001u);
  EXPECT_EQ(table(tape, {.records = 0}).size(), 2u);
}

TEST(Wengert, AnEmptyTapeIsAHeader) {
  Tape tape;
  EXPECT_EQ(table(tape).size(), 1u);
  EXPECT_EQ(dot(tape).back(), "}");
}

TEST(Wengert, LookingChangesNothing) {
  Tape tape;
  const Var x = tape.variable(Tensor({3}, {1, 2, 3})), unused = tape.variable(Tensor({2}, {4, 5}));
  const Var y = sum(reshape(x, {3, 1}) * tape.constant(2));
  tape.backward(y);
  const Tensor before = x.gradient();
  const std::size_t size = tape.size();
  std::ostringstream out;
  out << std::hex << std::setprecision(2) << std::setw(9);
  print_wengert(out, tape);
  print_dot(out, tape);
  EXPECT_EQ(tape.size(), size);
  const Tensor after = x.gradient();
  for (Index i = 0; i < x.size(); ++i) EXPECT_EQ(after[i], before[i]);
  for (const Real g : unused.adjoint()) EXPECT_EQ(g, 0);
  EXPECT_EQ(out.precision(), 2);
}

// Evaluation order is a topological order, so every arrow goes from a lower record to a higher one.
TEST(Dot, HasEveryRecordOnceAndAnArrowForEachOperand) {
  Tape tape;
  const Var x = tape.variable(Tensor({2, 2}, {1, 2, 3, 4}));
  tape.backward(sum(matmul(x, x) + transpose(x) * x));
  std::size_t operands = 0, nodes = 0, arrows = 0;
  for (std::size_t i = 0; i < tape.size(); ++i) operands += tape.operands(tape.at(i)).size();
  const std::vector<std::string> text = dot(tape);
  EXPECT_EQ(text.front(), "digraph tape {");
  EXPECT_EQ(text.back(), "}");
  for (const std::string& line : text) {
    nodes += contains(line, "[label=");
    const std::size_t arrow = line.find(" -> v");
    if (arrow == std::string::npos) continue;
    ++arrows;
    EXPECT_LT(std::stoul(line.substr(3)), std::stoul(line.substr(arrow + 5))) << line;
  }
  EXPECT_EQ(nodes, tape.size());
  EXPECT_EQ(arrows, operands);
}

TEST(Dot, QuotesTheNamesOfCustomOps) {
  Tape tape;
  const Var x = tape.variable(1);
  record(
      "a\"b\\c\nd", {}, {x}, [](Record& r) { *r.value() = 1; }, [](Record&) {});
  bool found = false;
  for (const std::string& line : dot(tape)) found |= contains(line, R"(v1 = a\"b\\c d [])");
  EXPECT_TRUE(found);
}

TEST(Wengert, ShowsScopesWhereThereAreAny) {
  Tape tape;
  const Var x = tape.variable(Real(2));
  EXPECT_FALSE(contains(table(tape)[0], "scope"));
  {
    const Scope encoder(tape, "encoder"), layer(tape, "layer1");
    exp(x);
  }
  const std::vector<std::string> rows = table(tape);
  EXPECT_TRUE(contains(rows[0], "scope"));
  EXPECT_EQ(cells(rows[2])[1], "encoder/layer1");
  EXPECT_TRUE(contains(dot(tape)[4], "in encoder/layer1"));
}

}  // namespace
}  // namespace doxa
