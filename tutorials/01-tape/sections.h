#pragma once

#include <array>

#include "finite_differences.h"
#include "support/tutorial.h"
#include "tiny_tape.h"

// The parts of the chapter, each with its claims.

void line(doxa::support::Chapter& chapter);  // two programs that learn a line
void small_expression(doxa::support::Chapter& chapter,
                      const Point& at);               // its list, and three ways to add up
void random_points(doxa::support::Chapter& chapter);  // the tape against the closed form
void doublings(doxa::support::Chapter& chapter);      // one loop, whatever the number of paths
void tensors(doxa::support::Chapter& chapter);        // adjoints of a broadcast and of a product
void naive_differences(doxa::support::Chapter& chapter, const Point& at);  // a check as one would write it
void finite_differences(doxa::support::Chapter& chapter,
                        const Point& at);                 // error against step, and the best step
void library_roundings(doxa::support::Chapter& chapter);  // what log and tanh are off by
void ridders_estimate(doxa::support::Chapter& chapter);   // the estimate against its error
void verdicts(doxa::support::Chapter& chapter);           // what check_gradients says of a rule
void checked_model(doxa::support::Chapter& chapter);      // a network with many parameters

// ∂v_to/∂v_from, a product for each path between them; counts the products.
doxa::Real sum_over_paths(const Edges& edges, std::size_t from, std::size_t to, std::int64_t& products);

// ∂v_i/∂v_input for all i.
std::vector<doxa::Real> forward_sweep(const Edges& edges, std::size_t records, std::size_t input);

// ∂v_last/∂v_i for all i; and what a sweep makes of it that has = for +=.
std::vector<doxa::Real> reverse_sweep(const Edges& edges, std::size_t records);
std::vector<doxa::Real> assigning_sweep(const Edges& edges, std::size_t records);

// f on the tiny tape: its seven records.
List list_of_f(const Point& at);
extern const std::array<const char*, 8> partials_of_f;  // its partial derivatives as formulas, edge by edge

// graph.svg: the records of f, each with its value and adjoint, after a backward on `tape`.
void draw_graph(doxa::support::Chapter& chapter, const Edges& edges, doxa::Tape& tape);

// differences.svg: the error of difference quotients against the step, and the best step h*.
void draw_differences(doxa::support::Chapter& chapter, const AlongX2& along, const Sweep& s,
                      double best_step);
