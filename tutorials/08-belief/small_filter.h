#pragma once

#include <vector>

#include "doxa/models/pomdp/pomdp.h"

// The two recursions of the chapter as short as they can be written: plain doubles, every pair of states.

// One step of the filter: b_k, and p(o_k | h_{k-1}, a_{k-1}).
struct FilterStep {
  std::vector<double> belief;
  double evidence;
};
FilterStep filter_step(const doxa::Pomdp& m, const std::vector<double>& b, std::size_t a, std::size_t o);

// One step back: β_{k-1} from β_k.
std::vector<double> one_step_back(const doxa::Pomdp& m, const std::vector<double>& beta, std::size_t a,
                                  std::size_t o);
