#include "doxa/autograd/tape.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <stdexcept>
#include <string>

namespace doxa {

// ---- building the list
// ----------------------------------------------------------------------------------------

void Tape::refuse(Var x) const {
  if (x.tape_ != this)
    throw std::logic_error(x.tape_ ? "var: it belongs to another tape" : "var: it belongs to no tape");
  throw std::logic_error("var: its tape was cleared, or rewound past it");
}

std::uint32_t Tape::push(const char* name, const Shape& shape, Real* value, bool needs_gradient) {
  if (nodes_.size() >= std::numeric_limits<std::uint32_t>::max() - 1)
    throw std::length_error("tape: too many records");
  const auto node = static_cast<std::uint32_t>(nodes_.size());
  nodes_.push_back({.value = value,
                    .adjoint = nullptr,
                    .rule = nullptr,
                    .captures = nullptr,
                    .name = name,
                    .shape = shape,
                    .first_operand = static_cast<std::uint32_t>(operands_.size()),
                    .operands = 0,
                    .root = needs_gradient ? node : none,
                    .generation = generation_,
                    .reached = 0,
                    .scope = scope_});
  return node;
}

std::uint32_t Tape::begin(const char* name, const Shape& shape, std::span<const Var> operands) {
  bool needs_gradient = false;
  for (const Var& x : operands) {
    if (x.tape_ != this && x.tape_)
      throw std::logic_error(std::string(name) + ": operands on two different tapes");
    needs_gradient |= nodes_[check(x)].root != none;
  }
  needs_gradient &= gradients_;
  const std::uint32_t node = push(name, shape, memory_.allocate_array<Real>(shape.size()), needs_gradient);
  for (const Var& x : operands) {
    operands_.push_back(x.node_);
    const Node& operand = nodes_[x.node_];
    if (needs_gradient && operand.root == none)
      largest_constant_ = std::max(largest_constant_, operand.shape.size());
  }
  nodes_[node].operands = static_cast<std::uint32_t>(operands.size());
  return node;
}

Var Tape::constant(const Shape& shape, std::span<const Real> values) {
  if (static_cast<Index>(values.size()) != shape.size())
    throw std::invalid_argument("constant: " + std::to_string(values.size()) + " values for shape " +
                                shape.str());
  return constant(shape, [values](std::span<Real> all) { std::ranges::copy(values, all.begin()); });
}

Var Tape::variable(const Tensor& value) {
  const Var x = constant(value);
  nodes_[x.node_].name = "variable";
  if (gradients_) nodes_[x.node_].root = x.node_;
  return x;
}

Var Tape::view(const char* name, Var x, const Shape& shape, Index offset, bool gradient) {
  const std::uint32_t of = check(x);
  const Node& source = nodes_[of];
  if (offset < 0 || offset + shape.size() > source.shape.size())
    throw std::invalid_argument(std::string(name) + ": " + shape.str() + " at offset " +
                                std::to_string(offset) + " does not lie inside " + source.shape.str());
  const std::uint32_t root = source.root;
  const std::uint32_t node = push(name, shape, source.value + offset, false);
  operands_.push_back(of);
  nodes_[node].operands = 1;
  if (gradient && gradients_) nodes_[node].root = root;
  return handle(node);
}

// ---- leaves kept elsewhere
// ------------------------------------------------------------------------------------

// Where the leaf with this gradient is, or would go. A leaf's `captures` is its gradient tensor.
std::size_t Tape::slot_of(const Tensor& gradient) const {
  const std::size_t mask = leaf_slots_.size() - 1;
  std::size_t slot =
      (reinterpret_cast<std::uintptr_t>(&gradient) >> 4) * std::size_t{0x9E3779B97F4A7C15} >> 20 & mask;
  while (leaf_slots_[slot] && nodes_[leaf_slots_[slot] - 1].captures != &gradient) slot = (slot + 1) & mask;
  return slot;
}

void Tape::index_leaves(std::size_t slots) {
  leaf_slots_.assign(slots, 0);
  for (const std::uint32_t leaf : leaves_)
    leaf_slots_[slot_of(*static_cast<const Tensor*>(nodes_[leaf].captures))] = leaf + 1;
}

Var Tape::leaf(const Tensor& value, Tensor& gradient) {
  if (value.shape() != gradient.shape())
    throw std::invalid_argument("leaf: value and gradient differ in shape: " + value.shape().str() + " and " +
                                gradient.shape().str());
  return bind(value.shape(), value.data(), gradient);
}

Var Tape::bind(const Shape& shape, const Real* value, Tensor& gradient) {
  if (2 * leaves_.size() >= leaf_slots_.size())
    index_leaves(std::max<std::size_t>(64, 2 * leaf_slots_.size()));
  const std::size_t slot = slot_of(gradient);
  if (leaf_slots_[slot]) {
    const std::uint32_t bound = leaf_slots_[slot] - 1;
    const bool elsewhere = !keeps_leaf_gradients_ && nodes_[bound].adjoint != gradient.data();
    if (nodes_[bound].value != value || elsewhere)
      throw std::logic_error("leaf: this gradient is already bound to another value");
    return handle(bound);
  }
  Real* data = const_cast<Real*>(value);  // a leaf has no forward rule: nothing writes to it
  const std::uint32_t node = push("leaf", shape, data, gradients_);
  nodes_[node].captures = &gradient;
  if (require_finite_) check_finite(node, {value, static_cast<std::size_t>(shape.size())}, "value");
  if (!gradients_) return handle(node);
  if (!keeps_leaf_gradients_) nodes_[node].adjoint = gradient.data();
  leaves_.push_back(node);
  leaf_slots_[slot] = node + 1;
  return handle(node);
}

// ---- mark and rewind
// ------------------------------------------------------------------------------------------

bool Tape::holds(const Mark& mark) const {
  return mark.tape == this && mark.nodes <= nodes_.size() &&
         (mark.nodes == 0 || nodes_[mark.nodes - 1].generation == mark.last_generation);
}

void Tape::rewind(const Mark& mark) {
  if (mark.tape != this) throw std::logic_error("rewind: the mark belongs to another tape");
  if (!holds(mark)) throw std::logic_error("rewind: the tape was already cleared, or rewound past the mark");
  peak_bytes_ = peak_bytes();
  nodes_.resize(mark.nodes, Node{});
  operands_.resize(mark.operands);
  memory_.rewind(mark.memory);
  ++generation_;
  if (mark.nodes <= differentiated_) {  // what was differentiated is gone
    differentiated_ = none;
    adjoints_.reset();
  }
  if (leaves_.empty() || leaves_.back() < mark.nodes) return;
  while (!leaves_.empty() && leaves_.back() >= mark.nodes) leaves_.pop_back();
  index_leaves(leaf_slots_.size());
}

std::size_t Tape::bytes() const {
  return memory_.capacity() + adjoints_.capacity() + nodes_.capacity() * sizeof(Node) +
         operands_.capacity() * sizeof(std::uint32_t);
}

std::size_t Tape::bytes_used() const {
  return memory_.used() + adjoints_.used() + nodes_.size() * sizeof(Node) +
         operands_.size() * sizeof(std::uint32_t);
}

std::size_t Tape::peak_bytes() const { return std::max(peak_bytes_, bytes_used()); }

// ---- the reverse loop
// -----------------------------------------------------------------------------------------

// An adjoint is made when a rule asks for it: it is then warm in the cache, and records that the loss does
// not depend on cost nothing.
void Tape::start_adjoint(std::uint32_t root, bool zero) {
  Node& node = nodes_[root];
  node.reached = backward_;
  if (!is_leaf(node) || keeps_leaf_gradients_) node.adjoint = adjoints_.take(node.shape.size());
  if (zero) std::fill_n(node.adjoint, node.shape.size(), Real{0});
}

bool Tape::accumulates(std::uint32_t node) {
  if (nodes_[node].root != node) {  // a view: what it does not show is 0
    reach(nodes_[node].root);
    return true;
  }
  if (nodes_[node].reached == backward_) return true;
  start_adjoint(node, false);
  return false;
}

//! [reverse-loop]
void Tape::propagate(std::uint32_t last, std::uint32_t first) {
  for (std::uint32_t i = last + 1; i-- > first;) {
    const Node& node = nodes_[i];
    if (!node.rule || node.reached != backward_) continue;
    const std::uint32_t begin = node.first_operand, end = begin + node.operands;
    Record line(this, i);
    node.rule(line, node.captures);  // may add records and take them away again: `node` is not good after it
    if (require_finite_) [[unlikely]]
      for (std::uint32_t k = begin; k < end; ++k)
        if (const Node& operand = nodes_[operands_[k]];
            operand.root != none && nodes_[operand.root].reached == backward_)
          check_finite(i, {adjoint_of(operand), static_cast<std::size_t>(operand.shape.size())},
                       ("the gradient it adds to operand " + std::to_string(k - begin)).c_str());
    if (!adjoints_kept_)
      adjoints_.give(nodes_[i].adjoint, nodes_[i].shape.size());  // nothing above i is left
  }
}
//! [reverse-loop]

void Tape::make_sink() {
  if (sink_.size() < static_cast<std::size_t>(largest_constant_))
    sink_.resize(static_cast<std::size_t>(largest_constant_));
}

void Tape::start_backward(std::uint32_t node, std::span<const Real> cotangent) {
  ++backward_;
  differentiated_ = node;
  adjoints_.reset();
  adjoints_kept_ = keep_adjoints_;
  make_sink();
  if (nodes_[node].root != none) {  // otherwise y depends on no variable, and every gradient is zero
    reach(nodes_[node].root);
    std::copy(cotangent.begin(), cotangent.end(), adjoint_of(nodes_[node]));
    if (require_finite_) check_finite(node, cotangent, "the cotangent");
    propagate(node);
  }
  for (const std::uint32_t leaf : leaves_) reach(leaf);
}

void Tape::check_finite(std::uint32_t node, std::span<const Real> numbers, const char* what) const {
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    if (std::isfinite(numbers[i])) continue;
    const std::string& scope = scopes_.path(nodes_[node].scope);
    const char* number = std::isnan(numbers[i]) ? "nan" : numbers[i] > 0 ? "inf" : "-inf";
    throw std::domain_error(scope + (scope.empty() ? "" : ": ") + nodes_[node].name + ": " + what + '[' +
                            std::to_string(i) + "] is " + number);
  }
}

