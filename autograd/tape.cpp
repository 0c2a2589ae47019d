#include "doxa/autograd/tape.h"

#include <algorithm>
#include <limits>
#include <stdexcept>

#include "doxa/autograd/internal/tape_state.h"
#include "doxa/autograd/kernels/long_sum.h"

namespace doxa {
namespace {

// Records, and operands of all records together, are counted in 32 bits.
constexpr std::size_t most_records = std::numeric_limits<std::uint32_t>::max() - 1;

}  // namespace

// ---- building the list -----------------------------------------------------------------------------------

// A handle on a record that is not of the newest run: finds the record, or throws.
std::uint32_t Tape::check_earlier(Var x) const {
  if (x.tape_ != this)
    throw std::logic_error(x.tape_ ? "var: it belongs to another tape" : "var: it belongs to no tape");
  const std::vector<Run>& runs = state_->earlier_runs;
  const auto next = std::ranges::upper_bound(runs, x.serial_, {}, &Run::serial);
  if (next != runs.begin()) {
    const Run& run = next[-1];
    const std::uint32_t end = next == runs.end() ? run_.node : next->node;
    if (x.serial_ - run.serial < end - run.node)
      return run.node + static_cast<std::uint32_t>(x.serial_ - run.serial);
  }
  throw std::logic_error("var: its tape was cleared, or rewound past it");
}

std::uint64_t Tape::earlier_serial(std::uint32_t node) const {
  const Run& run = std::ranges::upper_bound(state_->earlier_runs, node, {}, &Run::node)[-1];
  return run.serial + (node - run.node);
}

// Records from `node` on are about to be removed: their serial numbers are not used again.
void Tape::start_run(std::uint32_t node) {
  std::vector<Run>& runs = state_->earlier_runs;
  if (run_.node < node) runs.push_back(run_);
  while (!runs.empty() && runs.back().node >= node) runs.pop_back();
  run_ = {next_serial_, node};
}

std::uint32_t Tape::push(const char* name, const Shape& shape, Real* value, bool needs_gradient) {
  if (nodes_.size() >= most_records) throw std::length_error("tape: too many records");
  const auto node = static_cast<std::uint32_t>(nodes_.size());
  ++next_serial_;
  nodes_.push_back({.value = value,
                    .adjoint = nullptr,
                    .rule = nullptr,
                    .captures = nullptr,
                    .name = name,
                    .shape = shape,
                    .first_operand = static_cast<std::uint32_t>(operands_.size()),
                    .operands = 0,
                    .root = needs_gradient ? node : none,
                    .reached = 0,
                    .scope = state_->scope});
  return node;
}

std::uint32_t Tape::begin(const char* name, const Shape& shape, std::span<const Var> operands,
                          std::size_t captures, MemoryPosition& before) {
  State& s = *state_;
  const std::size_t first = operands_.size();
  if (first + operands.size() > most_records) [[unlikely]]
    throw std::length_error("tape: too many operands");
  bool needs_gradient = false;
  Index largest_constant = 0;
  try {
    for (const Var& x : operands) {
      if (x.tape_ != this && x.tape_) [[unlikely]]
        throw std::logic_error(std::string(name) + ": operands on two different tapes");
      const std::uint32_t i = check(x);
      operands_.push_back(i);
      const Node& operand = nodes_[i];
      if (operand.unused_leaf) [[unlikely]]
        note_use(i);
      needs_gradient |= operand.root != none;
      if (operand.root == none) largest_constant = std::max(largest_constant, operand.shape.size());
    }
  } catch (...) {
    operands_.resize(first);
    throw;
  }
  needs_gradient &= s.gradients;
  if (needs_gradient) s.largest_constant = std::max(s.largest_constant, largest_constant);
  before = s.memory.position();
  // One piece of memory for the value and, from the next cache line on, for what the rule captures.
  const std::size_t bytes = (static_cast<std::size_t>(shape.size()) * sizeof(Real) + 63) / 64 * 64;
  auto* memory = static_cast<std::byte*>(s.allocate(bytes + (needs_gradient ? captures : 0)));
  const std::uint32_t node = push(name, shape, reinterpret_cast<Real*>(memory), needs_gradient);
  nodes_[node].first_operand = static_cast<std::uint32_t>(first);
  nodes_[node].operands = static_cast<std::uint32_t>(operands.size());
  nodes_[node].captures = needs_gradient && captures > 0 ? memory + bytes : nullptr;
  return node;
}

void Tape::take_back(std::uint32_t node, const MemoryPosition& before) {
  rewind({this, node, nodes_[node].first_operand, node == 0 ? 0 : serial(node - 1), before});
}

Var Tape::filled_constant(const Shape& shape, Real* value) {
  const std::uint32_t node = push("constant", shape, value, false);
  if (require_finite_) [[unlikely]]
    check_finite(node, {value, static_cast<std::size_t>(shape.size())}, "value");
  return handle(node);
}

Var Tape::constant(const Shape& shape, std::span<const Real> values) {
  if (static_cast<Index>(values.size()) != shape.size())
    throw argument_error({"constant", *this},
                         std::to_string(values.size()) + " values for shape " + shape.str());
  return constant(shape, [values](std::span<Real> all) { std::ranges::copy(values, all.begin()); });
}

Var Tape::as_variable(Var constant) {
  const std::uint32_t i = check(constant);
  nodes_[i].name = "variable";
  if (state_->gradients) nodes_[i].root = i;
  return constant;
}

Var Tape::variable(const Tensor& value) { return as_variable(constant(value)); }
Var Tape::variable(Real value) { return as_variable(constant(value)); }

Var Tape::view(const char* name, Var x, const Shape& shape, Index offset, bool gradient) {
  const std::uint32_t of = check(x);
  const Node& source = nodes_[of];
  if (offset < 0 || offset > source.shape.size() - shape.size())
    throw argument_error({name, *this}, shape.str() + " at offset " + std::to_string(offset) +
                                            " does not lie inside " + source.shape.str());
  if (source.unused_leaf) note_use(of);
  const std::uint32_t root = source.root;
  const std::uint32_t node = push(name, shape, source.value + offset, false);
  operands_.push_back(of);
  nodes_[node].operands = 1;
  if (gradient && state_->gradients) nodes_[node].root = root;
  return handle(node);
}

// ---- the reverse loop ------------------------------------------------------------------------------------

// An adjoint is made when a rule asks for it: it is then warm in the cache, and records that the loss does
// not depend on cost nothing.
void Tape::start_adjoint(std::uint32_t root, bool zero) {
  Node& node = nodes_[root];
  const Index n = node.shape.size();
  node.reached = backward_;
  if (!is_leaf(node) || state_->keeps_leaf_gradients) {
    node.adjoint = state_->adjoints.take(n);
  } else {  // the tensor may have got other memory since it was bound
    Tensor& gradient = *static_cast<Tensor*>(node.captures);
    if (gradient.shape() != node.shape)
      throw std::logic_error("backward: the gradient of a leaf of shape " + node.shape.str() +
                             " has now the shape " + gradient.shape().str());
    node.adjoint = gradient.data();
  }
  if (zero)
    std::fill_n(node.adjoint, n, Real{0});
  else
    fill_with_nan(node.adjoint, static_cast<std::size_t>(n) * sizeof(Real));
}

//! [reverse-loop]
void Tape::propagate(std::uint32_t last, std::uint32_t first) {
  for (std::uint32_t i = last + 1; i-- > first;) {
    const Node& node = nodes_[i];
    if (!node.rule || node.reached != backward_) continue;
    const std::uint32_t begin = node.first_operand, end = begin + node.operands;
    Record line(this, i);
    node.rule(line, node.captures);  // may add records and remove them again, which invalidates `node`
    if (require_finite_) [[unlikely]]
      for (std::uint32_t k = begin; k < end; ++k)
        if (const Node& operand = nodes_[operands_[k]];
            operand.root != none && nodes_[operand.root].reached == backward_)
          check_finite(i, {adjoint_of(operand), static_cast<std::size_t>(operand.shape.size())},
                       ("the gradient it adds to operand " + std::to_string(k - begin)).c_str());
    if (!state_->adjoints_kept)  // all uses of record i lie above it and are done
      state_->adjoints.give(nodes_[i].adjoint, nodes_[i].shape.size());
  }
}
//! [reverse-loop]

// A leaf may be used by a million records. After each block of them, what its adjoint has received moves to a
// compensated total (kernels/long_sum.h), and the adjoint starts from zero again.
void Tape::propagate_in_blocks(std::uint32_t last, std::uint32_t first) {
  constexpr auto block = static_cast<std::uint32_t>(sum_block);
  for (std::uint32_t end = last + 1; end > first;) {
    const std::uint32_t begin = end - std::min(end - first, block);
    propagate(end - 1, begin);
    state_->records_run += end - begin;
    if (state_->records_run >= block) settle_leaves();
    end = begin;
  }
}

void Tape::settle_leaves() {
  State& s = *state_;
  s.records_run = 0;
  s.leaf_totals.resize(s.leaves.size());
  for (std::size_t i = 0; i < s.leaves.size(); ++i) {
    const Node& leaf = nodes_[s.leaves[i].record];
    if (leaf.reached != backward_) continue;
    State::LeafTotal& t = s.leaf_totals[i];
    const Index n = leaf.shape.size();
    if (!t.total) {
      t = {s.adjoints.take(n), s.adjoints.take(n)};
      std::fill_n(t.total, n, Real{0});
      std::fill_n(t.lost, n, Real{0});
    }
    for (Index k = 0; k < n; ++k) elementary::add_compensated(leaf.adjoint[k], t.total[k], t.lost[k]);
    std::fill_n(leaf.adjoint, n, Real{0});
  }
}

void Tape::finish_leaves() {
  State& s = *state_;
  if (s.leaf_totals.empty()) return;
  settle_leaves();
  for (std::size_t i = 0; i < s.leaves.size(); ++i) {
    const Node& leaf = nodes_[s.leaves[i].record];
    const State::LeafTotal& t = s.leaf_totals[i];
    for (Index k = 0; t.total && k < leaf.shape.size(); ++k)
      leaf.adjoint[k] = elementary::compensated(t.total[k], t.lost[k]);
  }
}

void Tape::start_backward(std::uint32_t node, std::span<const Real> cotangent) {
  State& s = *state_;
  if (s.records_in_use > 0)
    throw std::logic_error("backward: called by a backward rule that is still running");
  // What has been added up when a rule throws is no gradient.
  struct Running {
    Tape& tape;
    bool done = false;
    ~Running() {
      tape.state_->records_in_use = 0;
      if (!done) tape.differentiated_ = none;
    }
  } running{*this};
  s.records_in_use = static_cast<std::uint32_t>(nodes_.size());
  if (++backward_ == 0) {  // after 2³² backwards: no record may look reached by an old one of the same number
    for (Node& x : nodes_) x.reached = 0;
    backward_ = 1;
  }
  differentiated_ = node;
  s.adjoints.reset();
  s.leaf_totals.clear();
  s.records_run = 0;
  s.adjoints_kept = s.keep_adjoints;
  make_sink();
  if (nodes_[node].root != none) {  // otherwise y depends on no variable, and every gradient is zero
    reach(nodes_[node].root);
    std::copy(cotangent.begin(), cotangent.end(), adjoint_of(nodes_[node]));
    if (require_finite_) check_finite(node, cotangent, "the cotangent");
    propagate_in_blocks(node, 0);
    finish_leaves();
    expect_unchanged_leaves(node);
  }
  for (const State::BoundValue& leaf : s.leaves) reach(leaf.record);
  running.done = true;
}

void Tape::backward(Var loss) {
  const std::uint32_t node = check(loss);
  if (loss.size() != 1)
    throw argument_error({"backward", *this},
                         "expected a loss with one element, got shape " + loss.shape().str());
  const Real one = 1;
  start_backward(node, {&one, 1});
}

void Tape::backward(Var y, const Tensor& cotangent) {
  const std::uint32_t node = check(y);
  if (cotangent.shape() != y.shape())
    throw argument_error({"backward", *this}, "the cotangent has shape " + cotangent.shape().str() +
                                                  ", expected " + y.shape().str());
  start_backward(node, cotangent.span());
}

// ---- looking at it ---------------------------------------------------------------------------------------

Var Tape::at(std::size_t i) {
  if (i >= nodes_.size())
    throw std::logic_error("tape: record " + std::to_string(i) + " of " + std::to_string(size()));
  return handle(static_cast<std::uint32_t>(i));
}

std::vector<std::size_t> Tape::operands(Var x) const {
  const Node& node = nodes_[check(x)];
  const auto own = std::span(operands_).subspan(node.first_operand, node.operands);
  return {own.begin(), own.end()};
}

void Var::refuse() { throw std::logic_error("var: it belongs to no tape"); }

std::span<const Real> Var::value() const {
  const Tape::Node& node = tape().nodes_[tape_->check(*this)];
  return {node.value, static_cast<std::size_t>(node.shape.size())};
}

Tensor Var::tensor() const { return Tensor(shape(), value()); }

Real Var::item() const {
  if (size() != 1) throw argument_error({"item", *tape_}, "expected one element, got shape " + shape().str());
  return value()[0];
}

bool Var::needs_gradient() const { return tape().nodes_[tape_->check(*this)].root != Tape::none; }

bool Tape::has_adjoint(Var x) const {
  const std::uint32_t root = nodes_[check(x)].root;
  return differentiated() && root != none && (state_->adjoints_kept || !nodes_[root].rule);
}

std::span<const Real> Var::adjoint() const {
  const Tape::Node& node = tape().nodes_[tape_->check(*this)];
  if (node.root == Tape::none) throw std::logic_error("adjoint: a constant has none");
  if (!tape_->differentiated()) throw std::logic_error("adjoint: call Tape::backward first");
  if (!tape_->has_adjoint(*this))
    throw std::logic_error(
        "adjoint: that of a value in between is kept after Tape::keep_adjoints(true) only");
  tape_->reach(node.root);  // zero if the loss did not depend on it
  return {tape_->adjoint_of(node), static_cast<std::size_t>(node.shape.size())};
}

Tensor Var::gradient() const { return Tensor(shape(), adjoint()); }

}  // namespace doxa
