#include "doxa/autograd/tensor.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <limits>
#include <optional>
#include <stdexcept>
#include <vector>

#include "tests/support/numbers.h"
#include "tests/support/thrown.h"

namespace doxa {
namespace {

TEST(Shape, SizeIsTheProductOfTheExtents) {
  EXPECT_EQ(Shape({2, 3, 4, 5}).size(), 120);
  EXPECT_EQ(Shape({2, 0, 4}).size(), 0);
  EXPECT_EQ(Shape{}.size(), 1);  // the empty product
  EXPECT_EQ(Shape{}.rank(), 0);
}

TEST(Shape, EqualMeansSameRankAndExtents) {
  EXPECT_EQ(Shape({2, 3}), Shape({2, 3}));
  EXPECT_NE(Shape({2, 3}), Shape({3, 2}));
  EXPECT_NE(Shape({3}), Shape({3, 1}));
  EXPECT_NE(Shape({0}), Shape{});
}

TEST(Shape, ReplacingAnAxisAndRemovingOne) {
  const Shape shape{2, 3, 4};
  for (int axis = 0; axis < 3; ++axis) {
    EXPECT_EQ(shape.with(axis, shape[axis]), shape);
    EXPECT_EQ(shape.with(axis, 7).size() * shape[axis], shape.size() * 7);
    EXPECT_EQ(shape.without(axis).size() * shape[axis], shape.size());
    EXPECT_EQ(shape.axis(axis - 3, "op"), axis);
    EXPECT_EQ(shape.axis(axis, "op"), axis);
  }
  EXPECT_EQ(shape.without(1), Shape({2, 4}));
  EXPECT_EQ(Shape({5}).without(0), Shape{});
}

TEST(Shape, IsWrittenAsInTheErrorTexts) {
  EXPECT_EQ(Shape({32, 8}).str(), "[32,8]");
  EXPECT_EQ(Shape({0}).str(), "[0]");
  EXPECT_EQ(Shape{}.str(), "[]");
}

TEST(Shape, RefusesWhatIsNoShape) {
  constexpr Index large = Index{1} << 40;
  EXPECT_SAYS(Refused, "shape: rank 5, expected at most 4", Shape{1, 1, 1, 1, 1});
  EXPECT_SAYS(Refused, "shape: negative extent -3", Shape{2, -3});
  EXPECT_SAYS(Refused, "shape: the number of elements overflows", Shape{large, large});
  EXPECT_SAYS(Refused, "shape: the number of elements overflows", Shape{std::numeric_limits<Index>::max()});
  EXPECT_SAYS(Refused, "sum: axis 2 is out of range for shape [2,3]", Shape{2, 3}.axis(2, "sum"));
  EXPECT_SAYS(Refused, "sum: axis -3 is out of range for shape [2,3]", Shape{2, 3}.axis(-3, "sum"));
  EXPECT_SAYS(Refused, "sum: axis 0 is out of range for shape []", Shape{}.axis(0, "sum"));
}

// A strip of such an array, or its reduction over the empty axis, would overflow.
TEST(Shape, RefusesExtentsThatOverflowBesideAnEmptyAxis) {
  constexpr Index large = Index{1} << 40;
  EXPECT_THROW((Shape{0, large, large}), Refused);
  EXPECT_THROW((Shape{large, 0, large}), Refused);
  EXPECT_THROW((Shape{large, large, 0}), Refused);
}

// The examples of NumPy's manual, "Broadcasting", and the cases with an empty axis.
TEST(Broadcast, FollowsNumPy) {
  struct Case {
    Shape a, b, y;
  };
  const std::vector<Case> cases = {
      {{256, 256, 3}, {3}, {256, 256, 3}},
      {{8, 1, 6, 1}, {7, 1, 5}, {8, 7, 6, 5}},
      {{5, 4}, {1}, {5, 4}},
      {{5, 4}, {4}, {5, 4}},
      {{15, 3, 5}, {15, 1, 5}, {15, 3, 5}},
      {{15, 3, 5}, {3, 5}, {15, 3, 5}},
      {{15, 3, 5}, {3, 1}, {15, 3, 5}},
      {{}, {2, 3}, {2, 3}},
      {{0}, {1}, {0}},
      {{0}, {}, {0}},
      {{3, 0}, {3, 1}, {3, 0}},
      {{0, 3}, {3}, {0, 3}},
  };
  for (const Case& c : cases) EXPECT_EQ(broadcast(c.a, c.b, "op"), c.y) << c.a.str() << c.b.str();
}

TEST(Broadcast, RefusesExtentsThatDifferAndNameTheOpAndBothShapes) {
  EXPECT_SAYS(Refused, "add: shapes do not broadcast: [3] and [4]", broadcast({3}, {4}, "add"));
  EXPECT_SAYS(Refused, "divide: shapes do not broadcast: [2,1] and [8,4,3]",
              broadcast({2, 1}, {8, 4, 3}, "divide"));
  EXPECT_SAYS(Refused, "add: shapes do not broadcast: [0] and [2]", broadcast({0}, {2}, "add"));
}

TEST(Broadcast, RefusesAProductOfExtentsThatOverflows) {
  EXPECT_THROW(broadcast({Index{1} << 40, 1}, {Index{1} << 40}, "add"), Refused);
}

std::vector<Shape> shapes_of_rank_0_to_3() {
  std::vector<Shape> all{Shape{}};
  for (const Index i : {0, 1, 3}) {
    all.push_back({i});
    for (const Index j : {0, 1, 3}) {
      all.push_back({i, j});
      for (const Index k : {1, 2}) all.push_back({i, j, k});
    }
  }
  return all;
}

std::optional<Shape> join(const std::optional<Shape>& a, const std::optional<Shape>& b) {
  if (!a || !b) return {};
  try {
    return broadcast(*a, *b, "op");
  } catch (const Refused&) {
    return {};
  }
}

// The extents form a semilattice, axis by axis: 1 below everything, the others incomparable.
TEST(Broadcast, IsIdempotentCommutativeAndAssociative) {
  const std::vector<Shape> all = shapes_of_rank_0_to_3();
  for (const Shape& a : all) {
    EXPECT_EQ(broadcast(a, a, "op"), a);
    EXPECT_EQ(broadcast(a, Shape{}, "op"), a);
    for (const Shape& b : all) {
      EXPECT_EQ(join(a, b), join(b, a));
      for (const Shape& c : all) EXPECT_EQ(join(join(a, b), c), join(a, join(b, c)));
    }
  }
}

TEST(Tensor, IsRowMajor) {
  Tensor x(Shape{2, 3}, {0, 1, 2, 10, 11, 12});
  for (Index i = 0; i < 2; ++i)
    for (Index j = 0; j < 3; ++j) EXPECT_EQ(x(i, j), static_cast<Real>(10 * i + j));
  x(1, 2) = 5;
  EXPECT_EQ(x[5], 5);
}

TEST(Tensor, MovedFromIsEmpty) {
  Tensor x(Shape{2, 3}, 1), gradient(Shape{2, 3});
  Tensor y = std::move(x);
  EXPECT_EQ(y.shape(), Shape({2, 3}));
  EXPECT_EQ(x.shape(), Shape({0}));
  EXPECT_SAYS(Refused, "item: expected one element, got shape [0]", x.item());
  Tape tape;
  EXPECT_THROW(tape.leaf(x, gradient), Refused);
  x = std::move(y);
  EXPECT_EQ(numbers(x), Numbers(6, 1));
  EXPECT_EQ(y.size(), 0);
}

TEST(Tensor, HasOneIndexForEachAxis) {
  const Tensor cube(Shape{2, 3, 4}, noise(24, 1)), four(Shape{1, 2, 3, 4}, cube.span());
  for (Index i = 0; i < 2; ++i)
    for (Index j = 0; j < 3; ++j)
      for (Index k = 0; k < 4; ++k) {
        EXPECT_EQ(cube(i, j, k), cube[(i * 3 + j) * 4 + k]);
        EXPECT_EQ(four(0, i, j, k), cube(i, j, k));
      }
  Tensor row(Shape{3});
  row(1) = 2;
  EXPECT_EQ(row[1], 2);
  EXPECT_EQ(Tensor(Shape{}, Real{3})(), 3);
}

TEST(Tensor, RefusesIndicesOutOfRangeInCheckedBuilds) {
#ifdef DOXA_CHECKED
  using OutOfRange = std::out_of_range;
  Tensor x(Shape{2, 3});
  EXPECT_SAYS(OutOfRange, "tensor: index (5,7) of shape [2,3]", x(5, 7) = 1);
  EXPECT_SAYS(OutOfRange, "tensor: index (2,0) of shape [2,3]", x(2, 0));
  EXPECT_SAYS(OutOfRange, "tensor: index (0,-1) of shape [2,3]", x(0, -1));
  EXPECT_SAYS(OutOfRange, "tensor: index (0) of shape [2,3]", x(0));
  EXPECT_SAYS(OutOfRange, "tensor: index (0,0,0) of shape [2,3]", x(0, 0, 0));
  EXPECT_SAYS(OutOfRange, "tensor: index () of shape [2,3]", x());
  EXPECT_SAYS(OutOfRange, "tensor: index (6) of shape [2,3]", x[6]);
  EXPECT_SAYS(OutOfRange, "tensor: index (0) of shape [0]", Tensor(Shape{0})[0]);
  EXPECT_NO_THROW(x(1, 2) = x[5]);
#else
  GTEST_SKIP() << "this build does not check indices";
#endif
}

TEST(Tensor, CopiesAreIndependent) {
  Tensor a(Shape{2}, {1, 2}), b = a;
  b[0] = 7;
  EXPECT_EQ(a[0], 1);
  EXPECT_EQ(b[0], 7);
}

TEST(Tensor, OfNoAxesIsANumber) {
  EXPECT_EQ(Tensor().item(), 0);
  EXPECT_EQ(Tensor(Shape{}, Real{3}).item(), 3);
  EXPECT_EQ(Tensor(Shape{1, 1}, {4}).item(), 4);
  EXPECT_SAYS(Refused, "item: expected one element, got shape [2,1]", Tensor(Shape{2, 1}).item());
  EXPECT_SAYS(Refused, "item: expected one element, got shape [0]", Tensor(Shape{0}).item());
}

TEST(Tensor, WithAnEmptyAxisHasNoElements) {
  const Tensor x(Shape{3, 0});
  EXPECT_EQ(x.size(), 0);
  EXPECT_TRUE(x.span().empty());
}

TEST(Tensor, RefusesTheWrongNumberOfValues) {
  EXPECT_SAYS(Refused, "tensor: 3 values for shape [2,3]", Tensor(Shape{2, 3}, {1, 2, 3}));
}

TEST(Tensor, StartsOnACacheLine) {
  for (Index n = 1; n < 40; ++n)
    EXPECT_EQ(reinterpret_cast<std::uintptr_t>(Tensor(Shape{n}).data()) % 64, 0u);
}

}  // namespace
}  // namespace doxa
