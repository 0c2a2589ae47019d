#pragma once

#include "chain_rule.h"
#include "finite_differences.h"
#include "support/tutorial.h"

// The parts of the chapter that have a file of their own, each with its claims.

void tensors(doxa::support::Chapter& chapter);             // adjoints of a broadcast and of a product
void finite_differences(doxa::support::Chapter& chapter);  // error against step, and the best step
void ridders_estimate(doxa::support::Chapter& chapter);    // the estimate against the error it estimates
void verdicts(doxa::support::Chapter& chapter);            // what check_gradients says of a rule
void checked_model(doxa::support::Chapter& chapter);       // a network with many parameters

// graph.svg: the records of f, each with its value and adjoint, after a backward on `tape`.
void draw_graph(doxa::support::Chapter& chapter, const Edges& edges, doxa::Tape& tape);

// differences.svg: the error of difference quotients against the step, and the best step h*.
void draw_differences(doxa::support::Chapter& chapter, const Sweep& s, double best_step);
