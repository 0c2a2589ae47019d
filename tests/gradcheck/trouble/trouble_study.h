#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "mutation_study.h"
#include "trouble.h"

namespace doxa {

/// What rules say of the functions of numerical trouble.
struct TroubleStudy {
  struct Row {
    std::string name, family, kind;
    Index inputs = 0;          ///< elements of all inputs; of a sum, functions
    std::vector<Count> right;  ///< [rule], of the right gradient
    std::vector<Count> wrong;  ///< [rule], of all wrong ones
  };
  std::vector<Rule> rules;
  std::vector<Row> functions;
  std::vector<Row> mistakes;  ///< `wrong` only: the same by kind of mistake
  /// Of a function and a rule: how often the right gradient was refused and which wrong ones were accepted.
  std::vector<std::string> remarkable;
  /// Tables of "accepted/undecided/refused" for each function, for each kind and family of functions, and for
  /// each mistake.
  std::string markdown() const;
};

/// Judges the right gradient and every wrong one of each function whose family or name contains `filter`, at
/// `draws` random inputs.
TroubleStudy trouble_study(std::uint64_t seed, int draws, const std::vector<Rule>& rules,
                           const std::string& filter = "");

}  // namespace doxa
