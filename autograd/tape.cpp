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
std::uint32_t Tape::check_earlier(Var x, const char* name) const {
  if (x.tape_ != this && x.tape_ && name)
    throw std::logic_error(std::string(name) + ": operands on two different tapes");
  if (x.tape_ != this)
    throw std::logic_error(x.tape_ ? "var: it belongs to another tape" : "var: it belongs to no tape");
  const std::vector<Run>& runs = state_->earlier_runs;
  const auto next = std::ranges::upper_bound(runs, x.serial_, {}, &Run::serial);
  if (next != runs.begin()) {
    const Run& run = next[-1];
    const std::uint32_t end = next == runs.end() ? run_.node : next->node;
    if (x.serial_ - run.offset < end) return static_cast<std::uint32_t>(x.serial_ - run.offset);
  }
  throw std::logic_error("var: its tape was cleared, or rewound past it");
}

std::uint64_t Tape::earlier_serial(std::uint32_t node) const {
  const Run& run = std::ranges::upper_bound(state_->earlier_runs, node, {}, &Run::node)[-1];
  return run.offset + node;
}

// Records from `node` on are about to be removed: their serial numbers are not used again.
void Tape::start_run(std::uint32_t node) {
  std::vector<Run>& runs = state_->earlier_runs;
  if (run_.node < node) runs.push_back(run_);
  while (!runs.empty() && runs.back().node >= node) runs.pop_back();
  run_ = {run_.offset + nodes_.size() - node, node};
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
           .scope = scope_ & 0xFFFFFF,
           .operands = 0,
           .leaf = 0,
           .unused_leaf = 0};
  nodes_.count_in(1);
  return added;
}

Tape::Node& Tape::push(const char* name, const Shape& shape, Real* value, bool needs_gradient) {
  if (!needs_gradient) largest_constant_ = std::max(largest_constant_, shape.size());
  return add(name, kept(shape), value, needs_gradient);
}

Tape::Uses Tape::use_many(const char* name, const Shape& shape, std::span<const Var> operands) {
  Uses uses{
      .operand = {static_cast<std::uint32_t>(operands_.size()), static_cast<std::uint32_t>(operands.size())}};
  std::uint32_t* list = operands_.room_for(operands.size());
  for (std::size_t i = 0; i < operands.size(); ++i) list[i] = check(operands[i], name);
  for (std::size_t i = 0; i < operands.size(); ++i) use(list[i], shape, uses);
  return uses;
}

// Removes the records from `node` on and all memory taken since that one began.
void Tape::take_back(std::uint32_t node) {
  remove_from(node, state_->memory.position_of(nodes_[node].value));
}

void Tape::remove_from(std::uint32_t node, const MemoryPosition& memory) {
  std::size_t operands = operands_.size();
  for (std::size_t i = nodes_.size(); i-- > node;)
    if (nodes_[i].operands == Node::more) operands = nodes_[i].operand[0];
  rewind({this, node, static_cast<std::uint32_t>(operands), node == 0 ? 0 : serial(node - 1), memory});
}

void Tape::check_finite_or_remove(std::uint32_t node, const Real* value) {
  try {
    check_finite(node, {value, static_cast<std::size_t>(nodes_[node].shape->size())}, "value");
  } catch (...) {
    remove_from(node, state_->memory.position());
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
  if (gradients_) nodes_[i].root = i;
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
  if (gradient && gradients_) node.root = root;
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
