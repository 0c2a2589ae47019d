#pragma once

#include "chain_rule.h"
#include "doxa/autograd/tape.h"
#include "finite_differences.h"
#include "support/chapter.h"

// graph.svg: the records of f, each with its value and adjoint, after a backward on `tape`.
void draw_graph(doxa::support::Chapter& chapter, const Edges& edges, doxa::Tape& tape);

// differences.svg: the error of difference quotients against the step, and the best step h*.
void draw_differences(doxa::support::Chapter& chapter, const Sweep& s, double best_step);
