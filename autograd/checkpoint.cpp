#include "doxa/autograd/checkpoint.h"

#include <algorithm>
#include <cstring>
#include <memory>
#include <stdexcept>

#include "doxa/autograd/internal/number_text.h"
#include "doxa/autograd/internal/tape_state.h"
#include "doxa/autograd/internal/temporarily.h"
#include "doxa/autograd/kernels/kernels.h"

namespace doxa {
namespace {

// Throws unless output i of a block is what it was when the block was evaluated first, bit for bit.
void expect_same(const Shape& shape, const Real* first, const Shape& shape_now, const Real* now,
                 std::size_t i) {
  const std::string output = "checkpoint: output " + std::to_string(i) + " of the block ";
  if (shape_now != shape)
    throw std::logic_error(output + "has shape " + shape_now.str() + " in backward, and had " + shape.str());
  for (Index k = 0; k < shape.size(); ++k)
    if (std::memcmp(first + k, now + k, sizeof(Real)) != 0)
      throw std::logic_error(output + "has the element " + to_text(static_cast<double>(now[k])) + " at [" +
                             shape.index(k) + "] in backward, and had " +
                             to_text(static_cast<double>(first[k])) +
                             ": does the block draw noise, or did a value that it reads change?");
}

}  // namespace

// Evaluates the block without rules, copies its outputs out and removes its records again. The earlier values
// that it used and the leaves that it bound become the operands of one record, which holds the outputs one
// after another.
void Checkpoint::record(Tape& tape, Block block, const void* f, std::span<const Var> inputs,
                        std::span<Var> outputs) {
  const Tape::Mark before = tape.mark();
  try {
    record_from(tape, block, f, inputs, outputs);
  } catch (...) {
    tape.rewind(before);
    throw;
  }
}

void Checkpoint::record_from(Tape& tape, Block block, const void* f, std::span<const Var> inputs,
                             std::span<Var> outputs) {
  Var* kept = tape.scratch<Var>(static_cast<Index>(inputs.size()));
  std::ranges::copy(inputs, kept);
  Shape* shapes = tape.scratch<Shape>(static_cast<Index>(outputs.size()));
  Tape::State& state = *tape.state_;
  std::vector<Var>& operands = state.block_operands;
  std::vector<Tape::State::BoundLeaf>& leaves = state.block_leaves;

  const Tape::Mark mark = tape.mark();
  Index total = 0;
  {
    const Temporarily no_gradients(tape.gradients_, false);
    block(f, {kept, inputs.size()}, outputs.data());
    operands.clear();  // only now, because a nested block uses the same vectors
    leaves.clear();
    const auto use = [&](std::uint32_t node) {
      if (node < mark.nodes)
        operands.push_back(tape.handle(node));  // constants too: a leaf may be behind one
    };
    for (std::size_t i = mark.nodes; i < tape.nodes_.size(); ++i) {
      const Tape::Node& x = tape.nodes_[i];
      for (const std::uint32_t operand : tape.operands_of(x)) use(operand);
      if (x.leaf) leaves.push_back({*x.shape, x.value, x.gradient()});
    }
    for (std::size_t i = 0; i < outputs.size(); ++i) {
      use(tape.check(outputs[i]));
      shapes[i] = outputs[i].shape();
      total += shapes[i].size();
    }
    Real* values = tape.workspace(total);
    for (const Var y : outputs) values = std::ranges::copy(y.value(), values).out;
  }
  tape.rewind(mark);

  for (const Tape::State::BoundLeaf& leaf : leaves)
    operands.push_back(tape.bind(leaf.shape, leaf.value, *leaf.gradient));
  std::ranges::sort(operands, {}, &Var::serial_);  // the order on the tape
  // std::ranges::unique does not compile with clang 14 and GCC's library.
  const auto is_same = [](const Var& a, const Var& b) { return a.serial_ == b.serial_; };
  operands.erase(std::unique(operands.begin(), operands.end(), is_same), operands.end());

  const Captures captures{block, f, kept, shapes, inputs.size(), outputs.size()};
  const Var y = tape.record(
      "checkpoint", outputs.size() == 1 ? shapes[0] : Shape{total}, operands,
      [&](Record& r) { std::copy_n(tape.workspace(total), total, r.value()); },
      [captures](Record& r) { differentiate(r, captures); });
  if (outputs.size() == 1) {
    outputs[0] = y;
    return;
  }
  Index offset = 0;
  for (std::size_t i = 0; i < outputs.size(); ++i) {
    outputs[i] = tape.view("checkpoint", y, shapes[i], offset);
    offset += shapes[i].size();
  }
}

// Records the block at the end of the tape, runs the reverse loop over these records alone, and removes them.
void Checkpoint::differentiate(Record& r, const Captures& c) {
  Tape& tape = r.tape();
  const Tape::Mark mark = tape.mark();
  const std::size_t leaves = tape.state_->leaves.size();
  Var* outputs = tape.scratch<Var>(static_cast<Index>(c.output_count));
  std::uninitialized_default_construct_n(outputs, c.output_count);
  try {
    const Temporarily gradients(tape.gradients_, true);
    const Temporarily scope(tape.scope_, tape.nodes_[r.node_].scope);
    c.block(c.f, {c.inputs, c.input_count}, outputs);
    if (tape.state_->leaves.size() != leaves)
      throw std::logic_error("checkpoint: the block binds other leaves than when it was evaluated first");
    const Real *g = r.adjoint(), *expected = r.value();
    for (std::size_t i = 0; i < c.output_count; ++i) {
      const Tape::Node& y = tape.nodes_[tape.check(outputs[i])];
      expect_same(c.shapes[i], expected, *y.shape, y.value, i);
      expected += y.shape->size();
      if (y.root != Tape::none) {
        tape.reach(y.root);
        tape.kernels().add_scaled(y.shape->size(), 1, g, tape.adjoint_of(y));
      }
      g += y.shape->size();
    }
    const Temporarily reuses_adjoints(tape.state_->adjoints_kept, false);  // of records that are removed
    if (tape.nodes_.size() > mark.nodes)
      tape.propagate_in_blocks(static_cast<std::uint32_t>(tape.nodes_.size() - 1), mark.nodes);
  } catch (...) {
    tape.rewind(mark);
    throw;
  }
  tape.rewind(mark);
}

}  // namespace doxa
