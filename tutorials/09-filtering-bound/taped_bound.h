#pragma once

#include <vector>

#include "doxa/autograd/ops.h"
#include "doxa/models/nn/parameter.h"
#include "sections.h"

// The average bound J(q) of a table q on the tape, so that it can be climbed.

// The logits of every row of a causal table, one parameter a step: [(A·O)^{k-1}, A·O, rows, S].
struct TableLogits {
  std::vector<doxa::Parameter> step;
};
void append_parameters(doxa::Parameters& to, TableLogits& logits);

// What J needs to know of the model: of step k, p(h_k), [(A·O)^{k-1}, A·O, 1, 1], and the rows
// log p(s_k, o_k | s_{k-1}, a_{k-1}), [1, A·O, rows, S]. Where that is minus infinity it is left 0, and
// `impossible` is a large negative number that keeps q away; elsewhere it is 0.
struct HistoryTables {
  std::vector<doxa::Tensor> probability, log_joint, impossible;
};
HistoryTables history_tables(const Setting& setting);
TableLogits random_logits(const Setting& setting, doxa::Philox& random);

doxa::Var expected_bound(doxa::Tape& tape, const HistoryTables& tables, TableLogits& logits);
// The same table in double precision.
doxa::CausalPosterior posterior(const Setting& setting, const HistoryTables& tables,
                                const TableLogits& logits);