void Tape::backward(Var loss) {
  const std::uint32_t node = check(loss);
  if (loss.size() != 1)
    throw std::invalid_argument("backward: expected a loss with one element, got shape " +
                                loss.shape().str());
  const Real one = 1;
  start_backward(node, {&one, 1});
}

void Tape::backward(Var y, const Tensor& cotangent) {
  const std::uint32_t node = check(y);
  if (cotangent.shape() != y.shape())
    throw std::invalid_argument("backward: the cotangent has shape " + cotangent.shape().str() +
                                ", expected " + y.shape().str());
  start_backward(node, cotangent.span());
}

// ---- looking at it
// --------------------------------------------------------------------------------------------

Var Tape::at(std::size_t i) {
  if (i >= nodes_.size())
    throw std::logic_error("tape: record " + std::to_string(i) + " of " + std::to_string(size()));
  return handle(static_cast<std::uint32_t>(i));
}

std::vector<std::size_t> Tape::operands(Var x) const {
  const Node& node = nodes_[check(x)];
  const auto first = operands_.begin() + node.first_operand;
  return {first, first + node.operands};
}

// ---- handles
// --------------------------------------------------------------------------------------------------

void Var::refuse() { throw std::logic_error("var: it belongs to no tape"); }

std::span<const Real> Var::value() const {
  const Tape::Node& node = tape().nodes_[tape_->check(*this)];
  return {node.value, static_cast<std::size_t>(node.shape.size())};
}

Tensor Var::tensor() const { return Tensor(shape(), value()); }

Real Var::item() const {
  if (size() != 1) throw std::invalid_argument("item: expected one element, got shape " + shape().str());
  return value()[0];
}

bool Var::needs_gradient() const { return tape().nodes_[tape_->check(*this)].root != Tape::none; }

bool Tape::has_adjoint(Var x) const {
  const std::uint32_t root = nodes_[check(x)].root;
  return differentiated() && root != none && (adjoints_kept_ || !nodes_[root].rule);
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
