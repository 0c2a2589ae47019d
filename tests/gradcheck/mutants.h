#pragma once

#include <functional>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "doxa/autograd/random.h"
#include "inputs.h"

namespace doxa {

/// y = f(x) evaluated once, and then v ↦ vᵀ ∂y/∂x_k as often as asked, all from the same tape.
class Pullback {
 public:
  Pullback(const TensorFunction& f, std::span<const Tensor> inputs);
  const Tensor& value() const { return value_; }
  /// One tensor an input; v has the shape of y.
  std::vector<Tensor> operator()(const Tensor& v);

 private:
  Tape tape_;
  std::vector<Var> x_;
  Var y_;
  Tensor value_;
};

/// x ↦ f(x), without gradients.
class Forward {
 public:
  explicit Forward(const TensorFunction& f) : f_(f) {}
  Tensor operator()(std::span<const Tensor> inputs);

 private:
  TensorFunction f_;
  Tape tape_;
  std::vector<Var> x_;
};

/// ∂y_m/∂x_n with all inputs one after another: entries [M,N], and those of input k start at column first[k].
struct Jacobian {
  Shape output;
  std::vector<Shape> inputs;
  std::vector<Index> first;
  Tensor entries;
  Index rows() const { return entries.shape()[0]; }
  Index columns() const { return entries.shape()[1]; }
};

/// What the tape says it is: row m is the pullback of the unit cotangent e_m.
Jacobian analytic_jacobian(const TensorFunction& f, std::span<const Tensor> inputs);

/// How a rule is wrong. As it stands, it is right: the pullback of `value`.
struct WrongRule {
  TensorFunction value;                                       ///< what the op computes
  TensorFunction differentiated;                              ///< what its rule believes that it computes
  std::function<void(Jacobian&)> corrupt = [](Jacobian&) {};  ///< of what the rule multiplies v with
  enum class Cotangent { itself, ones, magnitude };
  Cotangent cotangent = Cotangent::itself;
  bool at_output = false;   ///< differentiates at x_0 = f(x)
  bool assigns = false;     ///< to the operands' adjoints, instead of adding
  bool resets = true;       ///< false: a second backward from the same tape adds the first one's gradient
  std::size_t operand = 0;  ///< to whose gradient `offset` is added
  Real offset = 0;

  explicit WrongRule(TensorFunction f) : value(f), differentiated(std::move(f)) {}
};

/// One record with the value of rule.value and the gradient that the rule gives. The function keeps the rule
/// alive, so it must outlive the tapes it was called on.
TensorFunction with_rule(WrongRule rule);

/// A correct function whose gradient the mutation study corrupts.
struct Subject {
  std::string name;
  TensorFunction function;
  std::function<std::vector<Tensor>(Philox&)> draw;  ///< random inputs, not near a kink
  /// Expressions of the same value with a stop_gradient in a wrong place inside.
  std::vector<TensorFunction> stopped = {};
};

/// Representative ops, distributions and layers, with few inputs and outputs and more than one axis where
/// they can have several, at standard normal inputs.
std::vector<Subject> mutation_subjects();

/// Functions whose Jacobian entries span many orders of magnitude, or whose values are far larger than what
/// changes in them: of the smallest entries a difference of values may hold too few digits to judge.
std::vector<Subject> wide_range_subjects();

/// The ways in which the mutants' gradients are wrong.
enum class Defect {
  sign,                 ///< of the gradient of one input
  factor_two,           ///< on the gradient of one input
  factor_fine,          ///< 1 + finest_error on the gradient of one input
  dropped_sum,          ///< of what an input's entry adds to several outputs, only the first counts
  transposed,           ///< the gradient of one matrix is written in the order of its transpose
  permuted,             ///< the entries of one gradient in a random order
  entry,                ///< one Jacobian entry off by up to its double
  entry_fine,           ///< one Jacobian entry off by finest_error of itself
  missing_term,         ///< of the product rule: (f w)' = f' w
  offset,               ///< a constant added to one gradient, whatever the cotangent
  jacobian_offset,      ///< a constant added to every Jacobian entry of one input
  assigned,             ///< the adjoint is assigned to, not added to, and its operand is used twice
  stopped,              ///< a stop_gradient in the wrong place
  shifted,              ///< the gradient of one input one place off along an axis
  exchanged,            ///< two inputs of one shape receive each other's gradient
  output_for_input,     ///< the derivative is taken at f(x) instead of x
  last_output_missed,   ///< the cotangent of the last output is not read
  cotangent_ignored,    ///< a cotangent of ones is used
  cotangent_magnitude,  ///< |v| is used for v
  rounded,              ///< each Jacobian entry rounded to 11 significant bits, as TF32 arithmetic does
  not_reset,            ///< a second backward from the same tape adds to the first
};

std::span<const Defect> defects();
const char* name(Defect defect);

/// The relative error that the finest defects have: 1e-6 in double precision. In single precision, the same
/// multiple of u^(2/5), which is what an extrapolated difference can be expected to resolve.
inline constexpr double finest_error = std::numeric_limits<Real>::digits == 53 ? 1e-6 : 3e-3;

/// A function twice: with its gradient and with a wrong one.
struct Mutant {
  TensorFunction right, wrong;
};

/// The subject's function with this defect; what the defect leaves open (which input, which entry) is drawn
/// from `random`. Nothing if the defect does not apply to the function or its gradient at these inputs does
/// not differ from the right one by finest_error of any entry.
std::optional<Mutant> mutant(const Subject& subject, Defect defect, std::span<const Tensor> inputs,
                             Philox& random);

}  // namespace doxa
