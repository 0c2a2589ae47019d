#pragma once

#include "doxa/autograd/kernels/kernels.h"
#include "doxa/autograd/shape.h"

namespace doxa {

class Tape;

/// One line of the tape as its op's rules see it: the value y = f(x_0, x_1, …), the adjoint g = ∂loss/∂y, and
/// the same of each operand. The forward rule writes value(); the backward rule ADDS g ∂y/∂x_i to adjoint(i),
/// never assigns: an operand may be used elsewhere too, or be the same as another.
class Record {
 public:
  Shape shape() const;
  Index size() const;
  Real* value() const;
  const Real* adjoint() const;  ///< backward only

  int operands() const;
  Shape shape(int operand) const;
  Index size(int operand) const { return shape(operand).size(); }
  const Real* value(int operand) const;
  /// False: nobody asks for this operand's gradient. adjoint(operand) is then scratch memory, harmless to
  /// write to; asking first saves the work.
  bool needs_gradient(int operand) const;
  Real* adjoint(int operand) const;  ///< backward only
  /// For a rule that computes all that it adds to an operand's adjoint in one go. False: nothing has been
  /// added to it yet, and the rule must set every element of it instead, of which the memory is not
  /// initialised.
  bool accumulates(int operand) const;
  /// n uninitialised numbers to work with until this rule returns. All rules share the memory, so it is warm.
  Real* workspace(Index n) const;

  Tape& tape() const { return *tape_; }
  const Kernels& kernels() const;

 private:
  friend class Tape;
  friend class Checkpoint;
  Record(Tape* tape, std::uint32_t node) : tape_(tape), node_(node) {}
  Tape* tape_;
  std::uint32_t node_;
};

}  // namespace doxa
