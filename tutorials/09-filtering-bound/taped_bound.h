#pragma once

#include "doxa/autograd/ops.h"
#include "doxa/models/nn/parameter.h"
#include "sections.h"

// The average bound J(q) of a table q on the tape, for gradient ascent.

// The logits of every row of a causal table, one parameter a step: [(A·O)^{k-1}, A·O, rows, S].
struct TableLogits {
  std::vector<doxa::Parameter> step;
};
void append_parameters(doxa::Parameters& to, TableLogits& logits);

// What J needs of the model, for each step k: p(h_k), [(A·O)^{k-1}, A·O, 1, 1], and the rows
// log p(s_k, o_k | s_{k-1}, a_{k-1}), [1, A·O, rows, S]. Where these are minus infinity, `log_joint` is 0 and
// `impossible` a large negative number, which makes q 0 there; elsewhere `impossible` is 0.
struct HistoryTables {
  std::vector<doxa::Tensor> probability, log_joint, impossible;
};
HistoryTables history_tables(const Setting& setting);
TableLogits random_logits(const Setting& setting, doxa::Philox& random);

doxa::Var expected_bound(doxa::Tape& tape, const HistoryTables& tables, TableLogits& logits);
// The same table in double precision.
doxa::CausalPosterior posterior(const Setting& setting, const HistoryTables& tables,
                                const TableLogits& logits);
