#pragma once

#include <cstdint>
#include <span>

#include "doxa/autograd/tensor.h"

namespace doxa {

class Tape;

// GCC 14 takes a view of a temporary Var's value for a dangling one; but the value belongs to the tape.
#if defined(__has_cpp_attribute) && __has_cpp_attribute(gnu::no_dangling)
#define DOXA_OF_THE_TAPE [[gnu::no_dangling]]
#else
#define DOXA_OF_THE_TAPE
#endif

/// A handle on one value of a tape: a few bytes, copied freely. It is good until its tape is cleared or
/// rewound past it; using it later throws std::logic_error (while the tape lives), never a silent wrong
/// number.
class Var {
 public:
  Var() = default;  ///< belongs to no tape; using it throws std::logic_error

  Tape& tape() const {
    if (!tape_) [[unlikely]]
      refuse();
    return *tape_;
  }
  Shape shape() const;
  Index size() const { return shape().size(); }
  int rank() const { return shape().rank(); }
  DOXA_OF_THE_TAPE std::span<const Real> value() const;
  Tensor tensor() const;  ///< a copy of the value
  Real item() const;      ///< the value of a Var with one element; throws std::invalid_argument otherwise
  bool needs_gradient() const;
  /// ∂loss/∂this after Tape::backward(loss); zero where the loss does not depend on it. Throws
  /// std::logic_error for a constant, before any backward, and for a value in between (neither a variable nor
  /// a leaf) unless Tape::keep_adjoints(true) was called before it.
  DOXA_OF_THE_TAPE std::span<const Real> adjoint() const;
  Tensor gradient() const;  ///< a copy of the adjoint

 private:
  friend class Tape;
  friend class Checkpoint;
  [[noreturn]] static void refuse();
  Var(Tape* tape, std::uint32_t node, std::uint32_t generation)
      : tape_(tape), node_(node), generation_(generation) {}

  Tape* tape_ = nullptr;
  std::uint32_t node_ = 0;
  std::uint32_t generation_ = 0;
};

#undef DOXA_OF_THE_TAPE

}  // namespace doxa
