#pragma once

#include <utility>
#include <vector>

#include "trouble.h"

namespace doxa::trouble {

using Inputs = std::span<const Var>;
using Kind = Trouble::Kind;
using Draw = std::function<std::vector<Tensor>(Philox&)>;
using Range = std::pair<double, double>;

/// One input [n] with independent elements: uniform on (low, high), e^u with such a u between the logarithms,
/// or normal.
Draw uniform(Index n, double low, double high);
Draw log_uniform(Index n, double low, double high);
Draw normal(Index n, double mean, double deviation);
/// One input whose elements are uniform on a range each.
Draw box(std::vector<Range> ranges);
/// Scalar inputs, uniform on a range each.
Draw scalars(std::vector<Range> ranges);

void add_offset_data(std::vector<Trouble>& to);
void add_quadrature(std::vector<Trouble>& to);
void add_series(std::vector<Trouble>& to);
void add_root_finders(std::vector<Trouble>& to);
void add_differential_equations(std::vector<Trouble>& to);
void add_chaos(std::vector<Trouble>& to);
void add_cancellation(std::vector<Trouble>& to);
void add_polynomials(std::vector<Trouble>& to);
void add_ill_conditioning(std::vector<Trouble>& to);
void add_tables(std::vector<Trouble>& to);
void add_rounding(std::vector<Trouble>& to);
void add_rough_functions(std::vector<Trouble>& to);
void add_extreme_ranges(std::vector<Trouble>& to);
void add_saturation(std::vector<Trouble>& to);
void add_ties(std::vector<Trouble>& to);
void add_networks(std::vector<Trouble>& to);
void add_expressions(std::vector<Trouble>& to);

}  // namespace doxa::trouble
