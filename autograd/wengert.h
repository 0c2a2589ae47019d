#pragma once

#include <iosfwd>

#include "doxa/autograd/tape.h"

namespace doxa {

struct WengertOptions {
  std::size_t records = 64;  ///< of a longer tape only the two ends are shown
  std::size_t elements = 4;  ///< of a larger tensor the first ones and the last are shown
  int digits = 6;            ///< significant digits of a number
};

/// Prints the tape as a table, one record a row, in the order of evaluation:
///
///   record  op        operands  shape  value     adjoint
///   v0      variable            []     2         0.5
///   v1      log       v0        []     0.693147  1
///
/// The adjoint of record i is ∂y/∂v_i for the y of the last Tape::backward; before any backward the column is
/// missing. Constants have no adjoint, intermediate values only after Tape::keep_adjoints(true). If a scope
/// was opened, there is a column of scopes. The tape is not const, because reading the adjoint of a record
/// that y does not depend on sets it to zero; nothing else changes.
void print_wengert(std::ostream& out, Tape& tape, const WengertOptions& options = {});

/// Writes the same as a graph in Graphviz's language: a node for each record, and an arrow from each operand
/// to the record that uses it. Draw it with `dot -Tsvg tape.dot -o tape.svg`.
void print_dot(std::ostream& out, Tape& tape, const WengertOptions& options = {});

}  // namespace doxa
