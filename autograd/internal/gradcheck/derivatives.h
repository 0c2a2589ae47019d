#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "doxa/autograd/internal/gradcheck/checked_function.h"
#include "doxa/autograd/internal/gradcheck/verdict.h"

namespace doxa {

/// Compares the derivatives that a function's tape gives with numerical ones: each entry of the Jacobian, or
/// sums of them along random directions and a sample of the elements. See CheckMode.
class DerivativeCheck {
 public:
  /// `here` is the value of the function, `intermediate` the largest magnitude of a number on its tape.
  DerivativeCheck(CheckedFunction& function, const GradientCheckOptions& options, Philox& random,
                  std::vector<double> here, double intermediate);

  void jacobian(GradientReport& report);    ///< adds an entry for each element of the Jacobian
  void directions(GradientReport& report);  ///< adds entries for directions and for a sample of elements
  /// Adds an entry for the derivative of Σ v_i y_i along d, where v is random.
  void direction(std::string input, const Shape& shape, std::span<const double> d, GradientReport& report);

 private:
  using Numbers = std::vector<double>;

  GradientEntry product(std::size_t j, double analytic, const Tensor& v,
                        std::span<const GradientEntry> column,
                        const std::function<const Numbers&()>& unstable) const;
  // Where some of the elements `inputs` are at a kink of Σ v_i y_i together; entries[…].output is `output`.
  void ties(const Tensor& v, Index output, std::span<const std::size_t> inputs, std::span<const double> g,
            std::vector<GradientEntry>& entries);
  // A direction in which g is steeper than the function, whose sign is 1 if it is convex and -1 if concave.
  std::optional<Numbers> separating(const Tensor& v, std::span<const std::size_t> inputs,
                                    std::span<const double> g, double sign);
  Index sample_size(std::size_t leaf) const;
  void elements(GradientReport& report);
  struct WeightedSum;
  std::pair<GradientEntry, NumericalDerivative> element(WeightedSum& sum, std::size_t j);
  // Leaves open a derivative of 0 of Σ v_i y_i by element j if the tape is wrong where the sum is steep near by.
  void doubt_zero(GradientEntry& e, const NumericalDerivative& numeric, const Tensor& v, std::size_t j);

  Tensor unit(std::size_t output) const;                  // the cotangent that picks one output
  Tensor cotangent();                                     // random, or 1 if there is one output
  std::optional<Tensor> balanced(const Tensor& v) const;  // in units of each output; directions.cpp
  // How far the gradient of Σ v_i y_i moves if the inputs are rounded, element by element.
  Numbers instability(const Tensor& v, std::span<const double> g);
  Around around(double y, double largest, const Tensor& v) const;
  Numbers contracted(const Tensor& v) const;  // Σ v_i y_i
  double terms(const Tensor& v) const;        // Σ |v_i y_i|, whose rounding is that of the sum

  CheckedFunction& f_;
  const GradientCheckOptions& options_;
  Philox& random_;
  Numbers here_;
  double intermediate_;
};

/// Where to take samples along one input with the value x.
StepRange steps(double x, double terms = 0);
/// Of a step along a direction in several inputs, each of which is rounded.
StepRange direction_steps(double terms = 0);

/// How much of a gradient inconclusive entries may hold: see GradientReport::undecided. All of it if the
/// numerical derivative of one contradicts it, even if there are reasons not to trust that.
class Undecided {
 public:
  void add(const GradientEntry& entry, const NumericalDerivative& numeric);
  double share(double norm) const;  ///< of the gradient's norm; infinite if nothing is known

 private:
  bool any_ = false;
  double norm_ = 0;
};

double euclidean_norm(std::span<const double> g);
double largest_magnitude(std::span<const double> g);

}  // namespace doxa
