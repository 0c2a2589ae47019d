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

/// How a derivative compares with a numerical one, from good to bad.
enum class Verdict {
  pass,          ///< equal, and a relative error of `resolution_limit` would have been seen
  kink,          ///< the derivatives from the left and right differ, and that of the tape lies between
  inconclusive,  ///< values of the function cannot tell, for a stated cause: this is not a pass
  fail,          ///< they differ by more than the numerical derivative and the tape's rounding explain
};
const char* to_string(Verdict verdict);

/// A numerical derivative may be off by this many times its estimated error.
inline constexpr double ratio_limit = 10;
/// 2 u^(2/5), where u is the unit round-off of Real: 8.3e-7 in double precision. A derivative with a larger
/// relative error never passes.
extern const double resolution_limit;
/// u^(2/3): 2.3e-11 in double precision; u^(1/5): 3.6e-2 in single precision, in which rounding is as coarse
/// as what is to be resolved. A gradient passes although some of its derivatives are inconclusive if these
/// can be wrong by no more than this share of its norm, and no numerical derivative contradicts one of them.
extern const double undecided_limit;

/// A sampled check of a function of up to this many numbers takes each of them, and each output of its own if
/// there are no more of these: a sum of outputs shows less of a derivative than the derivative itself.
inline constexpr std::size_t few_numbers = 256;

/// One checked derivative: of an element of y, or of F = Σ v_i y_i for a random cotangent v, with respect to
/// an element of an input or along a random direction.
struct GradientEntry {
  std::string input;           ///< name of the input; for a direction, of the inputs that it moves
  Shape shape;                 ///< of the input
  Index index = 0;             ///< of the element, in row-major order; -1 for a direction
  Shape output_shape;          ///< of y
  Index output = -1;           ///< index of the element of y; -1 for F
  double analytic = 0;         ///< from the tape
  double numeric = 0;          ///< fitted to values of the function; at a kink the mean of `left` and `right`
  double error = 0;            ///< the estimated error of `numeric`
  double left = 0, right = 0;  ///< one-sided derivatives; equal to `numeric` unless there is a kink
  Verdict verdict = Verdict::pass;
  std::string cause;  ///< of an inconclusive entry: what hides the derivative from differences
  int point = 0;      ///< of a check at several points: the one whose seed is GradientReport::seed + point

  bool at_kink() const { return left != right; }
  /// How far the analytic value is off, in estimated errors: |analytic - numeric| / error; at a kink, the
  /// distance to the interval between the one-sided derivatives / error.
  double ratio() const;
  /// |analytic - numeric| / max(|analytic|, |numeric|); 0 if both are 0.
  double difference() const;
  bool worse_than(const GradientEntry& other) const;  ///< by verdict, then by ratio; NaN is the worst
  std::string input_element() const;                  ///< "W[2,1]"; "a direction in W"
  std::string output_element() const;                 ///< "y[0]", "y", or "Σ v·y"
};

/// The result of a check.
struct GradientReport {
  bool jacobian = false;               ///< true: every element was checked; false: a sample
  std::uint64_t seed = 1;              ///< of the check; of the first point
  int points = 1;                      ///< see check_gradients_at_points
  std::size_t inputs = 0;              ///< elements of all inputs
  std::size_t outputs = 0;             ///< elements of y
  double resolution = 0;               ///< GradientCheckOptions::resolution
  std::vector<GradientEntry> entries;  ///< the worst first
  /// The properties of gradients that do not hold, one sentence for each: see check_gradients.
  std::vector<std::string> violations;
  /// By what share of its norm a gradient may be wrong in the inconclusive entries:
  /// ‖(|a_j - n_j| + 10 E_j)_j‖ over ‖a‖, with the inconclusive j above and all below; the largest over the
  /// checked outputs. Infinite if a numerical derivative contradicts an inconclusive entry.
  double undecided = 0;

