#pragma once

#include <concepts>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "doxa/autograd/tape.h"

namespace doxa {

/// How the gradients of a function compare with numerical ones.
enum class Verdict {
  pass,          ///< equal, as far as the numerical derivative can tell
  inconclusive,  ///< the numerical derivative cannot tell: it is not a pass
  fail,          ///< they differ by more than the numerical derivative can be wrong
};

/// One entry of one input's gradient.
struct GradientEntry {
  std::string input;
  Index index = 0;
  double analytic = 0;  ///< from the tape
  double numeric = 0;   ///< Ridders' extrapolated central difference
  double error = 0;     ///< what the numeric value may be off by
  Verdict verdict = Verdict::pass;
  double ratio() const;  ///< |analytic - numeric| / error
};

struct GradientReport {
  std::vector<GradientEntry> entries;  ///< the worst first
  Verdict verdict() const;             ///< the worst of the entries; inconclusive if there are none
  bool passed() const { return verdict() == Verdict::pass; }
  std::string str(std::size_t rows = 8) const;  ///< a table of the worst entries
};

struct GradientCheckOptions {
  std::uint64_t seed =
      1;  ///< of the random cotangent that a function with several outputs is contracted with
  Index entries_a_leaf = 0;  ///< check this many random entries of each input; 0: all
};

/// A value that a function reads through Tape::leaf, and where backward leaves its gradient.
struct CheckedLeaf {
  std::string name;
  Tensor* value;
  Tensor* gradient;
};

/// Compares the tape's gradient of F(x) = Σ v_i f_i(x) (v random) with a numerical one, entry by entry.
///
/// The numerical derivative is the central difference D(h) = [F(x+h) - F(x-h)] / 2h = F' + c₂h² + c₄h⁴ + …,
/// extrapolated to h = 0 over a shrinking h. The tableau's own differences bound its truncation and rounding
/// error (C. J. F. Ridders, "Accurate computation of F'(x) and F'(x)F''(x)", Adv. Eng. Software 4(2), 1982),
/// never taken below the rounding error of F over h. An entry fails when it is off by more than `ratio_limit`
/// times that error, and is inconclusive when that error exceeds cbrt(u) of the gradient's scale, u being the
/// unit round-off of Real.
///
/// `function(tape)` must bind the leaves and return the same value each time it is called.
/// Throws std::invalid_argument if the function is not finite at the inputs or not deterministic.
GradientReport check_gradients(const std::function<Var(Tape&)>& function, std::span<const CheckedLeaf> leaves,
                               const GradientCheckOptions& options = {});

/// The same for a function of tensors: function(tape, inputs) -> Var.
GradientReport check_gradients(const std::function<Var(Tape&, std::span<const Var>)>& function,
                               std::span<const Tensor> inputs, const GradientCheckOptions& options = {});

/// How many times its error estimate a numerical derivative may be off.
inline constexpr double ratio_limit = 10;

}  // namespace doxa
