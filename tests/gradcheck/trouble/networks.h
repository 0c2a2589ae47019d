#pragma once

#include "families.h"

namespace doxa::trouble {

/// The data that networks are fitted to: standard normal points [n,d], and labels below `classes`, always the
/// same.
Tensor network_points(Index n, Index d);
std::vector<Index> network_labels(Index n, Index classes);

}  // namespace doxa::trouble
