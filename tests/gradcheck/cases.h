#pragma once

#include <functional>
#include <string>
#include <vector>

#include "doxa/autograd/random.h"
#include "inputs.h"

namespace doxa {

/// One record of a tape.
struct RecordedOp {
  std::string name;
  std::vector<std::size_t> operands;  ///< positions on the tape
  Shape shape;
  Real first, last;  ///< elements of its value; 0 if it has none

  std::string line() const;  ///< "multiply [3,5] of 0 2: 0.25 … -1.5"
};

/// One entry of the registry that GoogleTest and the program `gradcheck` share: a function to check and
/// where. Names are "op/NAME/where", "distribution/TYPE/FUNCTION", "layer/TYPE", "model/TYPE/FUNCTION" and
/// "kink/NAME/where", a remark following after a comma or a blank; registry_test.cpp compares them with the
/// library's headers.
struct GradientCase {
  std::string name;
  /// Checks the function at the random inputs of options.seed.
  std::function<GradientReport(const GradientCheckOptions&)> check;
  /// Calls use(f, leaves) with the function itself and its random inputs of that seed. check() checks
  /// f(x) + Σ_i mean(x_i²) at the same inputs: see used_twice.
  using Use = std::function<void(const std::function<Var(Tape&)>& f, std::span<const CheckedLeaf> leaves)>;
  std::function<void(std::uint64_t seed, const Use& use)> with = nullptr;
  Verdict expected = Verdict::pass;
};

/// All cases: every op, every distribution, every layer and model objective.
std::vector<GradientCase> gradient_cases();

// The parts of the registry.
std::vector<GradientCase> elementwise_cases();
std::vector<GradientCase> reduction_cases();
std::vector<GradientCase> shape_cases();
std::vector<GradientCase> linear_algebra_cases();
std::vector<GradientCase> checkpoint_cases();
std::vector<GradientCase> special_point_cases();
std::vector<GradientCase> normal_cases();
std::vector<GradientCase> multivariate_normal_cases();
std::vector<GradientCase> discrete_cases();
std::vector<GradientCase> relaxed_cases();
std::vector<GradientCase> estimator_cases();
std::vector<GradientCase> mixture_cases();
std::vector<GradientCase> extreme_cases();
std::vector<GradientCase> model_cases();
std::vector<GradientCase> pomdp_cases();
std::vector<GradientCase> kalman_cases();
std::vector<GradientCase> rssm_cases();
std::vector<GradientCase> actor_cases();
std::vector<GradientCase> kink_cases();

/// Where the inputs of a case are drawn from, so that the function is defined and smooth around them.
enum class Domain {
  real,      ///< standard normal
  positive,  ///< e to half a standard normal
  lattice,   ///< input i of n: within 1/10 of a whole number plus (i + 1/2) / n; away from whole numbers and,
             ///< since no two inputs share a lattice, from ties between inputs
};

/// Cases whose names begin alike.
struct Cases {
  std::string prefix;
  std::vector<GradientCase> all = {};

  /// A case whose inputs have these shapes, drawn from options.seed.
  void add(const std::string& name, const std::vector<Shape>& shapes, Domain domain,
           const FunctionOfInputs& f);
  void add(const std::string& name, const std::vector<Shape>& shapes, const FunctionOfInputs& f) {
    add(name, shapes, Domain::real, f);
  }
  /// A case at these very inputs.
  void add_at(const std::string& name, std::vector<Tensor> inputs, const FunctionOfInputs& f,
              Verdict expected = Verdict::pass);
};

/// f(x) + Σ_i mean(x_i²). Each input is used a second time, after the function: a rule that assigns an
/// adjoint instead of adding to it is right as long as nobody else has added anything.
Var used_twice(Var y, std::span<const Var> inputs);

/// What the function of a case records on a tape, in order; nothing for a case without its function. It is
/// the same with every compiler: operands of an operator and arguments of a function are evaluated in an
/// order of the compiler's choice, so that where two of them record or draw, one has a name first. .ci/run
/// compares g++ with clang++.
std::vector<RecordedOp> recorded(const GradientCase& c, std::uint64_t seed);

}  // namespace doxa
