// The bookkeeping of a tape: memory, leaves, marks, scopes.

#include "doxa/autograd/internal/tape_state.h"

#include <algorithm>
#include <cmath>
#include <stdexcept>

#include "doxa/autograd/kernels/kernels.h"

namespace doxa {

Tape::Tape(const Kernels& kernels)
    : kernels_(&kernels),
      state_(std::make_unique<State>()),
      free_memory_(state_->memory.free()),
      free_adjoints_(state_->adjoints.small()) {}
Tape::~Tape() = default;

void Tape::keep_adjoints(bool on) { state_->keep_adjoints = on; }

// ---- memory ----------------------------------------------------------------------------------------------

void* Tape::allocate_watched(std::size_t bytes) {
  void* p = state_->memory.allocate(bytes);
  fill_with_nan(p, bytes);
  return p;
}

Real* Tape::workspace(Index n) {
  std::vector<Real, CacheAligned<Real>>& memory = state_->workspace;
  if (static_cast<Index>(memory.size()) < n) [[unlikely]]
    memory.resize(static_cast<std::size_t>(n));
  return memory.data();
}

Real* Record::workspace(Index n) const {
  Real* memory = tape_->workspace(n);
  fill_with_nan(memory, static_cast<std::size_t>(n) * sizeof(Real));
  return memory;
}

// A rule may hold it for several operands at once, so it must not move.
Real* Tape::sink(Index n) {
  State& s = *state_;
  if (n > s.sink_size) {
    s.sink_size = std::max(n, largest_constant_);
    s.sink = s.adjoints.take(s.sink_size);
    std::fill_n(s.sink, s.sink_size, Real{0});
  }
  return s.sink;
}

// The address at which the tape keeps this shape. A step of training has some ten shapes: each is kept about
// once, so that rules find it in the cache.
const Shape* Tape::kept(const Shape& shape) {
  static constexpr Shape scalar;
  if (shape.rank() == 0) return &scalar;
  State& s = *state_;
  std::uint64_t hash = static_cast<std::uint64_t>(shape.rank());
  for (int axis = 0; axis < Shape::max_rank; ++axis)  // those past the rank are 0
    hash = (hash ^ static_cast<std::uint64_t>(shape[axis])) * std::uint64_t{0x9E3779B97F4A7C15};
  const Shape*& recent = s.recent_shapes[hash >> 32 & (s.recent_shapes.size() - 1)];
  if (recent && *recent == shape) return recent;
  return recent = new (allocate(sizeof(Shape))) Shape(shape);
}

std::size_t Tape::bytes() const {
  return state_->memory.capacity() + state_->adjoints.capacity() + nodes_.capacity() * sizeof(Node) +
         operands_.capacity() * sizeof(std::uint32_t);
}

std::size_t Tape::bytes_used() const {
  return state_->memory.used() + state_->adjoints.used() + nodes_.size() * sizeof(Node) +
         operands_.size() * sizeof(std::uint32_t);
}

std::size_t Tape::peak_bytes() const { return std::max(state_->peak_bytes, bytes_used()); }

// ---- leaves kept elsewhere -------------------------------------------------------------------------------

// Of more than 4096 numbers it takes about 1024, because reading them all would show in the time of a
// training step; an optimiser's step changes these too. Debug and sanitizer builds take all.
std::uint64_t Tape::fingerprint(const Shape& shape, const Real* value) const {
#ifdef DOXA_CHECKED
  const Index stride = 1;
#else
  const Index stride = shape.size() <= 4096 ? 1 : (shape.size() + 1023) / 1024;
#endif
  return kernels_->hash(shape.size(), stride, value);
}

// Where the leaf with this gradient is, or would go.
std::size_t Tape::slot_of(const Tensor& gradient) const {
  const std::size_t mask = state_->leaf_slots.size() - 1;
  const std::uint64_t address = reinterpret_cast<std::uintptr_t>(&gradient);
  std::size_t slot =
      static_cast<std::size_t>((address >> 4) * std::uint64_t{0x9E3779B97F4A7C15} >> 20) & mask;
  for (;; slot = (slot + 1) & mask) {
    const std::uint32_t entry = state_->leaf_slots[slot];
    if (entry == 0 || state_->leaves[entry - 1].gradient == &gradient) return slot;
  }
}

void Tape::index_leaves(std::size_t slots) {
  if (slots == state_->leaf_slots.size())
    std::ranges::fill(state_->leaf_slots, 0);
  else
    state_->leaf_slots = std::vector<std::uint32_t>(slots);
  for (std::size_t i = 0; i < state_->leaves.size(); ++i)
    state_->leaf_slots[slot_of(*state_->leaves[i].gradient)] = static_cast<std::uint32_t>(i + 1);
}

Var Tape::leaf(const Tensor& value, Tensor& gradient) {
  if (value.shape() != gradient.shape() || &value == &gradient) [[unlikely]]
    refuse_leaf(value, gradient);
  return bind(value.shape(), value.data(), gradient);
}

void Tape::refuse_leaf(const Tensor& value, const Tensor& gradient) const {
  if (&value == &gradient) throw argument_error({"leaf", *this}, "value and gradient are the same tensor");
  throw argument_error({"leaf", *this}, "value and gradient differ in shape: " + value.shape().str() +
                                            " and " + gradient.shape().str());
}

// A layer binds its parameters each time it is called, so most are bound already.
Var Tape::bind(const Shape& shape, const Real* value, Tensor& gradient) {
  State& s = *state_;
  if (!s.constant_leaves.empty()) [[unlikely]]
    if (std::ranges::find(s.constant_leaves, &gradient) != s.constant_leaves.end())
      return push_leaf(shape, value, false);
  const std::uint32_t entry = s.leaf_slots[slot_of(gradient)];
  if (entry == 0) [[unlikely]]
    return bind_first(shape, value, gradient);
  const State::BoundValue& leaf = s.leaves[entry - 1];
  if (const Node& x = nodes_[leaf.record]; x.value != value || !(*x.shape == shape)) [[unlikely]]
    refuse_other_value();
  if (leaf.backward != backward_) [[unlikely]]
    take_new_value(entry - 1);
  return handle(leaf.record);
}

void Tape::refuse_other_value() {
  throw std::logic_error("leaf: this gradient is already bound to another value");
}

// The value may have changed since the last backward: records from here on may then use the new one.
void Tape::take_new_value(std::size_t i) {
  State::BoundValue& leaf = state_->leaves[i];
  if (leaf.first_use == none || state_->records_in_use > 0) return;
  const Node& x = nodes_[leaf.record];
  leaf.backward = backward_;
  if (const std::uint64_t now = fingerprint(*x.shape, x.value); now != leaf.fingerprint) {
    leaf.fingerprint = now;
    leaf.since = static_cast<std::uint32_t>(nodes_.size());
  }
}

Var Tape::push_leaf(const Shape& shape, const Real* value, bool needs_gradient) {
  push("leaf", shape, const_cast<Real*>(value),
       needs_gradient);  // it has no forward rule: nothing writes to it
  return newest();
}

Var Tape::bind_first(const Shape& shape, const Real* value, Tensor& gradient) {
  State& s = *state_;
  // What may fail comes first, so that it leaves no record that is in no list.
  if (s.leaves.size() == s.leaves.capacity()) s.leaves.reserve(2 * s.leaves.size() + 16);
  if (2 * (s.leaves.size() + 1) > s.leaf_slots.size()) index_leaves(2 * s.leaf_slots.size());
  push_leaf(shape, value, gradients_);
  const auto at = static_cast<std::uint32_t>(nodes_.size() - 1);
  Node& node = nodes_[at];
  if (require_finite_) [[unlikely]]
    check_finite_or_remove(at, value);
  node.leaf = true;
  node.set_gradient(&gradient);
  if (!gradients_) return newest();
  if (!s.keeps_leaf_gradients) node.adjoint = gradient.data();
  node.unused_leaf = true;
  s.leaves.push_back({&gradient, at});
  s.leaf_slots[slot_of(gradient)] = static_cast<std::uint32_t>(s.leaves.size());
  return newest();
}

// Rules read the values of leaves where they lie, so a leaf that was changed after a record used it makes the
// gradients those of no function. `record` is the first to use this one.
void Tape::note_use(std::uint32_t leaf, std::uint32_t record) {
  Node& x = nodes_[leaf];
  State::BoundValue& bound = *std::ranges::lower_bound(state_->leaves, leaf, {}, &State::BoundValue::record);
  x.unused_leaf = false;
  bound.first_use = bound.since = record;
  bound.backward = backward_;
  bound.fingerprint = fingerprint(*x.shape, x.value);
}

// Throws if a leaf that y depends on has changed.
void Tape::expect_unchanged_leaves(std::uint32_t y) const {
  for (const State::BoundValue& leaf : state_->leaves) {
    if (leaf.first_use == none) continue;
    const Node& x = nodes_[leaf.record];
    const bool changed = fingerprint(*x.shape, x.value) != leaf.fingerprint;
    if (!changed && leaf.since == leaf.first_use) continue;
    if (!depends(y, leaf.record, changed ? none : leaf.since)) continue;
    const std::string& scope = state_->scopes.path(x.scope);
    throw std::logic_error(
        "backward: the leaf of shape " + x.shape->str() + (scope.empty() ? "" : " in " + scope) +
        " was changed after it was recorded; run every backward before an optimiser's step, "
        "or clear the tape and evaluate again");
  }
}

// Does y depend, with or without a gradient, on a record before number `before` that uses this leaf?
bool Tape::depends(std::uint32_t y, std::uint32_t leaf, std::uint32_t before) const {
  std::vector<bool> wanted(y + std::size_t{1});
  wanted[y] = true;
  for (std::uint32_t i = y + 1; i-- > leaf;) {
    if (!wanted[i]) continue;
    for (const std::uint32_t operand : operands_of(nodes_[i])) {
      if (operand == leaf && i < before) return true;
      wanted[operand] = true;
    }
  }
  return y == leaf && before == none;
}

// ---- mark and rewind -------------------------------------------------------------------------------------

Tape::Mark Tape::mark() const {
  return {this, static_cast<std::uint32_t>(nodes_.size()), static_cast<std::uint32_t>(operands_.size()),
          nodes_.size() == 0 ? 0 : serial(static_cast<std::uint32_t>(nodes_.size() - 1)),
          state_->memory.position()};
}

bool Tape::holds(const Mark& mark) const {
  return mark.tape == this && mark.nodes <= nodes_.size() &&
         (mark.nodes == 0 || serial(mark.nodes - 1) == mark.last_serial) &&
         !(state_->memory.position() < mark.memory);
}

void Tape::rewind(const Mark& mark) {
  if (mark.tape != this) throw std::logic_error("rewind: the mark belongs to another tape");
  if (!holds(mark)) throw std::logic_error("rewind: the tape was already cleared, or rewound past the mark");
  State& s = *state_;
  if (mark.nodes < s.records_in_use)
    throw std::logic_error(
        "rewind: the tape was cleared or rewound by a backward rule that is still running");
  s.peak_bytes = peak_bytes();
  if (mark.nodes < nodes_.size()) start_run(mark.nodes);
  nodes_.shorten(mark.nodes);
  operands_.shorten(mark.operands);
  s.memory.rewind(mark.memory);
  s.recent_shapes.fill(nullptr);
  if (mark.nodes <= differentiated_) {  // what was differentiated is gone
    differentiated_ = none;
    s.reset_adjoints();
  }
  for (std::size_t i = 0; i < s.leaves.size() && s.leaves[i].record < mark.nodes; ++i) {
    State::BoundValue& leaf = s.leaves[i];
    if (leaf.first_use != none && leaf.first_use >= mark.nodes) {  // its uses are gone
      nodes_[leaf.record].unused_leaf = true;
      leaf = {leaf.gradient, leaf.record};
    } else {  // records from here on may use new numbers, as if it had not been bound since
      leaf.since = std::min(leaf.since, mark.nodes);
      leaf.backward = backward_ - 1;
    }
  }
  if (s.leaves.empty() || s.leaves.back().record < mark.nodes) return;
  while (!s.leaves.empty() && s.leaves.back().record >= mark.nodes) s.leaves.pop_back();
  index_leaves(s.leaf_slots.size());
}

Evaluation::Evaluation(Tape& tape) : tape_(tape), mark_(tape.mark()), gradients_(tape.gradients_) {
  tape.gradients_ = false;
}

Evaluation::~Evaluation() {
  tape_.gradients_ = gradients_;
  if (tape_.holds(mark_)) tape_.rewind(mark_);  // not if the tape was cleared meanwhile
}

// ---- scopes ----------------------------------------------------------------------------------------------

std::uint32_t ScopeTable::find(std::uint32_t outer, std::string_view name) {
  std::uint32_t scope = 1;
  while (scope < regions_.size() && (regions_[scope].outer != outer || last_name(scope) != name)) ++scope;
  if (scope == regions_.size()) {
    if (scope == largest_scope) throw std::length_error("scope: too many regions of one tape");
    std::string path = regions_[outer].path;
    if (outer != 0) path += '/';
    const std::size_t begin = path.size();
    regions_.push_back({outer, begin, path.append(name)});
  }
  recent_[slot(outer, name)] = {outer, scope, name.data()};
  return scope;
}

Scope::Scope(Tape& tape, std::string_view name) : tape_(tape), outer_(tape.scope_) {
  tape.scope_ = tape.state_->scopes.inside(outer_, name);
}

Scope::~Scope() { tape_.scope_ = outer_; }

const std::string& Tape::scope() const { return state_->scopes.path(scope_); }
const std::string& Tape::scope(Var x) const { return state_->scopes.path(node(x).scope); }

std::string OpName::str() const {
  const std::string scope = tape ? tape->scope() : "";
  return scope.empty() ? name : scope + ": " + name;
}

void Tape::check_finite(std::uint32_t node, std::span<const Real> numbers, const char* what) const {
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    if (std::isfinite(numbers[i])) continue;
    const std::string& scope = state_->scopes.path(nodes_[node].scope);
    const char* number = std::isnan(numbers[i]) ? "nan" : numbers[i] > 0 ? "inf" : "-inf";
    throw std::domain_error(scope + (scope.empty() ? "" : ": ") + nodes_[node].name + ": " + what + '[' +
                            std::to_string(i) + "] is " + number);
  }
}

}  // namespace doxa
