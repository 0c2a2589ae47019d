#pragma once

#include "rows.h"

namespace doxa::benchmarks {

/// The rate of C = A B for square matrices of several sizes, 2n³ operations each, in GFLOP/s.
void time_matrix_product(double seconds, Rows& rows);

}  // namespace doxa::benchmarks
