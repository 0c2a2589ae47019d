// Reductions over sets of axes: one number for each of what is kept, whatever lies between.

#include <gtest/gtest.h>

#include <functional>
#include <string>

#include "doxa/autograd/ops.h"
#include "tests/support/numbers.h"

namespace doxa {
namespace {

const std::vector<AxisList> sets = {{},     {0},       {1},       {2},       {3},         {0, 1},
                                    {1, 2}, {2, 3},    {0, 2},    {1, 3},    {0, 3},      {3, 0},
                                    {2, 0}, {0, 1, 2}, {0, 1, 3}, {0, 2, 3}, {1, -1, -2}, {0, 1, 2, 3}};

std::string text(const AxisList& axes) {
  std::string all;
  for (int i = 0; i < axes.count(); ++i) all += std::to_string(axes[i]) + " ";
  return all;
}

// Four nested loops: the sum of integers is exact in any order.
Numbers sums(const Tensor& x, const AxisList& axes) {
  const AxisList reduced = axes.of(x.shape(), "sums");
  const auto kept = [&](int axis) { return reduced.has(axis) ? 1 : x.shape()[axis]; };
  Numbers y(static_cast<std::size_t>(kept(0) * kept(1) * kept(2) * kept(3)));
  Index at = 0;
  for (Index i = 0; i < x.shape()[0]; ++i)
    for (Index j = 0; j < x.shape()[1]; ++j)
      for (Index k = 0; k < x.shape()[2]; ++k)
        for (Index l = 0; l < x.shape()[3]; ++l) {
          const Index to =
              ((i % kept(0) * kept(1) + j % kept(1)) * kept(2) + k % kept(2)) * kept(3) + l % kept(3);
          y[static_cast<std::size_t>(to)] += x[at++];
        }
  return y;
}

TEST(Axes, SumsAreThoseOfNestedLoops) {
  for (const Shape& shape : {Shape{2, 3, 4, 5}, Shape{3, 1, 4, 1}, Shape{1, 5, 1, 3}, Shape{2, 2, 1, 2}}) {
    Tape tape;
    const Var x = integer_variable(tape, shape);
    for (const AxisList& axes : sets) {
      EXPECT_EQ(value(sum(x, axes)), sums(x.tensor(), axes)) << shape.str() << " over " << text(axes);
      EXPECT_EQ(value(sum(x, axes, true)), sums(x.tensor(), axes));
    }
  }
}

TEST(Axes, DisappearOrStayWithExtentOne) {
  Tape tape;
  const Var x = integer_variable(tape, {2, 3, 4, 5});
  EXPECT_EQ(sum(x, {1, 3}).shape(), Shape({2, 4}));
  EXPECT_EQ(sum(x, {3, 1}, true).shape(), Shape({2, 1, 4, 1}));
  EXPECT_EQ(max(x, {0, -1}).shape(), Shape({3, 4}));
  EXPECT_EQ(mean(x, {0, 1, 2, 3}).shape(), Shape{});
  EXPECT_EQ(variance(x, {}).shape(), x.shape());
  EXPECT_EQ(softmax(x, {0, 2}).shape(), x.shape());
}

// Every reduction sees the axes of a set as one axis: moved together and flattened, it is the same.
TEST(Axes, TogetherAreOneAxis) {
  Tape tape;
  const Var x = normal_variable(tape, {2, 3, 4, 5});
  const std::pair<const char*, Var (*)(Var, const AxisList&, bool)> ops[] = {
      {"mean", mean}, {"variance", variance}, {"max", max}, {"min", min}, {"logsumexp", logsumexp}};
  for (const auto& [name, op] : ops) {
    const Var flat = reshape(permute(x, {1, 2, 0, 3}), {3, 4, 10});
    expect_close(op(x, {0, 3}, false), op(flat, 2, false), 40, 1);
  }
  const Var flat = reshape(permute(x, {1, 2, 0, 3}), {3, 4, 10});
  for (Var (*op)(Var, const AxisList&) : {static_cast<Var (*)(Var, const AxisList&)>(softmax),
                                          static_cast<Var (*)(Var, const AxisList&)>(log_softmax)})
    expect_close(op(x, {0, 3}), permute(reshape(op(flat, 2), {3, 4, 2, 5}), {2, 0, 1, 3}), 40, 1);
}

TEST(Axes, OverNoneEachElementIsReducedByItself) {
  Tape tape;
  const Var x = normal_variable(tape, {3, 4});
  for (Var (*op)(Var, const AxisList&, bool) : {static_cast<Var (*)(Var, const AxisList&, bool)>(sum),
                                                static_cast<Var (*)(Var, const AxisList&, bool)>(mean),
                                                static_cast<Var (*)(Var, const AxisList&, bool)>(max),
                                                static_cast<Var (*)(Var, const AxisList&, bool)>(logsumexp)})
    EXPECT_EQ(value(op(x, {}, false)), value(x));
  EXPECT_EQ(value(variance(x, {})), Numbers(12, 0));
  EXPECT_EQ(value(softmax(x, {})), Numbers(12, 1));
}

}  // namespace
}  // namespace doxa
