#pragma once

#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "mutants.h"

namespace doxa {

/// What a gradient check says: that the gradient is right, that it is wrong, or that it cannot tell.
enum class Outcome { accepted, refused, undecided };

/// A gradient check and how it judges a function.
struct Rule {
  std::string name;
  Outcome (*judge)(const TensorFunction& f, std::span<const Tensor> inputs, std::uint64_t seed);
  /// Functions with more elements in their inputs would take it too long.
  Index most_inputs = std::numeric_limits<Index>::max();
};

/// What the rule says. A check whose steps leave the domain of the function ends with an exception: it does
/// not accept.
Outcome judgement(const Rule& rule, const TensorFunction& f, std::span<const Tensor> inputs,
                  std::uint64_t seed);

/// check_gradients in its two modes. A kink is accepted, as it is by GradientReport::passed.
Outcome doxa_jacobian(const TensorFunction& f, std::span<const Tensor> inputs, std::uint64_t seed);
Outcome doxa_directions(const TensorFunction& f, std::span<const Tensor> inputs, std::uint64_t seed);

/// How often one rule said what.
struct Count {
  int accepted = 0, refused = 0, undecided = 0;
  int judged() const { return accepted + refused + undecided; }
  void add(Outcome outcome);
};

struct MutationStudy {
  std::vector<Rule> rules;
  std::vector<std::vector<Count>> wrong;  ///< [defect][rule], in the order of defects()
  std::vector<Count> right;               ///< [rule], of correct functions
  std::string markdown() const;           ///< the rates in percent, one row a defect
};

/// Judges `rounds` mutants of each subject and defect, and the correct functions in turn, `correct` times in
/// all; inputs, cotangents and what a defect leaves open are drawn from the seed anew each time.
MutationStudy mutation_study(const std::vector<Subject>& subjects, std::uint64_t seed, int rounds,
                             int correct, const std::vector<Rule>& rules);

}  // namespace doxa
