// Handles: good until the tape is cleared or rewound past them, an exception ever after.

#include "doxa/autograd/var.h"

#include <gtest/gtest.h>

#include <functional>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

#include "doxa/autograd/ops.h"
#include "tests/support/thrown.h"

namespace doxa {

struct CountersOfTape {
  /// As if n records had been made and removed.
  static void add_records(Tape& tape, std::uint64_t n) { tape.run_.offset += n; }
  static void set_backwards(Tape& tape, std::uint32_t n) { tape.backward_ = n; }
};

namespace {

using Misuse = std::logic_error;

constexpr const char* stale = "var: its tape was cleared, or rewound past it";
constexpr const char* nowhere = "var: it belongs to no tape";

// Everything that can be done with a handle.
const std::vector<std::function<void(Var)>> uses = {
    [](Var x) { x.shape(); },
    [](Var x) { x.value(); },
    [](Var x) { x.tensor(); },
    [](Var x) { x.item(); },
    [](Var x) { x.needs_gradient(); },
    [](Var x) { x.adjoint(); },
    [](Var x) { x.gradient(); },
    [](Var x) { exp(x); },
    [](Var x) { x + x; },
    [](Var x) { x + Real{1}; },
    [](Var x) { sum(x); },
    [](Var x) { reshape(x, {1}); },
    [](Var x) { stop_gradient(x); },
    [](Var x) { std::ostringstream() << x; },
    [](Var x) { x += 1; },
    [](Var x) {
      concat({x, x}, 0);
    },
};

TEST(Var, OfNoTapeIsRefusedByEverything) {
  for (const auto& use : uses) EXPECT_SAYS(Misuse, nowhere, use(Var()));
  EXPECT_SAYS(Misuse, nowhere, Var().tape());
  Tape tape;
  const Var x = tape.variable(1);
  EXPECT_SAYS(Misuse, nowhere, tape.backward(Var()));
  EXPECT_SAYS(Misuse, nowhere, x + Var());
  EXPECT_SAYS(Misuse, nowhere, Var() + x);
}

TEST(Var, IsStaleAfterItsTapeWasCleared) {
  Tape tape;
  const Var x = tape.variable(Tensor(Shape{1}, Real{2}));
  tape.clear();
  for (const auto& use : uses) EXPECT_SAYS(Misuse, stale, use(x));
  EXPECT_SAYS(Misuse, stale, tape.backward(x));
  EXPECT_EQ(&x.tape(), &tape);
}

TEST(Var, StaysStaleWhenAnotherRecordTakesItsPlace) {
  Tape tape;
  const Var x = tape.variable(Tensor(Shape{1}, Real{2}));
  for (int step = 0; step < 100; ++step) {
    tape.clear();
    const Var y = tape.variable(Tensor(Shape{1}, Real{3}));
    EXPECT_EQ(y.item(), 3);
    EXPECT_SAYS(Misuse, stale, x.value());
    EXPECT_SAYS(Misuse, stale, x + y);
    EXPECT_SAYS(Misuse, stale, y + x);
  }
}

// 2³² records and 2³² backwards take minutes; so the counters are moved forward.
TEST(Var, StaysStaleAfterTheCountersPassed32Bits) {
  Tape tape;
  const Var old = tape.variable(1);
  tape.clear();
  CountersOfTape::add_records(tape, (std::uint64_t{1} << 32) - 1);
  const Var x = tape.variable(2);
  EXPECT_THROW(static_cast<void>(old.item()), std::logic_error);
  EXPECT_EQ(x.item(), 2);
}

TEST(Tape, DifferentiatesRightlyWhenTheCounterOfBackwardsStartsAgain) {
  Tape tape;
  const Var x = tape.variable(3), unused = tape.variable(5), early = exp(unused), y = square(x);
  CountersOfTape::set_backwards(tape, 0);
  tape.backward(early);  // is number 1, as the one after the counter's last will be
  CountersOfTape::set_backwards(tape, ~std::uint32_t{0});
  for (int i = 0; i < 3; ++i) {
    tape.backward(y);
    EXPECT_EQ(x.adjoint()[0], 6);
    EXPECT_EQ(unused.adjoint()[0], 0);
  }
}

// Every mark divides the records into those that stay and those that go, also among several runs of both.
TEST(Var, OfEveryRunIsFoundUntilItGoes) {
  Tape tape;
  std::vector<Var> alive, gone;
  std::vector<Tape::Mark> marks;
  for (int i = 0; i < 40; ++i) {
    alive.push_back(tape.variable(static_cast<Real>(i)));
    marks.push_back(tape.mark());
    gone.push_back(tape.variable(-1));
    tape.rewind(marks.back());
  }
  const auto expect_alive = [&](std::size_t n) {
    for (std::size_t i = 0; i < n; ++i) {
      EXPECT_EQ(alive[i].item(), static_cast<Real>(i));
      EXPECT_EQ(tape.position(alive[i]), i);
      EXPECT_EQ(tape.at(i).item(), static_cast<Real>(i));
    }
    for (std::size_t i = n; i < alive.size(); ++i)
      EXPECT_THROW(static_cast<void>(alive[i].item()), std::logic_error);
    for (const Var x : gone) EXPECT_THROW(static_cast<void>(x.item()), std::logic_error);
    for (std::size_t i = 0; i < marks.size(); ++i) EXPECT_EQ(tape.holds(marks[i]), i < n);
  };
  expect_alive(40);
  for (const std::size_t n : {31u, 30u, 7u, 1u}) {
    tape.rewind(marks[n - 1]);
    expect_alive(n);
    gone.push_back(tape.variable(-2));
    tape.rewind(marks[n - 1]);
    expect_alive(n);
  }
}

TEST(Var, IsStaleExactlyIfItCameAfterTheMarkRewoundTo) {
  Tape tape;
  const Var before = tape.variable(2);
  const Tape::Mark mark = tape.mark();
  const Var after = exp(before);
  tape.rewind(mark);
  EXPECT_EQ(before.item(), 2);
  EXPECT_SAYS(Misuse, stale, after.item());
  const Var instead = square(before);
  EXPECT_EQ(instead.item(), 4);
  EXPECT_SAYS(Misuse, stale, after.item());
}

TEST(Var, OfAnotherTapeIsRefused) {
  Tape one, other;
  const Var x = one.variable(Tensor(Shape{2}, {1, 2})), y = other.variable(Tensor(Shape{2}, {3, 4}));
  const std::size_t records = one.size();
  EXPECT_SAYS(Misuse, "add: operands on two different tapes", x + y);
  EXPECT_SAYS(Misuse, "concat: operands on two different tapes", concat({x, y}, 0));
  EXPECT_SAYS(Misuse, "var: it belongs to another tape", one.backward(sum(y)));
  EXPECT_SAYS(Misuse, "var: it belongs to another tape", one.view("view", y, {1}, 0));
  EXPECT_EQ(one.size(), records);
}

// What a handle tells may be kept while the tape grows.
TEST(Var, ItsShapeAndValueStayWhereTheyAreWhenMoreIsRecorded) {
  Tape tape;
  const Var x = tape.variable(Tensor(Shape{2, 3}, Real{1}));
  const Shape& shape = x.shape();
  const std::span<const Real> value = x.value();
  for (int i = 0; i < 10000; ++i) exp(x);
  EXPECT_EQ(shape, Shape({2, 3}));
  EXPECT_EQ(value.data(), x.value().data());
}

TEST(Var, SaysWhetherItNeedsAGradient) {
  Tape tape;
  const Var x = tape.variable(Tensor(Shape{2}, {1, 2})), c = tape.constant({2}, {3, 4});
  EXPECT_TRUE(x.needs_gradient());
  EXPECT_FALSE(c.needs_gradient());
  EXPECT_FALSE((c * c).needs_gradient());
  EXPECT_TRUE((c * x).needs_gradient());
  EXPECT_TRUE(reshape(x, {2, 1}).needs_gradient());
  EXPECT_FALSE(reshape(c, {2, 1}).needs_gradient());
  EXPECT_FALSE(stop_gradient(x).needs_gradient());
}

TEST(Var, AConstantHasNoAdjoint) {
  Tape tape;
  const Var x = tape.variable(3), c = tape.constant(2);
  tape.backward(x * c);
  for (const Var v : {c, c + c, stop_gradient(x)})
    EXPECT_SAYS(Misuse, "adjoint: a constant has none", v.adjoint());
}

// The backward of the step before says nothing about the values of this one.
TEST(Var, HasNoAdjointBeforeTheFirstBackwardOfTheStep) {
  Tape tape;
  for (int step = 0; step < 2; ++step) {
    tape.clear();
    const Var x = tape.variable(3);
    EXPECT_SAYS(Misuse, "adjoint: call Tape::backward first", x.adjoint());
    tape.backward(x);
  }
}

TEST(Var, ItemIsOfOneElementOnly) {
  Tape tape;
  EXPECT_EQ(tape.constant({1, 1}, {7}).item(), 7);
  const Var x = tape.constant(Tensor(Shape{2, 3}));
  EXPECT_SAYS(Refused, "item: expected one element, got shape [2,3]", x.item());
}

TEST(Var, CopiesOfValueAndGradientOutliveTheRecord) {
  Tape tape;
  const Var x = tape.variable(Tensor(Shape{2}, {1, 2}));
  tape.backward(sum(square(x)));
  const Tensor value = x.tensor(), gradient = x.gradient();
  tape.clear();
  tape.constant({2}, {8, 9});
  EXPECT_EQ(value[1], 2);
  EXPECT_EQ(gradient[1], 4);
}

// ---- printing -----------------------------------------------------------------------------------

std::string printed(Var x) {
  std::ostringstream out;
  out << x;
  return out.str();
}

TEST(Var, PrintsItsValueItsShapeAndWhetherItNeedsAGradient) {
  Tape tape;
  EXPECT_EQ(printed(tape.variable(Real(0.5))), "0.5 of shape [], needs gradient");
  EXPECT_EQ(printed(tape.constant({2, 2}, {1, 2, 3, -4})), "1 2 3 -4 of shape [2,2], constant");
  EXPECT_EQ(printed(tape.constant({3, 0}, Real{1})), "(empty) of shape [3,0], constant");
  EXPECT_EQ(printed(stop_gradient(tape.variable(3))), "3 of shape [], constant");
}

TEST(Var, PrintsTheEndsOfALongTensor) {
  Tape tape;
  const auto count = [](std::span<Real> all) {
    for (std::size_t i = 0; i < all.size(); ++i) all[i] = static_cast<Real>(i);
  };
  EXPECT_EQ(printed(tape.constant({8}, count)), "0 1 2 3 4 5 6 7 of shape [8], constant");
  EXPECT_EQ(printed(tape.constant({10, 100}, count)), "0 1 2 3 4 5 6 … 999 of shape [10,100], constant");
}

// ---- values written out -------------------------------------------------------------------------

TEST(Var, OfANumberOrOfAList) {
  Tape tape;
  const Var x = tape.variable(3), y = tape.constant({2}, {5, 7});
  EXPECT_EQ(x.shape(), Shape{});
  EXPECT_STREQ(tape.name(x), "variable");
  tape.backward(sum(x * x * y));
  EXPECT_EQ(x.gradient().item(), 6 * (5 + 7));
  EXPECT_SAYS(Refused, "constant: 1 values for shape [2]", tape.constant({2}, {1}));
}

}  // namespace
}  // namespace doxa
