#pragma once

#include <concepts>
#include <initializer_list>
#include <new>
#include <span>
#include <type_traits>

#include "doxa/autograd/tape.h"

namespace doxa {

/// The parts of checkpoint() that do not depend on the type of the function.
class Checkpoint {
 public:
  using Block = void (*)(const void* f, std::span<const Var> inputs, Var* outputs);
  static void record(Tape& tape, Block block, const void* f, std::span<const Var> inputs,
                     std::span<Var> outputs);

 private:
  struct Captures {
    Block block;
    const void* f;
    const Var* inputs;
    const Shape* shapes;  // of the outputs
    std::size_t input_count, output_count;
  };
  static void record_from(Tape& tape, Block block, const void* f, std::span<const Var> inputs,
                          std::span<Var> outputs);
  static void differentiate(Record& r, const Captures& c);
};

/// y = f(inputs) without keeping the records of f: backward evaluates f again to differentiate it (Griewank &
/// Walther, "Evaluating Derivatives", 2nd ed., ch. 12). The value and the gradients are those of f; the tape
/// holds y alone, and during backward the records of one block at a time. A recurrence of T steps that is cut
/// into √T blocks needs O(√T) memory, at the price of one more evaluation. Blocks may be nested.
///
///   Var h = …;                                   // a state [batch, width]
///   for (int block = 0; block < 64; ++block)
///     h = checkpoint([&cell, block](std::span<const Var> in) {
///       Var x = in[0];
///       for (int k = 0; k < 64; ++k) x = cell(x, 64 * block + k);
///       return x;
///     }, {h});
///
/// f takes std::span<const Var> and returns a Var or a std::array of them. It is copied onto the tape, so it
/// may capture only what can be copied byte by byte: numbers, Vars recorded before, pointers and references
/// to what outlives backward. It must compute the same each time, so draw noise outside of it: backward
/// throws std::logic_error if an output has another shape or another bit than when f was evaluated first.
/// Gradients reach the inputs, everything else on the tape that f uses, and leaves that f binds. Throws
/// std::invalid_argument if there are no inputs.
template <std::invocable<std::span<const Var>> F>
auto checkpoint(F f, std::span<const Var> inputs) {
  static_assert(
      std::is_trivially_copyable_v<F>,
      "a recomputed block may capture only what can be copied byte by byte: numbers, pointers, references "
      "and Vars");
  using Result = std::invoke_result_t<F, std::span<const Var>>;
  if (inputs.empty()) throw argument_error("checkpoint", "expected at least one input");
  Tape& tape = inputs[0].tape();
  const void* kept = new (tape.scratch<F>(1)) F(f);
  const Checkpoint::Block block = [](const void* function, std::span<const Var> in, Var* out) {
    const Result result = (*static_cast<const F*>(function))(in);
    if constexpr (std::is_same_v<Result, Var>)
      *out = result;
    else
      for (const Var y : result) *out++ = y;
  };
  if constexpr (std::is_same_v<Result, Var>) {
    Var output;
    Checkpoint::record(tape, block, kept, inputs, {&output, 1});
    return output;
  } else {
    Result outputs;
    Checkpoint::record(tape, block, kept, inputs, outputs);
    return outputs;
  }
}

template <std::invocable<std::span<const Var>> F>
auto checkpoint(F f, std::initializer_list<Var> inputs) {
  return checkpoint(f, std::span<const Var>(inputs.begin(), inputs.size()));
}

}  // namespace doxa
