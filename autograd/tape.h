#pragma once

#include <concepts>
#include <initializer_list>
#include <span>
#include <type_traits>
#include <vector>

#include "doxa/autograd/adjoint_pool.h"
#include "doxa/autograd/arena.h"
#include "doxa/autograd/kernels/kernels.h"
#include "doxa/autograd/record.h"
#include "doxa/autograd/scope.h"
#include "doxa/autograd/var.h"

namespace doxa {

/// The Wengert list: one record a value, in the order of evaluation; reverse mode is one loop over it from
/// the loss back (Wengert 1964; Linnainmaa 1976; Griewank & Walther, "Evaluating Derivatives", 2nd ed., ch.
/// 3). Values live in an arena, adjoints in a pool of buffers used again and again while the loop runs; both
/// keep their memory, so a training step allocates nothing from the second on. One tape a thread.
class Tape {
 public:
  explicit Tape(const Kernels& kernels = doxa::kernels()) : kernels_(&kernels) {}
  Tape(const Tape&) = delete;  // a Var points at its tape
  Tape& operator=(const Tape&) = delete;

  /// A value without gradient. The tensor is copied.
  Var constant(const Tensor& value) { return constant(value.shape(), value.span()); }
  Var constant(const Shape& shape, std::span<const Real> values);
  Var constant(Real value) { return constant(Shape{}, std::span<const Real>(&value, 1)); }
  Var constant(const Shape& shape, Real value) {
    return constant(shape, [value](std::span<Real> all) {
      for (Real& x : all) x = value;
    });
  }
  /// The same, written in place: fill(std::span<Real>) must set every element.
  template <std::invocable<std::span<Real>> Fill>
  Var constant(const Shape& shape, Fill&& fill) {
    Real* value = memory_.allocate_array<Real>(shape.size());
    const std::span<Real> all(value, static_cast<std::size_t>(shape.size()));
    fill(all);
    const std::uint32_t node = push("constant", shape, value, false);
    if (require_finite_) [[unlikely]]
      check_finite(node, all, "value");
    return handle(node);
  }
  /// A value whose gradient is read with Var::adjoint. The tensor is copied.
  Var variable(const Tensor& value);
  /// A value kept elsewhere, whose gradient is written there: backward(loss) sets `gradient` to ∂loss/∂value
  /// (zero if the loss does not depend on it). Both tensors must outlive this step; binding them again before
  /// the next clear() gives the same Var. Throws std::invalid_argument if their shapes differ.
  Var leaf(const Tensor& value, Tensor& gradient);

  /// Adds an op: y of the given shape = f(operands), `forward(record)` computes it now, `backward(record)`
  /// runs in Tape::backward. `backward` is copied onto the tape, so what it captures must be trivially
  /// copyable: numbers, shapes, pointers from scratch(). Built-in ops are added by this same function. `name`
  /// must outlive the tape. Throws std::logic_error if an operand is stale or on another tape.
  template <std::invocable<Record&> Forward, std::invocable<Record&> Backward>
  Var record(const char* name, const Shape& shape, std::span<const Var> operands, Forward&& forward,
             Backward backward);

  /// The same memory seen as `shape`, from element `offset` of x on: no copy, and the adjoint is x's own.
  /// With `gradient` false the result is a constant.
  Var view(const char* name, Var x, const Shape& shape, Index offset, bool gradient = true);

  /// n numbers of uninitialised memory that live as long as the records made now.
  template <class T>
  T* scratch(Index n) {
    static_assert(std::is_trivially_copyable_v<T>);
    return memory_.allocate_array<T>(n);
  }

  /// Computes the adjoint of every value that `loss` depends on. Adjoints start from zero, so a second
  /// backward gives the same as the first. Throws std::invalid_argument unless the loss has one element.
  void backward(Var loss);
  /// The same for any y, from the cotangent v: adjoints become ∂(Σ v_i y_i)/∂·.
  void backward(Var y, const Tensor& cotangent);

  /// On: every value's adjoint can be read after backward. Off, as it is at first: those of variables and
  /// leaves, and the memory of the others is used again as the loop runs.
  void keep_adjoints(bool on) { keep_adjoints_ = on; }

  /// A position to come back to. Everything recorded after it goes when the tape is rewound.
  struct Mark {
    const Tape* tape = nullptr;
    std::uint32_t nodes = 0, operands = 0, last_generation = 0;
    Arena::Position memory = {};
  };
  Mark mark() const {
    return {this, static_cast<std::uint32_t>(nodes_.size()), static_cast<std::uint32_t>(operands_.size()),
            nodes_.empty() ? 0 : nodes_.back().generation, memory_.position()};
  }
  bool holds(const Mark& mark) const;   ///< was the mark made on this tape, and never rewound past since?
  void rewind(const Mark& mark);        ///< throws std::logic_error unless holds(mark)
  void clear() { rewind(Mark{this}); }  ///< keeps the memory