  /// Fail if an entry fails or a property does not hold. Inconclusive if `undecided` exceeds
  /// `undecided_limit`, or if there are no entries. Else the worst verdict of the others.
  Verdict verdict() const;
  bool passed() const { return verdict() <= Verdict::kink; }
  std::size_t count(Verdict verdict) const;  ///< entries with this verdict
  double worst_ratio() const;                ///< the largest ratio of the entries
  /// What was checked, in one sentence: "sampled, 10 directions and 20 of 100,701 inputs".
  std::string scope() const;
  /// Verdict, scope and how many entries have which verdict; the violations; a table of the worst entries;
  /// why entries are inconclusive. Names that are not long fit in 100 columns.
  std::string str(std::size_t rows = 8) const;
  /// A JSON object with verdict, what was checked, violations, counts, causes and the worst entries (by
  /// default all). Numbers have the shortest text that reads back; those that JSON does not have are "nan",
  /// "inf", "-inf".
  std::string json(std::size_t rows = std::numeric_limits<std::size_t>::max()) const;
};

enum class CheckMode {
  automatic,  ///< jacobian if the inputs have at most 1024 elements and the Jacobian 65536, else sampled
  jacobian,   ///< every element of the Jacobian
  sampled,    ///< random directions, and random elements of each input; of few numbers all (`few_numbers`)
};

struct GradientCheckOptions {
  std::uint64_t seed = 1;  ///< of cotangents, directions and the sample of elements
  CheckMode mode = CheckMode::automatic;
  int directions = 4;  ///< sampled: random directions in all inputs, in addition to one in each input
  /// Sampled: random elements of each input; all, unless this is 0, if there are no more than `few_numbers`.
  Index elements = 4;
  /// For functions that are only approximately differentiable by construction (a solver that stops at a
  /// tolerance, a table): the gradient is meant to be right to this relative to the largest derivative of the
  /// same output; along a direction, to the root of the sum of squares of the terms g_j d_j. 0: right to
  /// rounding. Less than 1.
  double resolution = 0;
};

/// A value that a function reads through Tape::leaf, and where backward leaves its gradient.
struct CheckedLeaf {
  std::string name;
  Tensor* value;
  Tensor* gradient;
};

