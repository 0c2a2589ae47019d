#pragma once

#include <optional>
#include <span>

#include "defects.h"
#include "mutation_subjects.h"

namespace doxa {

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
