#pragma once

#include <compare>
#include <cstdint>
#include <iosfwd>
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
  const Shape& shape() const;  ///< good as long as the handle
  Index size() const { return shape().size(); }
  int rank() const { return shape().rank(); }
  DOXA_OF_THE_TAPE std::span<const Real> value() const;
  Tensor tensor() const;  ///< a copy of the value
  Real item() const;      ///< the value of a Var with one element; throws std::invalid_argument otherwise
  bool needs_gradient() const;
  /// ∂loss/∂this after Tape::backward(loss); zero where the loss does not depend on it. Throws
  /// std::logic_error for a constant, before the first backward, and for an intermediate value (neither a
  /// variable nor a leaf) unless Tape::keep_adjoints(true) was called before the backward.
  DOXA_OF_THE_TAPE std::span<const Real> adjoint() const;
  Tensor gradient() const;  ///< a copy of the adjoint

  // There are no comparisons on purpose: a Var is a tensor, and `a < b` could mean one bool, or a tensor of 0
  // and 1 without a gradient.
  friend bool operator==(Var, Var) = delete;                     // compare numbers: a.item() == b.item()
  friend bool operator==(Var, Real) = delete;                    // compare numbers: a.item() == b
  friend std::partial_ordering operator<=>(Var, Var) = delete;   // compare numbers: a.item() < b.item()
  friend std::partial_ordering operator<=>(Var, Real) = delete;  // compare numbers: a.item() < b

 private:
  friend class Tape;
  friend class Checkpoint;
  [[noreturn]] static void refuse();
  Var(Tape* tape, std::uint64_t serial) : tape_(tape), serial_(serial) {}

  Tape* tape_ = nullptr;
  std::uint64_t serial_ = 0;  // of its record: see Tape::Run
};

#undef DOXA_OF_THE_TAPE

/// Prints the value, its shape and whether it needs a gradient: "1 2 3 4 of shape [2,2], needs gradient", or
/// "0.5 of shape [], constant". Of more than eight elements the first seven and the last are shown. Throws
/// std::logic_error for a stale handle.
std::ostream& operator<<(std::ostream& out, Var x);

}  // namespace doxa
