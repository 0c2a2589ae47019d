#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "doxa/autograd/tape.h"

// Three ways to add up the chain rule over a list of records.

// Record `to` uses record `from`, and changes by `partial` for each unit that `from` changes by.
struct Edge {
  std::size_t from, to;
  doxa::Real partial;
  const char* formula;
};
using Edges = std::vector<Edge>;  // in the order of `to`

// The Wengert list of f, records v₀ to v₆.
Edges edges_of_f(doxa::Real x1, doxa::Real x2);

// ∂v_to/∂v_from, a product for each path between them; counts the products.
doxa::Real sum_over_paths(const Edges& edges, std::size_t from, std::size_t to, std::int64_t& products);

// ∂v_i/∂v_input for all i.
std::vector<doxa::Real> forward_sweep(const Edges& edges, std::size_t records, std::size_t input);

// ∂v_last/∂v_i for all i.
std::vector<doxa::Real> reverse_sweep(const Edges& edges, std::size_t records);

// Edge by edge, what a reverse sweep adds to whose adjoint.
std::string reverse_sweep_table(const Edges& edges, std::size_t records);
