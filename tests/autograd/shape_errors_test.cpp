// What a wrong shape says.

#include <gtest/gtest.h>

#include <array>
#include <functional>
#include <stdexcept>
#include <string>
#include <vector>

#include "doxa/autograd/ops.h"
#include "tests/support/thrown.h"

namespace doxa {
namespace {

Var of(Tape& tape, const Shape& shape) { return tape.variable(Tensor(shape)); }

struct Refusal {
  std::string text;
  std::function<void(Tape&)> op;
};

const std::vector<Refusal> refusals = {
    {"add: shapes do not broadcast: [2,3] and [2]",
     [](Tape& t) {
       of(t, {2, 3}) + of(t, {2});
     }},
    {"subtract: shapes do not broadcast: [2] and [3]", [](Tape& t) { of(t, {2}) - of(t, {3}); }},
    {"multiply: shapes do not broadcast: [4,1,3] and [2]",
     [](Tape& t) {
       of(t, {4, 1, 3}) * of(t, {2});
     }},
    {"divide: shapes do not broadcast: [0] and [2]", [](Tape& t) { of(t, {0}) / of(t, {2}); }},
    {"pow: shapes do not broadcast: [3] and [2]", [](Tape& t) { pow(of(t, {3}), of(t, {2})); }},
    {"matmul: inner dimensions differ: [32,8] x [16,4]",
     [](Tape& t) {
       matmul(of(t, {32, 8}), of(t, {16, 4}));
     }},
    {"affine: expected [m,k] x [k,n] + [n], got [2,3] x [4,5] + [5]",
     [](Tape& t) {
       affine(of(t, {2, 3}), of(t, {4, 5}), of(t, {5}));
     }},
    {"affine: expected [m,k] x [k,n] + [n], got [2,3], [3,1] x [4,5] + [5]",
     [](Tape& t) {
       affine(std::array{of(t, {2, 3}), of(t, {3, 1})}, of(t, {4, 5}), of(t, {5}));
     }},
    {"affine: expected [m,k] x [k,n] + [n], got [2,4] x [4,5] + [1,5]",
     [](Tape& t) {
       affine(of(t, {2, 4}), of(t, {4, 5}), of(t, {1, 5}));
     }},
    {"affine: expected [m,k] x [k,n] + [n], got  x [4,5] + [5]",
     [](Tape& t) {
       affine(std::span<const Var>(), of(t, {4, 5}), of(t, {5}));
     }},
    {"matmul: expected two matrices, got [3] x [3,2]",
     [](Tape& t) {
       matmul(of(t, {3}), of(t, {3, 2}));
     }},
    {"matmul: expected two matrices, got [2,3] x []",
     [](Tape& t) {
       matmul(of(t, {2, 3}), of(t, {}));
     }},
    {"matmul: inner dimensions differ: [2,3,4] x [3,2]",
     [](Tape& t) {
       matmul(of(t, {2, 3, 4}), of(t, {3, 2}));
     }},
    {"matmul: leading axes do not broadcast: [2,3,4] x [3,4,5]",
     [](Tape& t) {
       matmul(of(t, {2, 3, 4}), of(t, {3, 4, 5}));
     }},
    {"dot: expected two vectors of one length, got [3] and [4]",
     [](Tape& t) { dot(of(t, {3}), of(t, {4})); }},
    {"dot: expected two vectors of one length, got [1,3] and [1,3]",
     [](Tape& t) {
       dot(of(t, {1, 3}), of(t, {1, 3}));
     }},
    {"cholesky: expected a square matrix, got [2,3]",
     [](Tape& t) {
       cholesky(of(t, {2, 3}));
     }},
    {"cholesky: expected a square matrix, got [4]", [](Tape& t) { cholesky(of(t, {4})); }},
    {"solve_triangular: expected a square matrix, got [2,3]",
     [](Tape& t) {
       solve_triangular(of(t, {2, 3}), of(t, {2, 1}));
     }},
    {"solve_triangular: shapes do not fit: [2,2] \\ [3,1]",
     [](Tape& t) {
       solve_triangular(of(t, {2, 2}), of(t, {3, 1}));
     }},
    {"solve_triangular: shapes do not fit: [2,2] \\ [2]",
     [](Tape& t) {
       solve_triangular(of(t, {2, 2}), of(t, {2}));
     }},
    {"solve_triangular: leading axes do not broadcast: [2,2,2] x [3,2,1]",
     [](Tape& t) {
       solve_triangular(of(t, {2, 2, 2}), of(t, {3, 2, 1}));
     }},
    {"log_det_from_cholesky: expected a square matrix, got []",
     [](Tape& t) { log_det_from_cholesky(of(t, {})); }},
    {"sum: axis 1 of shape [2,3] is there twice",
     [](Tape& t) {
       sum(of(t, {2, 3}), {1, -1});
     }},
    {"sum: axis 2 is out of range for shape [2,3]",
     [](Tape& t) {
       sum(of(t, {2, 3}), 2);
     }},
    {"mean: axis -3 is out of range for shape [2,3]",
     [](Tape& t) {
       mean(of(t, {2, 3}), -3);
     }},
    {"logsumexp: axis 0 is out of range for shape []", [](Tape& t) { logsumexp(of(t, {}), 0); }},
    {"log_softmax: axis 1 is out of range for shape [5]", [](Tape& t) { log_softmax(of(t, {5}), 1); }},
    {"variance: axis 2 is out of range for shape [2,3]",
     [](Tape& t) {
       variance(of(t, {2, 3}), {0, 2});
     }},
    {"softmax: axis 0 of shape [2,3] is there twice",
     [](Tape& t) {
       softmax(of(t, {2, 3}), {0, 1, 0, 1, 0, 1});
     }},
    {"max: axis 3 is out of range for shape [2]", [](Tape& t) { max(of(t, {2}), 3); }},
    {"max: of no elements, in shape [0]", [](Tape& t) { max(of(t, {0})); }},
    {"min: of no elements, in shape [3,0]",
     [](Tape& t) {
       min(of(t, {3, 0}), -1);
     }},
    {"reshape: sizes differ: [2,3] to [4]",
     [](Tape& t) {
       reshape(of(t, {2, 3}), {4});
     }},
    {"transpose: expected at least two axes, got [3]", [](Tape& t) { transpose(of(t, {3})); }},
    {"permute: 2 axes for shape [2,3,4]",
     [](Tape& t) {
       permute(of(t, {2, 3, 4}), {1, 0});
     }},
    {"permute: axis 1 of shape [2,3,4] is there twice",
     [](Tape& t) {
       permute(of(t, {2, 3, 4}), {1, 0, -2});
     }},
    {"permute: axis 3 is out of range for shape [2,3,4]",
     [](Tape& t) {
       permute(of(t, {2, 3, 4}), {1, 0, 3});
     }},
    {"broadcast_to: [2,3] does not broadcast to [3,2]",
     [](Tape& t) {
       broadcast_to(of(t, {2, 3}), {3, 2});
     }},
    {"broadcast_to: [1,3] does not broadcast to [3]",
     [](Tape& t) {
       broadcast_to(of(t, {1, 3}), {3});
     }},
    {"slice: range [1,4) of axis 1 of shape [5,3]",
     [](Tape& t) {
       slice(of(t, {5, 3}), -1, 1, 4);
     }},
    {"slice: range [-1,2) of axis 0 of shape [5,3]",
     [](Tape& t) {
       slice(of(t, {5, 3}), 0, -1, 2);
     }},
    {"slice: range [2,1) of axis 0 of shape [5,3]",
     [](Tape& t) {
       slice(of(t, {5, 3}), 0, 2, 1);
     }},
    {"slice: axis 2 is out of range for shape [5,3]",
     [](Tape& t) {
       slice(of(t, {5, 3}), 2, 0, 1);
     }},
    {"concat: shapes differ beyond axis 1: [2,3] and [4,3]",
     [](Tape& t) {
       concat({of(t, {2, 3}), of(t, {4, 3})}, 1);
     }},
    {"concat: shapes differ beyond axis 0: [2,3] and [3]",
     [](Tape& t) {
       concat({of(t, {2, 3}), of(t, {3})}, 0);
     }},
    {"concat: axis 0 is out of range for shape []",
     [](Tape& t) {
       concat({of(t, {}), of(t, {})}, 0);
     }},
    {"concat: no parts", [](Tape&) { concat(std::span<const Var>{}, 0); }},
    {"stack: no parts", [](Tape&) { stack(std::span<const Var>{}, 0); }},
    {"stack: shapes differ: [2,3] and [3,2]",
     [](Tape& t) {
       stack({of(t, {2, 3}), of(t, {3, 2})}, 0);
     }},
    {"stack: axis 2 is out of range for shapes [4]",
     [](Tape& t) {
       stack({of(t, {4}), of(t, {4})}, 2);
     }},
    {"stack: axis -3 is out of range for shapes [4]",
     [](Tape& t) {
       stack({of(t, {4}), of(t, {4})}, -3);
     }},
    {"stack: no room for an axis beside those of [1,2,1,2]",
     [](Tape& t) {
       stack({of(t, {1, 2, 1, 2})}, 0);
     }},
    {"split: sizes add up to 4, not to axis 1 of shape [2,3]",
     [](Tape& t) {
       split(of(t, {2, 3}), {1, 3}, -1);
     }},
    {"split: axis 0 of shape [7] does not divide into 2 equal parts",
     [](Tape& t) { split<2>(of(t, {7}), 0); }},
    {"split: axis 1 is out of range for shape [7]", [](Tape& t) { split<2>(of(t, {7}), 1); }},
    {"take: axis 1 is out of range for shape [3]",
     [](Tape& t) { take(of(t, {3}), std::array<Index, 1>{0}, 1); }},
    {"take: index 2 is out of range for shape [2,3]",
     [](Tape& t) {
       take(of(t, {2, 3}), std::array<Index, 2>{1, 2});
     }},
    {"one_hot: index 3 is out of range for shape [2,3]",
     [](Tape& t) {
       one_hot(t, std::array<Index, 2>{0, 3}, 3);
     }},
    {"straight_through: shapes differ: [2] and [1,2]",
     [](Tape& t) {
       straight_through(of(t, {2}), of(t, {1, 2}));
     }},
    {"gather: expected at least one axis, got []",
     [](Tape& t) { gather(of(t, {}), std::array<Index, 1>{0}); }},
    {"gather: 1 indices for shape [2,3]",
     [](Tape& t) {
       gather(of(t, {2, 3}), std::array<Index, 1>{0});
     }},
    {"gather: index 3 is out of range for shape [2,3]",
     [](Tape& t) {
       gather(of(t, {2, 3}), std::array<Index, 2>{0, 3});
     }},
    {"gather: index -1 is out of range for shape [2,3]",
     [](Tape& t) {
       gather(of(t, {2, 3}), std::array<Index, 2>{-1, 0});
     }},
};

TEST(ShapeErrors, NameTheOpAndTheShapes) {
  for (const Refusal& r : refusals) {
    Tape tape;
    EXPECT_EQ(thrown<std::invalid_argument>([&] { r.op(tape); }), r.text);
  }
}

TEST(ShapeErrors, NameTheOpenScopes) {
  for (const Refusal& r : refusals) {
    Tape tape;
    const Scope encoder(tape, "encoder"), layer(tape, "layer1");
    const bool tells_the_tape = !r.text.ends_with("no parts");  // without an operand there is no tape to ask
    EXPECT_EQ(thrown<std::invalid_argument>([&] { r.op(tape); }),
              (tells_the_tape ? "encoder/layer1: " : "") + r.text);
  }
}

TEST(ShapeErrors, OfTheTapeItselfNameTheOpenScopes) {
  Tape tape;
  const Scope scope(tape, "loss");
  const Var x = tape.variable(Tensor(Shape{2}));
  Tensor three(Shape{3}), two(Shape{2});
  const auto refused = [](auto f) { return thrown<std::invalid_argument>(f); };
  EXPECT_EQ(refused([&] { tape.backward(x); }),
            "loss: backward: expected a loss with one element, got shape [2]");
  EXPECT_EQ(refused([&] { tape.backward(x, three); }),
            "loss: backward: the cotangent has shape [3], expected [2]");
  EXPECT_EQ(refused([&] { x.item(); }), "loss: item: expected one element, got shape [2]");
  EXPECT_EQ(refused([&] { tape.leaf(two, three); }),
            "loss: leaf: value and gradient differ in shape: [2] and [3]");
  EXPECT_EQ(refused([&] { tape.view("part", x, {2}, 1); }),
            "loss: part: [2] at offset 1 does not lie inside [2]");
  EXPECT_EQ(thrown<std::domain_error>([&] {
              cholesky(tape.constant({1, 1}, Real{-1}));
            }),
            "loss: cholesky: [1,1] is not positive definite: pivot 0");
}

TEST(ShapeErrors, LeaveTheTapeUsable) {
  Tape tape;
  const Var x = tape.variable(Tensor(Shape{2}, {1, 2}));
  for (const Refusal& r : refusals) EXPECT_THROW(r.op(tape), std::invalid_argument);
  tape.backward(sum(square(x)));
  EXPECT_EQ(x.adjoint()[1], 4);
}

}  // namespace
}  // namespace doxa
