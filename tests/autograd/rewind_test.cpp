// Marks, evaluations, and the memory that a loop over them keeps.

#include <gtest/gtest.h>

#include <array>
#include <cstdint>
#include <stdexcept>
#include <vector>

#include "doxa/autograd/internal/arena.h"
#include "doxa/autograd/ops.h"
#include "tests/support/numbers.h"
#include "tests/support/thrown.h"

namespace doxa {
namespace {

using Misuse = std::logic_error;

constexpr const char* passed = "rewind: the tape was already cleared, or rewound past the mark";

TEST(Rewind, KeepsEarlierValuesAndTheirGradients) {
  Tape tape;
  const Var x = number(tape, 3), y = square(x);
  for (int i = 0; i < 10; ++i) {
    const Tape::Mark mark = tape.mark();
    const Var z = exp(y) + x;
    tape.backward(z);
    tape.rewind(mark);
    EXPECT_EQ(y.item(), 9);
  }
  tape.backward(y * x);
  EXPECT_EQ(x.adjoint()[0], 27);  // 3 x²
}

TEST(Rewind, BringsBackTheSameMemory) {
  Tape tape;
  const Var x = number(tape, 3);
  const Tape::Mark mark = tape.mark();
  const Real* first = exp(x).value().data();
  tape.rewind(mark);
  EXPECT_EQ(exp(x).value().data(), first);
}

TEST(Rewind, ToAMarkTwiceIsAllowedPastItIsNot) {
  Tape tape;
  number(tape, 1);
  const Tape::Mark outer = tape.mark();
  number(tape, 2);
  const Tape::Mark inner = tape.mark();
  number(tape, 3);
  tape.rewind(inner);
  tape.rewind(inner);
  EXPECT_EQ(tape.size(), 2u);
  tape.rewind(outer);
  EXPECT_EQ(tape.size(), 1u);
  EXPECT_SAYS(Misuse, passed, tape.rewind(inner));
  number(tape, 4);  // the record that the mark stood behind is another one now
  EXPECT_SAYS(Misuse, passed, tape.rewind(inner));
  tape.clear();
  EXPECT_SAYS(Misuse, passed, tape.rewind(outer));
}

// Between the two marks lies memory without records.
TEST(Rewind, PastAMarkOfMemoryAloneEndsIt) {
  Tape tape;
  const Tape::Mark first = tape.mark();
  tape.scratch<Real>(100);
  const Tape::Mark second = tape.mark();
  EXPECT_TRUE(tape.holds(second));
  tape.rewind(first);
  EXPECT_FALSE(tape.holds(second));
  EXPECT_THROW(tape.rewind(second), std::logic_error);
}

TEST(Rewind, RefusesTheMarkOfAnotherTape) {
  Tape one, other;
  const Var x = number(one, 1);
  number(other, 2);
  const Tape::Mark mark = other.mark();
  number(one, 3);
  EXPECT_THROW(one.rewind(mark), Misuse);
  EXPECT_EQ(x.item(), 1);
}

TEST(Rewind, UnbindsTheLeavesBoundSince) {
  Tape tape;
  Tensor a(Shape{}, Real{2}), b(Shape{}, Real{3}), ga(Shape{}), gb(Shape{});
  const Var x = tape.leaf(a, ga);
  const Tape::Mark mark = tape.mark();
  tape.leaf(b, gb);
  tape.rewind(mark);
  gb[0] = 77;
  const Var loss = square(tape.leaf(a, ga));
  EXPECT_EQ(tape.size(), 2u);  // a was still bound
  tape.backward(loss);
  EXPECT_EQ(ga[0], 4);
  EXPECT_EQ(gb[0], 77);  // b no longer belongs to the tape
  tape.backward(x * tape.leaf(b, gb));
  EXPECT_EQ(gb[0], 2);
}

// ---- evaluation ---------------------------------------------------------------------------------

TEST(Evaluation, ComputesTheSameValuesWithoutGradientAndLeavesNothing) {
  Tape tape;
  Tensor value(Shape{}, Real{2}), gradient(Shape{});
  const Var x = number(tape, 3), expected = tanh(x) * tape.leaf(value, gradient);
  const std::size_t records = tape.size(), bytes = tape.bytes_used();
  {
    const Evaluation evaluation(tape);
    const Var y = tanh(x) * tape.leaf(value, gradient);
    EXPECT_EQ(y.item(), expected.item());
    EXPECT_FALSE(y.needs_gradient());
    EXPECT_FALSE(reshape(x, {1}).needs_gradient());
    EXPECT_FALSE(number(tape, 1).needs_gradient());
  }
  EXPECT_EQ(tape.size(), records);
  EXPECT_EQ(tape.bytes_used(), bytes);
  EXPECT_TRUE(exp(x).needs_gradient());
}

TEST(Evaluation, Nests) {
  Tape tape;
  const Var x = number(tape, 3);
  {
    const Evaluation outer(tape);
    const Var y = square(x);
    {
      const Evaluation inner(tape);
      EXPECT_FALSE(exp(y).needs_gradient());
    }
    EXPECT_EQ(y.item(), 9);
    EXPECT_FALSE(exp(y).needs_gradient());
  }
  EXPECT_TRUE(exp(x).needs_gradient());
  EXPECT_EQ(tape.size(), 2u);
}

TEST(Evaluation, EndsWhenAnExceptionLeavesIt) {
  Tape tape;
  const Var x = number(tape, 3);
  EXPECT_THROW(
      {
        const Evaluation evaluation(tape);
        reshape(exp(x), {2});
      },
      Refused);
  EXPECT_EQ(tape.size(), 1u);
  EXPECT_TRUE(exp(x).needs_gradient());
}

TEST(Evaluation, SurvivesATapeClearedWithinIt) {
  Tape tape;
  number(tape, 3);
  {
    const Evaluation evaluation(tape);
    tape.clear();
    EXPECT_FALSE(exp(number(tape, 1)).needs_gradient());
  }
  EXPECT_TRUE(number(tape, 1).needs_gradient());
}

// ---- memory -------------------------------------------------------------------------------------

Var step(Tape& tape, const Tensor& w, Tensor& gradient, Index width) {
  const Var x = tape.constant({width, 3}, Real(0.5));
  return sum(tanh(matmul(x, tape.leaf(w, gradient))));
}

TEST(Memory, OfARepeatedStepIsThatOfTheFirst) {
  Tape tape;
  const Tensor w(Shape{3, 400}, Real(0.1));
  Tensor gradient(w.shape());
  tape.backward(step(tape, w, gradient, 50));
  const std::size_t owned = tape.bytes(), used = tape.bytes_used();
  for (int i = 0; i < 20; ++i) {
    tape.clear();
    EXPECT_EQ(tape.size(), 0u);
    EXPECT_EQ(tape.bytes_used(), 0u);
    tape.backward(step(tape, w, gradient, 50));
    EXPECT_EQ(tape.bytes(), owned);
    EXPECT_EQ(tape.bytes_used(), used);
  }
}

TEST(Memory, OfALongEvaluationDoesNotGrow) {
  Tape tape;
  const Tensor w(Shape{3, 4}, Real(0.1));
  Tensor gradient(w.shape());
  step(tape, w, gradient, 5);
  std::size_t owned = 0;
  for (int i = 0; i < 1000; ++i) {
    const Evaluation evaluation(tape);
    step(tape, w, gradient, 5);
    if (i == 0) owned = tape.bytes();
    ASSERT_EQ(tape.bytes(), owned);
  }
}

TEST(Memory, OfEveryValueStartsOnACacheLine) {
  Tape tape;
  tape.keep_adjoints(true);
  for (Index n = 0; n < 100; ++n) {
    const Var x = tape.variable(Tensor(Shape{n})), y = exp(x);
    tape.backward(sum(y));
    for (const void* p : std::array<const void*, 4>{x.value().data(), y.value().data(), x.adjoint().data(),
                                                    y.adjoint().data()})
      EXPECT_EQ(reinterpret_cast<std::uintptr_t>(p) % 64, 0u);
  }
}

TEST(Arena, HandsOutMemoryThatDoesNotOverlapOrMove) {
  Arena arena;
  std::vector<std::byte*> blocks;
  const auto size = [](std::size_t i) { return (i * 7919) % 5000 + (i % 100 == 0 ? 200000 : 0); };
  for (int round = 0; round < 3; ++round) {
    arena.rewind({});
    blocks.clear();
    for (std::size_t i = 0; i < 500; ++i) {
      blocks.push_back(static_cast<std::byte*>(arena.allocate(size(i))));
      EXPECT_EQ(reinterpret_cast<std::uintptr_t>(blocks.back()) % 64, 0u);
      std::fill_n(blocks.back(), size(i), static_cast<std::byte>(i % 251));
    }
    for (std::size_t i = 0; i < blocks.size(); ++i)
      for (std::size_t j = 0; j < size(i); ++j) ASSERT_EQ(blocks[i][j], static_cast<std::byte>(i % 251));
  }
}

TEST(Arena, OwnsNoMoreAfterTheSameRequestsAgain) {
  Arena arena;
  std::size_t owned = 0;
  for (int round = 0; round < 5; ++round) {
    arena.rewind({});
    EXPECT_EQ(arena.used(), 0u);
    for (std::size_t i = 0; i < 300; ++i) arena.allocate((i * 7919) % 9000);
    if (round == 0) owned = arena.capacity();
    EXPECT_EQ(arena.capacity(), owned);
    EXPECT_LE(arena.used(), owned);
  }
}

// A request larger than every chunk gets a chunk of its size, and the same one after a rewind.
TEST(Arena, FillsAChunkToItsEndAgain) {
  for (const std::size_t bytes : {std::size_t{1} << 16, std::size_t{1} << 20, 64 * std::size_t{3333333}}) {
    Arena arena;
    std::byte* first = static_cast<std::byte*>(arena.allocate(bytes));
    arena.allocate(0);
    const std::size_t owned = arena.capacity();
    for (int round = 0; round < 3; ++round) {
      arena.rewind({});
      EXPECT_EQ(arena.allocate(bytes), first);
      arena.allocate(0);
      EXPECT_EQ(arena.capacity(), owned);
    }
  }
}

// Back where a block was taken, the same request gives the same block; also at the ends of chunks, and of no bytes.
TEST(Arena, GoesBackToWhereABlockWasTaken) {
  Arena arena;
  const auto size = [](std::size_t i) { return i % 3 == 0 ? 0 : 64 * ((i * 7919) % 400); };
  std::vector<void*> blocks;
  for (std::size_t i = 0; i < 300; ++i) blocks.push_back(arena.allocate(size(i)));
  for (std::size_t i = 300; i-- > 0;) {
    arena.rewind(arena.position_of(blocks[i]));
    EXPECT_EQ(arena.allocate(size(i)), blocks[i]);
    arena.rewind(arena.position_of(blocks[i]));
  }
  EXPECT_EQ(arena.used(), 0u);
}

}  // namespace
}  // namespace doxa