  /// While on, the first op that makes a NaN or an infinity, in the forward or the backward direction, throws
  /// std::domain_error naming its scope, itself and the element: "encoder/layer1: log: value[3] is -inf".
  void require_finite(bool on) { require_finite_ = on; }

  std::size_t size() const { return nodes_.size(); }  ///< number of records
  std::size_t bytes() const;                          ///< memory owned
  std::size_t bytes_used() const;                     ///< memory in use by the current records
  std::size_t peak_bytes() const;                     ///< the most that was ever in use
  const Kernels& kernels() const { return *kernels_; }

  /// For printing: record number i, 0 ≤ i < size(), and what it is.
  Var at(std::size_t i);
  const char* name(Var x) const { return nodes_[check(x)].name; }
  const std::string& scope(Var x) const {
    return scopes_.path(nodes_[check(x)].scope);
  }  ///< "encoder/layer1"
  std::vector<std::size_t> operands(Var x) const;
  std::size_t position(Var x) const { return check(x); }
  bool differentiated() const { return differentiated_ != none; }  ///< are there adjoints to read?
  bool has_adjoint(Var x) const;                                   ///< can that of x be read?

 private:
  friend class Var;
  friend class Record;
  friend class Evaluation;
  friend class Scope;
  friend class Checkpoint;
  friend class Shards;
  static constexpr std::uint32_t none = ~std::uint32_t{0};
  using Rule = void (*)(Record&, const void* captures);
  struct Node {
    Real* value;
    Real* adjoint;         // of a root that backward has reached; of a leaf, its gradient
    Rule rule;             // null: nothing to propagate
    const void* captures;  // what the rule remembers
    const char* name;
    Shape shape;
    std::uint32_t first_operand, operands;
    std::uint32_t root;  // whose adjoint its own lies in: itself unless it is a view; none: it needs none
    std::uint32_t generation;  // which life of the tape it was made in
    std::uint32_t reached;     // the last backward that reached it
    std::uint32_t scope;
  };

  struct BoundLeaf {
    Shape shape;
    const Real* value;
    Tensor* gradient;
  };

  static bool is_leaf(const Node& x) {
    return x.captures && !x.rule;
  }  // its captures are its gradient tensor
  std::uint32_t operand_node(std::uint32_t node, int i) const {
    return operands_[nodes_[node].first_operand + static_cast<std::uint32_t>(i)];
  }
  const Node& operand(std::uint32_t node, int i) const { return nodes_[operand_node(node, i)]; }
  std::uint32_t check(Var x) const {
    if (x.tape_ != this || x.node_ >= nodes_.size() || nodes_[x.node_].generation != x.generation_)
        [[unlikely]]
      refuse(x);
    return x.node_;
  }
  [[noreturn]] void refuse(Var x) const;
  std::uint32_t push(const char* name, const Shape& shape, Real* value, bool needs_gradient);
  std::uint32_t begin(const char* name, const Shape& shape, std::span<const Var> operands);
  Var bind(const Shape& shape, const Real* value, Tensor& gradient);
  Real* workspace(Index n) {
    if (static_cast<Index>(workspace_.size()) < n) [[unlikely]]
      workspace_.resize(static_cast<std::size_t>(n));
    return workspace_.data();
  }
  void reach(std::uint32_t root) {
    if (nodes_[root].reached != backward_) start_adjoint(root, true);
  }
  bool accumulates(std::uint32_t node);
  void start_adjoint(std::uint32_t root, bool zero);
  Real* adjoint_of(const Node& x) const { return nodes_[x.root].adjoint + (x.value - nodes_[x.root].value); }
  void propagate(std::uint32_t last, std::uint32_t first = 0);
  void make_sink();
  void check_finite(std::uint32_t node, std::span<const Real> numbers, const char* what) const;
  void start_backward(std::uint32_t node, std::span<const Real> cotangent);
  std::size_t slot_of(const Tensor& gradient) const;
  void index_leaves(std::size_t slots);
  Var handle(std::uint32_t node) { return Var(this, node, nodes_[node].generation); }

