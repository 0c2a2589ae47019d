#pragma once

#include <functional>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "doxa/autograd/gradcheck.h"
#include "doxa/autograd/internal/gradcheck/numerical_derivative.h"

namespace doxa {

/// The function has changed the shape of an input. Not a std::exception: those that a function throws mean
/// that it is not defined there.
struct ShapeChanged {
  std::string text;
};

/// A function under check and its inputs. The elements of all inputs are numbered in one sequence. The
/// destructor restores the inputs.
class CheckedFunction {
 public:
  CheckedFunction(const std::function<Var(Tape&)>& function, std::span<const CheckedLeaf> leaves);
  ~CheckedFunction() { restore(); }
  CheckedFunction(const CheckedFunction&) = delete;
  CheckedFunction& operator=(const CheckedFunction&) = delete;

  const std::function<Var(Tape&)>& function() const { return function_; }
  std::size_t inputs() const { return first_.back(); }  ///< number of elements
  std::size_t outputs() const { return static_cast<std::size_t>(shape_.size()); }
  const Shape& output_shape() const { return shape_; }
  std::span<const CheckedLeaf> leaves() const { return leaves_; }
  std::size_t first(std::size_t leaf) const { return first_[leaf]; }  ///< number of its first element
  std::size_t leaf_of(std::size_t element) const;
  double input(std::size_t element) const;  ///< the value at which the function is checked

  /// y at the current inputs, evaluated without recording. Throws what the function throws, or ShapeChanged.
  std::vector<double> plain() const;
  /// The same with recording, on a cleared tape.
  Var record() { return record_on(cleared_tape()); }
  /// The same on a tape of the caller's choice, which may hold records already.
  Var record_on(Tape& tape) const;
  /// This function's own tape, without records. Until it is cleared again, leaves with the gradients in
  /// `constants` are bound to it as constants.
  Tape& cleared_tape(std::span<const Tensor* const> constants = {}) const;
  /// The gradient of Σ v_i y_i.
  std::vector<double> gradient(Var y, const Tensor& cotangent) const;
  std::vector<double> last_gradient() const;  ///< what the last backward left in the leaves' gradients
  /// Records, and then computes that gradient.
  std::vector<double> gradient(const Tensor& cotangent) { return gradient(record(), cotangent); }

  /// The same where each element of the inputs and of the cotangent is moved by up to four units in its last
  /// place, drawn from `random`. Not finite where the function throws.
  std::vector<double> gradient_nearby(const Tensor& cotangent, Philox random);
  /// The largest magnitude of the finite numbers on the tape.
  double largest_intermediate();
  /// By how much rounding a single number on the tape moves Σ v_i y_i: the largest product of a number's
  /// round-off and its adjoint.
  double effect_of_rounding(const Tensor& cotangent);

  Real& element(std::size_t element) const;
  GradientEntry entry(std::size_t element, double analytic = 0) const;  ///< to be judged
  void move_to(std::span<const double> x) const;                        ///< sets the inputs to other values
  void restore() const;  ///< sets the inputs to their first values again
  /// Inputs that the function or a rule has written to, by number. Looks, and restores them.
  const std::set<std::size_t>& written() const;

  /// F(x + t d), where d is one element, a direction, or the inputs themselves; NaN where the function
  /// throws.
  LineFunction along(std::size_t element);
  LineFunction along(std::span<const double> direction);
  LineFunction along_inputs();  ///< x (1 + t)
  /// Σ v_i f_i for the cotangent v.
  LineFunction contracted(LineFunction f, const Tensor& cotangent) const;

 private:
  Var call(Tape& tape) const;
  void plain_or_nan(std::span<double> y);

  const std::function<Var(Tape&)>& function_;
  std::span<const CheckedLeaf> leaves_;
  std::vector<std::size_t> first_;
  std::vector<Tensor> at_;
  Shape shape_;
  mutable Tape tape_;
  mutable std::set<std::size_t> written_;
};

/// The properties of gradients that do not hold: see check_gradients. `resolution` is that of
/// GradientCheckOptions. Restores the inputs.
std::vector<std::string> violated_properties(CheckedFunction& function, Philox& random,
                                             double resolution = 0);

}  // namespace doxa