/// Compares the tape's derivatives of y = f(x) with numerical ones
/// (internal/gradcheck/numerical_derivative.h).
///
/// Jacobian mode compares every ∂y_i/∂x_j, from backward(e_i) and from differences of y_i; then vᵀJ for
/// Gaussian cotangents v, from one backward and from the numerical Jacobian. Sampled mode is for models with
/// many parameters. For Gaussian v and directions d it compares ⟨∇(vᵀy), d⟩ with the difference of vᵀy along
/// d; it also compares the derivatives of vᵀy with respect to some elements of each input, and, where outputs
/// are of unlike sizes, refuses what is wrong in the sum of v_i y_i in units of |y_i|. Of functions of few numbers
/// it takes all, and each output of its own (`few_numbers`).
///
/// n and its error E come from polynomials fitted to y at 25 irregular distances up to h, at many h
/// (internal/gradcheck/polynomial_fit.h): what the fit leaves over tells how rough y is at that scale,
/// whatever the cause. With ρ = `resolution_limit`, k = `ratio_limit` and the tape's derivative a:
/// - pass if |a - n| + k E ≤ ρ |n|; also if both are zero to rounding, a derivative as large as ρ of those at
///   ordinary distances would have been seen, and where y is steepest there the tape is not wrong;
/// - fail if |a - n| > ρ |n| + k (3 E + e) + r/h. Here e is how far a moves if inputs and cotangent are moved
///   by a few units in their last place: a gradient that is exact for numbers that close is as good as
///   rounding allows. r is 8 times the largest product of a number's round-off and its adjoint: so far may
///   rounding the numbers on the tape move y;
/// - else inconclusive, with a cause. So are functions that are smooth at no distance (noise, chaos), that
///   move in steps (tables, half precision), and whose jumps leave only smooth pieces (cancellation, stopping
///   tolerances).
///
/// Along a direction, and for vᵀy of several outputs, one number stands for many derivatives. To pass,
/// |a - n| ≤ u^(2/3) |n| + k E is asked for as well (√u |n| in single precision); to fail along a direction,
/// |a - n| must exceed ρ of the root of the sum of the squares of its terms. Where the slopes from the left
/// and the right differ, a must lie between them; where several inputs are tied and the function is convex
/// (or concave) near by, also along 32 directions that move all of them, and along one that separates a from
/// the gradients near by, if any does. Where it is neither, a limit of gradients near by need not lie between
/// the slopes, nor be the slope where there is one only, and the verdict is inconclusive.
///
/// A gradient also has properties that are checked exactly:
/// - Computed again, on the same tape or from a new recording, it has the same bits.
/// - Twice the cotangent gives twice the gradient, and minus the cotangent minus the gradient, to the last
///   bit; ±2^40 and ±2^-40 times the cotangent give as many times the gradient, up to rounding. Nothing is
///   said where a number on the way overflows, or underflows although it does not for a zero cotangent.
/// - A zero cotangent gives zeros.
/// - The sum of two cotangents gives the sum of their gradients, up to rounding.
/// - Beside another use of every input, recorded before the function or after it, and beside a second
///   recording of the function itself, the gradient is the sum of both, up to rounding.
/// - With any input a constant, and with all inputs but one constants, the other gradients stay the same, up
///   to rounding. Of more than 16 inputs, 16 are drawn.
/// - It has the same bits if the function was recorded at other inputs, some 10 % away, on another tape,
///   before backward. At those inputs the gradient is right to 1e-4 in a random direction, as far as can be
///   told there.
/// - Recording computes the same value as plain evaluation, and throws where that throws. This is tried with
///   an element of each input replaced by NaN, infinities, its negative and 0.
/// - Recording does not change the inputs.
///
/// `function(tape)` must bind the leaves, leave their shapes alone and return the same value each time it is
/// called; a stochastic objective takes its noise from common_random_numbers. It is called as far as
/// 1000 max(1, |x|) away from an input x and, as said above, with NaN and infinities: outside of its domain
/// it should throw a std::exception or return NaN, and must come to an end.
///
/// Throws std::invalid_argument if the value at the inputs is not finite or not the same each time, if an
/// input has no tensor or changes its shape, and for options out of range.
GradientReport check_gradients(const std::function<Var(Tape&)>& function, std::span<const CheckedLeaf> leaves,
                               const GradientCheckOptions& options = {});

/// The same for a function of tensors: function(tape, inputs) -> Var. In the report the inputs are called
/// "input 0", … unless names are given.
using TensorFunction = std::function<Var(Tape&, std::span<const Var>)>;
GradientReport check_gradients(const TensorFunction& function, std::span<const Tensor> inputs,
                               const GradientCheckOptions& options = {},
                               std::span<const std::string> names = {});

/// Draws the inputs of a function at random.
using DrawInputs = std::function<std::vector<Tensor>(Philox&)>;

/// The same at several random points: the inputs of point k = 0, …, points - 1 are draw(random), where random
/// is Philox(options.seed + k, 1), and the seed of its check is options.seed + k. So a point is checked
/// again, alone, with its seed and points = 1. One report, whose entries say of which point they are. Throws
/// std::invalid_argument for points < 1, and where check_gradients does, naming the seed.
GradientReport check_gradients_at_points(const TensorFunction& function, const DrawInputs& draw, int points,
                                         const GradientCheckOptions& options = {},
                                         std::span<const std::string> names = {});
/// The same for any check that draws what it needs from the seed of its options, for instance the parameters
/// of a model.
using SeededCheck = std::function<GradientReport(const GradientCheckOptions&)>;
GradientReport check_gradients_at_points(const SeededCheck& check, int points,
                                         const GradientCheckOptions& options = {});

/// Makes a stochastic objective deterministic: calls f(tape, …, random) with a generator that starts from
/// `seed` at each evaluation. All evaluations then see the same noise and are values of one function.
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