  const Kernels* kernels_;
  std::vector<Node> nodes_;
  std::vector<std::uint32_t> operands_;
  Arena memory_;  // values, and what the rules keep
  AdjointPool adjoints_;
  std::vector<std::uint32_t> leaves_;      // bound leaves, in order
  std::vector<std::uint32_t> leaf_slots_;  // open addressing by the gradient's address: record + 1, or 0
  Index largest_constant_ = 0;             // of the operands that need no gradient beside some that do
  std::vector<Real> sink_;                 // where rules may write those operands' adjoints
  std::vector<Real, CacheAligned<Real>> workspace_;  // of the rule that runs
  std::vector<Var> block_operands_;                  // of the checkpoint that is being recorded
  std::vector<BoundLeaf> block_leaves_;
  ScopeTable scopes_;
  std::uint32_t scope_ = 0;
  std::size_t peak_bytes_ = 0;
  std::uint32_t generation_ = 1, backward_ = 0;
  std::uint32_t differentiated_ = none;  // the y of the last backward, while it is on the tape
  bool gradients_ = true, require_finite_ = false, keep_adjoints_ = false;
  bool adjoints_kept_ = false;         // by the last backward
  bool keeps_leaf_gradients_ = false;  // the adjoints of leaves are the tape's own: see shards.h
};

/// Adds an op to the tape of its operands: see Tape::record.
template <class Forward, class Backward>
Var record(const char* name, const Shape& shape, std::initializer_list<Var> operands, Forward&& forward,
           Backward backward) {
  return operands.begin()->tape().record(name, shape, {operands.begin(), operands.size()}, forward, backward);
}

/// While it lives, values are computed without rules or adjoints; when it ends, the tape is as it was before.
class Evaluation {
 public:
  explicit Evaluation(Tape& tape) : tape_(tape), mark_(tape.mark()), gradients_(tape.gradients_) {
    tape.gradients_ = false;
  }
  ~Evaluation() {
    tape_.gradients_ = gradients_;
    if (tape_.holds(mark_)) tape_.rewind(mark_);  // not if the tape was cleared meanwhile
  }
  Evaluation(const Evaluation&) = delete;
  Evaluation& operator=(const Evaluation&) = delete;

 private:
  Tape& tape_;
  Tape::Mark mark_;
  bool gradients_;
};

/// Names a region of the tape while it lives: what is recorded meanwhile belongs to `name`, inside the scopes
/// that are open already. Messages and printed tapes show the path, "encoder/layer1".
class Scope {
 public:
  Scope(Tape& tape, std::string_view name) : tape_(tape), outer_(tape.scope_) {
    tape.scope_ = tape.scopes_.inside(outer_, name);
  }
  ~Scope() { tape_.scope_ = outer_; }
  Scope(const Scope&) = delete;
  Scope& operator=(const Scope&) = delete;

 private:
  Tape& tape_;
  std::uint32_t outer_;
};

template <std::invocable<Record&> Forward, std::invocable<Record&> Backward>
Var Tape::record(const char* name, const Shape& shape, std::span<const Var> operands, Forward&& forward,
                 Backward backward) {
  static_assert(
      std::is_trivially_copyable_v<Backward>,
      "the backward rule may capture only what can be copied byte by byte: numbers, shapes, pointers from "
      "Tape::scratch");
  const Mark before = mark();
  const std::uint32_t node = begin(name, shape, operands);
  Record line(this, node);
  try {
    forward(line);
    if (require_finite_) [[unlikely]]
      check_finite(node, {line.value(), static_cast<std::size_t>(line.size())}, "value");
  } catch (...) {
    rewind(before);
    throw;
  }
  if (nodes_[node].root != none) {
    if constexpr (std::is_empty_v<Backward>) {
      nodes_[node].rule = [](Record& r, const void*) { Backward{}(r); };
    } else {
      static_assert(alignof(Backward) <= 64);
      nodes_[node].captures = new (memory_.allocate(sizeof(Backward))) Backward(backward);
      nodes_[node].rule = [](Record& r, const void* captures) {
        (*static_cast<const Backward*>(captures))(r);
      };
    }
  }
  return handle(node);
}

inline Shape Var::shape() const { return tape().nodes_[tape_->check(*this)].shape; }

inline Shape Record::shape() const { return tape_->nodes_[node_].shape; }
inline Index Record::size() const { return tape_->nodes_[node_].shape.size(); }
inline Real* Record::value() const { return tape_->nodes_[node_].value; }
inline const Real* Record::adjoint() const { return tape_->nodes_[node_].adjoint; }  // a record is no view
inline int Record::operands() const { return static_cast<int>(tape_->nodes_[node_].operands); }
inline const Kernels& Record::kernels() const { return *tape_->kernels_; }

inline Real* Record::workspace(Index n) const { return tape_->workspace(n); }

inline Shape Record::shape(int i) const { return tape_->operand(node_, i).shape; }
inline const Real* Record::value(int i) const { return tape_->operand(node_, i).value; }
inline bool Record::needs_gradient(int i) const { return tape_->operand(node_, i).root != Tape::none; }
inline bool Record::accumulates(int i) const {
  const std::uint32_t node = tape_->operand_node(node_, i);
  return tape_->nodes_[node].root == Tape::none || tape_->accumulates(node);
}
inline Real* Record::adjoint(int i) const {
  const Tape::Node& x = tape_->operand(node_, i);
  if (x.root == Tape::none) return tape_->sink_.data();
  tape_->reach(x.root);
  return tape_->adjoint_of(x);
}

}  // namespace doxa
