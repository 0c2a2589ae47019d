// Each wrong gradient is wrong where it says, and right elsewhere; the study counts what rules say of them.

#include "wrong_gradients.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "doxa/autograd/ops.h"
#include "families.h"
#include "mutants.h"
#include "trouble_study.h"

namespace doxa::trouble {
namespace {

// f(x, y) = x y; the gradient is (v y, v x).
class WrongGradients : public testing::Test {
 protected:
  const Trouble product{"", "", Kind::resolvable, "", {}, [](Tape&, Inputs x) { return x[0] * x[1]; }};
  const std::vector<Tensor> inputs{Tensor(Shape{}, 3), Tensor(Shape{}, 5)};

  TensorFunction wrong(const std::string& name) const {
    Philox random(1);
    for (const WrongGradient& w : wrong_gradients(product, inputs, random))
      if (w.name == name) return w.make();
    ADD_FAILURE() << name;
    return product.function;
  }
  // v ∂f/∂x, ∂f/∂y
  std::pair<double, double> gradient(const TensorFunction& f, double v = 1) const {
    const std::vector<Tensor> g = Pullback(f, inputs)(Tensor(Shape{}, static_cast<Real>(v)));
    return {static_cast<double>(g[0].item()), static_cast<double>(g[1].item())};
  }
  using Pair = std::pair<double, double>;
};

TEST_F(WrongGradients, AreScaled) {
  EXPECT_EQ(gradient(wrong("sign")), Pair(-5, -3));
  EXPECT_EQ(gradient(wrong("three times")), Pair(15, 9));
  EXPECT_EQ(gradient(wrong("zero")), Pair(0, 0));
}

TEST_F(WrongGradients, HaveOneEntryThatIsOffByAMillionth) {
  const auto [x, y] = gradient(wrong("one entry off by 1e-6 of itself"));
  const double off_x = std::abs(x / 5 - 1), off_y = std::abs(y / 3 - 1);
  EXPECT_NEAR(std::max(off_x, off_y), finest_error, finest_error / 100);
  EXPECT_EQ(std::min(off_x, off_y), 0);
}

TEST_F(WrongGradients, DependOnTheSizeOfTheCotangent) {
  EXPECT_EQ(gradient(wrong("cotangents clipped at 10"), 8), Pair(40, 24));
  EXPECT_EQ(gradient(wrong("cotangents clipped at 10"), 16), Pair(50, 30));
  EXPECT_EQ(gradient(wrong("cotangents clipped at 100"), -128), Pair(-500, -300));
  EXPECT_EQ(gradient(wrong("cotangents below 1e-3 skipped"), 0x1p-10), Pair(0, 0));
  EXPECT_EQ(gradient(wrong("cotangents below 1e-3 skipped"), 0x1p-9), Pair(5 * 0x1p-9, 3 * 0x1p-9));
}

TEST_F(WrongGradients, AssignWhereTheyShouldAdd) {
  const TensorFunction f = wrong("assigned, not added");
  EXPECT_EQ(gradient(f), Pair(5, 3));
  // The rule of what was recorded first runs last.
  EXPECT_EQ(gradient([&](Tape& tape, Inputs x) {
              const Var y = f(tape, x);
              return y + x[0];
            }),
            Pair(5, 3));
}

TEST_F(WrongGradients, RememberOtherInputs) {
  const auto twice = [](const TensorFunction& f) {
    return [f](Tape& tape, Inputs x) {
      const std::vector<Var> moved{x[0] + 1, x[1] + 1};
      const Var first = f(tape, x);
      return first + f(tape, moved);
    };
  };
  EXPECT_EQ(gradient(twice(product.function)), Pair(11, 7));
  EXPECT_EQ(gradient(twice(wrong("memory shared between uses"))), Pair(12, 8));
  EXPECT_EQ(gradient(twice(wrong("memory of the first call"))), Pair(10, 6));
  EXPECT_EQ(gradient(wrong("memory shared between uses")), Pair(5, 3));
  EXPECT_EQ(gradient(wrong("memory of the first call")), Pair(5, 3));
}

TEST_F(WrongGradients, DoubleBesideAConstant) {
  const TensorFunction f = wrong("doubled beside a constant operand");
  EXPECT_EQ(gradient(f), Pair(5, 3));
  EXPECT_EQ(gradient([&](Tape& tape, Inputs x) {
              const std::vector<Var> constant{x[0], stop_gradient(x[1])};
              return f(tape, constant);
            }),
            Pair(10, 0));
}

TEST(TroubleStudy, CountsWhatARuleSays) {
  const auto refuses = [](const TensorFunction&, std::span<const Tensor>, std::uint64_t) {
    return Outcome::refused;
  };
  const TroubleStudy study =
      trouble_study(1, 2, {{"refuses", refuses}, {"small ones only", refuses, 2}}, "expressions");
  ASSERT_EQ(study.functions.size(), 20u);
  for (const TroubleStudy::Row& row : study.functions) {
    EXPECT_EQ(row.right[0].refused, 2) << row.name;
    EXPECT_EQ(row.wrong[0].refused, row.wrong[0].judged()) << row.name;
    EXPECT_EQ(row.right[1].judged(), 0) << row.name;
  }
  EXPECT_EQ(study.remarkable.size(), 20u);
}

// Of a kink it is enough that the gradient lies between both sides.
TEST(TroubleStudy, AKinkThatPassesIsAccepted) {
  const TroubleStudy study = trouble_study(1, 1, {{"Jacobian", doxa_jacobian}}, "absolute value at 0");
  ASSERT_EQ(study.functions.size(), 1u);
  EXPECT_EQ(study.functions[0].right[0].accepted, 1);
}

}  // namespace
}  // namespace doxa::trouble
