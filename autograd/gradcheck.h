#pragma once

#include <concepts>
#include <cstdint>
#include <functional>
#include <limits>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "doxa/autograd/random.h"
#include "doxa/autograd/tape.h"

namespace doxa {

/// How a derivative compares with a numerical one; from good to bad.
enum class Verdict {
  pass,          ///< equal, and a relative error of `resolution_limit` would have been seen
  kink,          ///< the limits from the left and from the right differ, and it lies between them
  inconclusive,  ///< the numerical derivative cannot tell: it is not a pass
  fail,          ///< they differ by more than the numerical derivative can be wrong
};
const char* to_string(Verdict verdict);

/// How many times its error estimate a numerical derivative may be off.
inline constexpr double ratio_limit = 10;
/// 2 u^(2/5), u the unit round-off of Real: 8.3e-7 in double precision. A relative error of a derivative above
/// it never passes.
extern const double resolution_limit;

/// One derivative: of an output, or of F = Σ v_i y_i for a random cotangent v, with respect to one element of
/// an input or along a random direction.
struct GradientEntry {
  std::string input;           ///< its name; of a direction, the inputs it moves
  Shape shape;                 ///< of the input
  Index index = 0;             ///< of the element, in row-major order; -1: a direction
  Shape output_shape;          ///< of y
  Index output = -1;           ///< of the element of y; -1: F
  double analytic = 0;         ///< from the tape
  double numeric = 0;          ///< extrapolated central difference; between `left` and `right` at a kink
  double error = 0;            ///< what the numeric value may be off by
  double left = 0, right = 0;  ///< one-sided limits; equal to `numeric` where there is no kink
  Verdict verdict = Verdict::pass;

  bool at_kink() const { return left != right; }
  /// How far the analytic value is off, in estimated errors: |analytic - numeric| / error, or its distance to
  /// the interval between the one-sided limits over the error.
  double ratio() const;
  std::string input_element() const;   ///< "W[2,1]"; "a direction in W"
  std::string output_element() const;  ///< "y[0]", "y", or "Σ v·y"
};

/// What a check has found.
struct GradientReport {
  bool jacobian = false;               ///< every element was checked, not a sample
  std::vector<GradientEntry> entries;  ///< the worst first
  /// Properties of a gradient that do not hold, a sentence each: see check_gradients.
  std::vector<std::string> violations;

  /// The worst of the entries; fail if a property does not hold, inconclusive if there are no entries.
  Verdict verdict() const;
  bool passed() const { return verdict() <= Verdict::kink; }
  std::size_t count(Verdict verdict) const;  ///< entries with this verdict
  double worst_ratio() const;                ///< the largest of the entries
  /// Violations, and a table of the worst entries.
  std::string str(std::size_t rows = 8) const;
  /// An object with verdict, violations, counts and the worst entries (all of them by default); numbers in
  /// the shortest form that reads back, those that JSON does not have as "nan", "inf", "-inf".
  std::string json(std::size_t rows = std::numeric_limits<std::size_t>::max()) const;
};

enum class CheckMode {
  automatic,  ///< jacobian, if the inputs have at most 1024 elements and the Jacobian 65536; else sampled
  jacobian,   ///< every element of the Jacobian
  sampled,    ///< random directions, and random elements of each input
};

struct GradientCheckOptions {
  std::uint64_t seed = 1;  ///< of cotangents, directions and the sample of elements
  CheckMode mode = CheckMode::automatic;
  int directions = 4;  ///< sampled: random directions in all inputs, besides one in each of them
  Index elements = 4;  ///< sampled: random elements of each input
};

/// A value that a function reads through Tape::leaf, and where backward leaves its gradient.
struct CheckedLeaf {
  std::string name;
  Tensor* value;
  Tensor* gradient;
};

/// Compares the tape's derivatives of y = f(x) with numerical ones (numerical_derivative.h).
///
/// Jacobian mode: every ∂y_i/∂x_j, from backward(e_i) and from differences of y_i; then vᵀJ for Gaussian
/// cotangents v, from one backward and from the numerical Jacobian. Sampled mode, for models with many
/// parameters: for Gaussian v and directions d, ⟨∇(vᵀy), d⟩ and the difference of vᵀy along d; the
/// derivatives with respect to some elements of each input.
///
/// A derivative a fails when it is off from the numerical n ± E by more than `ratio_limit` E. It is
/// inconclusive when E is too large to tell: when a relative error of `resolution_limit` of n would pass. One that
/// cannot be told from zero (|n| below `ratio_limit` E) passes as zero if E is no more than rounding makes of y. In
/// single precision so do all that are that small.
///
/// Beside the numbers, a gradient has properties that are checked exactly. It is the same bits when computed
/// again on the same tape, and from a new recording; twice the cotangent gives twice the gradient and minus
/// the cotangent minus the gradient, to the last bit, the sum of two the sum of theirs, to rounding; a zero
/// cotangent gives zeros. Recording computes the same value as plain evaluation, throws where that throws
/// (tried at NaN, infinity and the negative of an element of each input), and leaves the inputs untouched.
///
/// `function(tape)` must bind the leaves and return the same value each time it is called: a stochastic
/// objective takes its noise from common_random_numbers. Throws std::invalid_argument if it is not
/// deterministic or not finite at the inputs.
GradientReport check_gradients(const std::function<Var(Tape&)>& function, std::span<const CheckedLeaf> leaves,
                               const GradientCheckOptions& options = {});

/// The same for a function of tensors: function(tape, inputs) -> Var. Inputs are called "input 0", … in the
/// report unless names are given.
using TensorFunction = std::function<Var(Tape&, std::span<const Var>)>;
GradientReport check_gradients(const TensorFunction& function, std::span<const Tensor> inputs,
                               const GradientCheckOptions& options = {},
                               std::span<const std::string> names = {});

/// A stochastic objective made deterministic: f(tape, …, random) with a generator that starts from `seed` at
/// each evaluation, so that all of them see the same noise and their differences are those of one function.
template <class F>
auto common_random_numbers(std::uint64_t seed, F f) {
  return [ seed, f = std::move(f) ]<class... Arguments>(
      Tape & tape,
      Arguments && ... arguments) requires std::invocable<const F&, Tape&, Arguments..., Philox&> {
    Philox random(seed);
    return f(tape, std::forward<Arguments>(arguments)..., random);
  };
}

}  // namespace doxa
