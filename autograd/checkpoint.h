#pragma once

#include <array>
#include <concepts>
#include <initializer_list>
#include <new>
#include <span>
#include <stdexcept>
#include <type_traits>

#include "doxa/autograd/tape.h"

namespace doxa {

/// What checkpoint() is made of; see there.
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
    std::size_t input_count, output_count;
  };
  static void differentiate(Record& r, const Captures& c);
};

/// y = f(inputs), whose records are not kept: backward evaluates f again to differentiate it (Griewank &
/// Walther, "Evaluating Derivatives", 2nd ed., ch. 12). The value and the gradients are those of f; the tape
/// holds y alone, and during backward the records of one block at a time. A recurrence of T steps cut into √T
/// blocks needs O(√T) memory for one more evaluation; blocks may be nested.
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
/// may capture only what can be copied byte by byte (numbers, pointers, references to what outlives backward;
/// Vars recorded before), and it must compute the same each time: draw noise outside. Gradients reach the
/// inputs, whatever else of the tape f uses, and leaves that f binds. Throws std::invalid_argument for no
/// inputs.
template <std::invocable<std::span<const Var>> F>
auto checkpoint(F f, std::span<const Var> inputs) {
  static_assert(
      std::is_trivially_copyable_v<F>,
      "a recomputed block may capture only what can be copied byte by byte: numbers, pointers, references "
      "and Vars");
  using Result = std::invoke_result_t<F, std::span<const Var>>;
  if (inputs.empty()) throw std::invalid_argument("checkpoint: expected at least one input");
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
