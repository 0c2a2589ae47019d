// How records are added to the list, and looked at.

#include "doxa/autograd/tape.h"

#include <algorithm>
#include <limits>
#include <stdexcept>

#include "doxa/autograd/internal/tape_state.h"

namespace doxa {
namespace {

// Records, and operands of all records together, are counted in 32 bits.
constexpr std::size_t largest_count = std::numeric_limits<std::uint32_t>::max() - 1;

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

template <class T>
void Tape::List<T>::grow(std::size_t n) {
  if (size_ + n > largest_count) throw std::length_error("tape: too many records, or operands of records");
  const std::size_t capacity =
      std::min(largest_count, std::max(std::size_t{1024}, 2 * std::max(capacity_, n)));
  std::unique_ptr<T[], Free> larger(CacheAligned<T>().allocate(capacity));
  std::copy_n(data_.get(), size_, larger.get());
  data_ = std::move(larger);
  capacity_ = capacity;
}

void refuse_no_operands(const char* name) {
  throw std::logic_error(std::string(name) + ": no operands, and so no tape; use Tape::record");
}

void Tape::refuse_tapes(const char* name) {
  throw std::logic_error(std::string(name) + ": operands on two different tapes");
}

// Adds a record without operands.
inline Tape::Node& Tape::add(const char* name, const Shape* shape, Real* value, bool needs_gradient) {
  Node& added = *nodes_.room_for(1);
  added = {.value = value,
           .adjoint = nullptr,
           .rule = nullptr,
           .name = name,
           .shape = shape,
           .operand = {},
           .root = needs_gradient ? static_cast<std::uint32_t>(nodes_.size()) : none,
           .reached = 0,
           .scope = state_->scope,
           .operands = 0,
           .leaf = false,
           .unused_leaf = false};
  nodes_.count_in(1);
  ++next_serial_;
  return added;
}

Tape::Node& Tape::push(const char* name, const Shape& shape, Real* value, bool needs_gradient) {
  if (!needs_gradient) state_->largest_constant = std::max(state_->largest_constant, shape.size());
  return add(name, kept(shape), value, needs_gradient);
}

std::uint32_t Tape::begin(const char* name, const Shape& shape, std::span<const Var> operands,
                          const RuleAndCaptures& backward, MemoryPosition& before) {
  State& s = *state_;
  bool needs_gradient = false, first_use = false;
  const Shape* own = nullptr;
  const auto use = [&](const Var& x) __attribute__((always_inline)) {
    if (x.tape_ != this && x.tape_) [[unlikely]]
      refuse_tapes(name);
    const std::uint32_t i = check(x);
    const Node& operand = nodes_[i];
    first_use |= operand.unused_leaf;
    needs_gradient |= operand.root != none;
    if (operand.shape == &shape) own = &shape;
    return i;
  };
  std::uint32_t first = 0, second = 0;
  if (operands.size() <= 2) [[likely]] {
    if (operands.size() > 0) first = use(operands[0]);
    if (operands.size() > 1) second = use(operands[1]);
  } else {
    first = static_cast<std::uint32_t>(operands_.size());
    second = static_cast<std::uint32_t>(operands.size());
    std::uint32_t* list = operands_.room_for(operands.size());
    for (const Var& x : operands) *list++ = use(x);
  }
  needs_gradient &= s.gradients;
  before = s.memory.position();
  if (!own) own = kept(shape);
  // One piece of memory for the value and what the rule captures.
  std::size_t bytes = static_cast<std::size_t>(own->size()) * sizeof(Real);
  if (backward.bytes > 0 && needs_gradient)
    bytes = ((bytes + backward.alignment - 1) & ~(backward.alignment - 1)) + backward.bytes;
  auto* value = static_cast<Real*>(s.allocate(bytes));
  Node& node = add(name, own, value, needs_gradient);
  node.operand[0] = first;
  node.operand[1] = second;
  if (operands.size() <= 2) [[likely]] {
    node.operands = static_cast<std::uint8_t>(operands.size());
  } else {
    node.operands = Node::more;
    operands_.count_in(operands.size());
  }
  if (needs_gradient) [[likely]]
    node.rule = backward.rule;
  else
    s.largest_constant = std::max(s.largest_constant, own->size());
  const auto added = static_cast<std::uint32_t>(nodes_.size() - 1);
  if (first_use) [[unlikely]]
    for (const std::uint32_t operand : operands_of(node))
      if (nodes_[operand].unused_leaf) note_use(operand, added);
  return added;
}

void Tape::take_back(std::uint32_t node, const MemoryPosition& before) {
  std::size_t operands = operands_.size();
  for (std::size_t i = nodes_.size(); i-- > node;)
    if (nodes_[i].operands == Node::more) operands = nodes_[i].operand[0];
  rewind({this, node, static_cast<std::uint32_t>(operands), node == 0 ? 0 : serial(node - 1), before});
}

void Tape::check_finite_or_remove(std::uint32_t node, const Real* value) {
  try {
    check_finite(node, {value, static_cast<std::size_t>(nodes_[node].shape->size())}, "value");
  } catch (...) {
    take_back(node, state_->memory.position());
    throw;
  }
}

Var Tape::filled_constant(const Shape& shape, Real* value) {
  push("constant", shape, value, false);
  if (require_finite_) [[unlikely]]
    check_finite_or_remove(static_cast<std::uint32_t>(nodes_.size() - 1), value);
  return newest();
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
  if (offset < 0 || offset > source.shape->size() - shape.size())
    throw argument_error({name, *this}, shape.str() + " at offset " + std::to_string(offset) +
                                            " does not lie inside " + source.shape->str());
  const std::uint32_t root = source.root;
  Node& node = push(name, shape, source.value + offset, false);
  if (nodes_[of].unused_leaf) note_use(of, static_cast<std::uint32_t>(nodes_.size() - 1));
  node.operand[0] = of;
  node.operands = 1;
  if (gradient && state_->gradients) node.root = root;
  return newest();
}

// ---- looking at it ---------------------------------------------------------------------------------------

Var Tape::at(std::size_t i) {
  if (i >= nodes_.size())
    throw std::logic_error("tape: record " + std::to_string(i) + " of " + std::to_string(size()));
  return handle(static_cast<std::uint32_t>(i));
}

std::vector<std::size_t> Tape::operands(Var x) const {
  const auto own = operands_of(node(x));
  return {own.begin(), own.end()};
}

void Var::refuse() { throw std::logic_error("var: it belongs to no tape"); }

std::span<const Real> Var::value() const {
  const Tape::Node& node = tape().node(*this);
  return {node.value, static_cast<std::size_t>(node.shape->size())};
}

Tensor Var::tensor() const { return Tensor(shape(), value()); }

Real Var::item() const {
  if (size() != 1) throw argument_error({"item", *tape_}, "expected one element, got shape " + shape().str());
  return value()[0];
}

bool Var::needs_gradient() const { return tape().node(*this).root != Tape::none; }

bool Tape::has_adjoint(Var x) const {
  const std::uint32_t root = node(x).root;
  return differentiated() && root != none && (state_->adjoints_kept || !nodes_[root].rule);
}

std::span<const Real> Var::adjoint() const {
  const Tape::Node& node = tape().node(*this);
  if (node.root == Tape::none) throw std::logic_error("adjoint: a constant has none");
  if (!tape_->differentiated()) throw std::logic_error("adjoint: call Tape::backward first");
  if (!tape_->has_adjoint(*this))
    throw std::logic_error(
        "adjoint: that of a value in between is kept after Tape::keep_adjoints(true) only");
  tape_->reach(node.root);  // zero if the loss did not depend on it
  if (Tape::Node& root = tape_->nodes_[node.root]; root.leaf && !tape_->state_->keeps_leaf_gradients)
    root.adjoint = Tape::gradient_of(root);  // whose tensor may have got other memory
  return {tape_->adjoint_of(node), static_cast<std::size_t>(node.shape->size())};
}

Tensor Var::gradient() const { return Tensor(shape(), adjoint()); }

}  // namespace doxa
