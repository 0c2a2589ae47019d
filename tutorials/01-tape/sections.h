#pragma once

#include "finite_differences.h"
#include "support/tutorial.h"

// The parts of the chapter that have a file of their own, each with its claims.

void tensors(doxa::support::Chapter& chapter);             // adjoints of a broadcast and of a product
void finite_differences(doxa::support::Chapter& chapter);  // error against step, and the best step
void ridders_estimate(doxa::support::Chapter& chapter);    // the estimate against the error it estimates
void verdicts(doxa::support::Chapter& chapter);            // what check_gradients says of a rule
void checked_model(doxa::support::Chapter& chapter);       // a network with many parameters

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

// graph.svg: the records of f, each with its value and adjoint, after a backward on `tape`.
void draw_graph(doxa::support::Chapter& chapter, const Edges& edges, doxa::Tape& tape);

// differences.svg: the error of difference quotients against the step, and the best step h*.
void draw_differences(doxa::support::Chapter& chapter, const Sweep& s, double best_step);
