#pragma once

#include <algorithm>
#include <compare>
#include <concepts>
#include <cstring>
#include <initializer_list>
#include <iterator>
#include <limits>
#include <memory>
#include <new>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "doxa/autograd/var.h"

// What every rule consists of is too much for GCC to inline all of it unasked.
#define DOXA_ALWAYS_INLINE [[gnu::always_inline]] inline

// Is all memory of a tape watched, by the address sanitizer or by DOXA_CHECKED? Then it is handed out by
// internal/arena.h, never inline.
#if defined(__SANITIZE_ADDRESS__)
#define DOXA_POISONS
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define DOXA_POISONS
#endif
#endif
#if defined(DOXA_POISONS) || defined(DOXA_CHECKED)
#define DOXA_WATCHED true
#else
#define DOXA_WATCHED false
#endif

namespace doxa {

struct Kernels;            // the inner loops, compiled for several instruction sets: kernels/kernels.h
const Kernels& kernels();  // the fastest set that this machine can run

/// One line of the tape as its op's rules see it: the value y = f(x_0, x_1, …), the adjoint g = ∂loss/∂y, and
/// the same of each operand. The forward rule writes value(). The backward rule ADDS g ∂y/∂x_i to adjoint(i)
/// and never assigns, because an operand may have other uses, and two operands may be the same value. Every
/// built-in rule adds exactly 0 where g is 0, even if the derivative is infinite or NaN, so that what `where`
/// left out stays out; 0 times infinity would be NaN. A rule of your own should do the same.
class Record {
 public:
  const Shape& shape() const;
  Index size() const;
  Real* value() const;
  const Real* adjoint() const;  ///< backward only

  int operands() const;
  const Shape& shape(int operand) const;
  Index size(int operand) const;
  const Real* value(int operand) const;
  /// False: nobody asks for this operand's gradient. adjoint(operand) is then scratch memory, harmless to
  /// write to; asking first saves the work.
  bool needs_gradient(int operand) const;
  Real* adjoint(int operand) const;  ///< backward only
  /// An alternative to adjoint(operand) for a rule that writes all elements in one go, and can skip the zeros
  /// that the first contribution would be added to. Where `add` is true, add to every element; otherwise
  /// assign every element, because the memory is uninitialised (NaN in debug builds). Backward only; write to
  /// it before asking for another operand's.
  struct WholeAdjoint {
    Real* data;
    bool add;
  };
  WholeAdjoint whole_adjoint(int operand) const;
  /// n uninitialised numbers to work with until this rule returns; ask once. All rules share the memory,
  /// which is therefore warm in the cache.
  Real* workspace(Index n) const;

  Tape& tape() const { return *tape_; }
  const Kernels& kernels() const;

 private:
  friend class Tape;
  friend class Checkpoint;
  Record(Tape* tape, std::uint32_t node) : tape_(tape), node_(node) {}
  void* captures(std::size_t alignment) const {
    const auto end = reinterpret_cast<std::uintptr_t>(value() + size());
    return reinterpret_cast<void*>((end + alignment - 1) & ~(alignment - 1));
  }
  Tape* tape_;
  std::uint32_t node_;
};

/// The Wengert list: one record for each value, in the order of evaluation; reverse mode is one loop over it
/// from the loss back (Wengert 1964; Linnainmaa 1976; Griewank & Walther, "Evaluating Derivatives", 2nd ed.,
/// ch. 3). Values live in an arena, adjoints in a pool of buffers that are reused while the loop runs. Both
/// keep their memory, so that from the second on a training step allocates nothing. A tape belongs to one
/// thread.
class Tape {
 public:
  explicit Tape(const Kernels& kernels = doxa::kernels());
  ~Tape();
  Tape(const Tape&) = delete;  // a Var points at its tape
  Tape& operator=(const Tape&) = delete;

  /// A value without gradient. The numbers are copied.
  Var constant(const Tensor& value) { return constant(value.shape(), value.span()); }
  Var constant(const Shape& shape, std::span<const Real> values);
  Var constant(const Shape& shape, std::initializer_list<Real> values) {
    return constant(shape, std::span<const Real>(values.begin(), values.size()));
  }
  Var constant(Real value) { return constant(Shape{}, std::span<const Real>(&value, 1)); }
  Var constant(const Shape& shape, Real value) {
    return constant(shape, [value](std::span<Real> all) {
      for (Real& x : all) x = value;
    });
  }
  /// The same, written in place: fill(std::span<Real>) must set every element.
  template <std::invocable<std::span<Real>> Fill>
  Var constant(const Shape& shape, Fill&& fill) {
    Real* value = scratch<Real>(shape.size());
    fill(std::span<Real>(value, static_cast<std::size_t>(shape.size())));
    return filled_constant(shape, value);
  }
  Var constant(std::initializer_list<Real>) = delete;  // shape or values? constant(3), constant(Shape{3}, 0)

  /// A value whose gradient is read with Var::adjoint. The numbers are copied.
  Var variable(const Tensor& value);
  Var variable(Real value);
  Var variable(std::initializer_list<Real>) = delete;  // a shape or values? variable(3), variable(Tensor(…))

  /// A value kept elsewhere, whose gradient is written there: backward(loss) sets `gradient` to ∂loss/∂value
  /// (zero if the loss does not depend on it). Both tensors must outlive this step, and from the first record
  /// that uses it the value must stay as it is: backward throws std::logic_error if a leaf that the loss
  /// depends on has changed. (Of leaves of more than 4096 numbers it compares about 1024; in debug builds
  /// all.) Binding them again before the next clear() gives the same Var; if the value has changed since the
  /// last backward, records from then on may use the new one. Throws std::invalid_argument if their shapes
  /// differ or both are one tensor, and std::logic_error if the gradient is already bound to another value.
  Var leaf(const Tensor& value, Tensor& gradient);

  /// Adds an op: y of the given shape = f(operands). `forward(record)` computes it now, `backward(record)`
  /// runs in Tape::backward. `backward` is copied onto the tape, so what it captures must be trivially
  /// copyable: numbers, shapes, pointers from scratch(). Built-in ops are added by this same function. `name`
  /// must outlive the tape. Throws std::logic_error if an operand is stale or on another tape.
  template <std::invocable<Record&> Forward, std::invocable<Record&> Backward>
  Var record(const char* name, const Shape& shape, std::span<const Var> operands, Forward&& forward,
             Backward backward);

  /// The same memory seen as `shape`, from element `offset` of x on: no copy, and the adjoint is x's own.
  /// With `gradient` false the result is a constant.
  Var view(const char* name, Var x, const Shape& shape, Index offset, bool gradient = true);

  /// n uninitialised elements that live as long as the records made now.
  template <class T>
  T* scratch(Index n) {
    static_assert(std::is_trivially_copyable_v<T>);
    static_assert(alignof(T) <= 64);
    if (static_cast<std::size_t>(n) > std::numeric_limits<std::size_t>::max() / sizeof(T) / 2) [[unlikely]]
      throw std::bad_array_new_length();
    return static_cast<T*>(allocate(static_cast<std::size_t>(n) * sizeof(T)));
  }

  /// Computes the adjoint of every value that `loss` depends on. Adjoints start from zero, so a second
  /// backward gives the same as the first. Throws std::invalid_argument unless the loss has one element, and
  /// std::logic_error if a backward rule calls it, or if a leaf has changed. If a rule throws or a leaf has
  /// changed, there are no adjoints to read, and the gradients of leaves are undefined.
  void backward(Var loss);
  /// The same for any y, from the cotangent v: adjoints become ∂(Σ v_i y_i)/∂·.
  void backward(Var y, const Tensor& cotangent);

  /// On: every value's adjoint can be read after backward. Off, the default: only those of variables and
  /// leaves; the memory of the others is reused as the loop runs.
  void keep_adjoints(bool on);

  struct MemoryPosition {
    std::size_t chunk = 0, used = 0;
    auto operator<=>(const MemoryPosition&) const = default;
  };
  /// A position to come back to. Rewinding the tape to it removes everything recorded since.
  struct Mark {
    const Tape* tape = nullptr;
    std::uint32_t nodes = 0, operands = 0;
    std::uint64_t last_serial = 0;
    MemoryPosition memory = {};
  };
  Mark mark() const;
  bool holds(const Mark& mark) const;  ///< was the mark made on this tape, and never rewound past since?
  /// Throws std::logic_error unless holds(mark), and if a backward rule calls it to remove records older than
  /// the backward that is running.
  void rewind(const Mark& mark);
  void clear() { rewind(Mark{this}); }  ///< keeps the memory

  /// While on, the first op that makes a NaN or an infinity, in the forward or the backward direction, throws
  /// std::domain_error naming its scope, itself and the element: "encoder/layer1: log: value[3] is -inf".
  void require_finite(bool on) { require_finite_ = on; }

  std::size_t size() const { return nodes_.size(); }  ///< number of records
  std::size_t bytes() const;                          ///< memory owned
  std::size_t bytes_used() const;                     ///< memory in use by the current records
  std::size_t peak_bytes() const;                     ///< the most that was ever in use
  const Kernels& kernels() const { return *kernels_; }
  const std::string& scope() const;  ///< the path of the open scopes, "encoder/layer1"; "" where none is open

  /// For printing: record number i, 0 ≤ i < size(), and what it is.
  Var at(std::size_t i);
  const char* name(Var x) const { return node(x).name; }
  const std::string& scope(Var x) const;  ///< the path of the scopes in which x was recorded
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
  friend class CheckedFunction;  // of a gradient check
  friend struct CountersOfTape;  // of a test
  friend class Arena;
  friend class AdjointPool;
  static constexpr std::uint32_t none = ~std::uint32_t{0};
  using Rule = void (*)(Record&);
  // What a record consists of, in one cache line.
  struct Node {
    Real* value;    // after it comes what the rule captures
    Real* adjoint;  // of a root, once backward has reached it; of a leaf, its gradient
    Rule rule;      // null: nothing to propagate
    const char* name;
    const Shape* shape;        // shared with records of the same shape
    std::uint32_t operand[3];  // of more than three: where they begin among the operands_, and how many
    std::uint32_t root;     // the record that owns its adjoint: itself, or what it views; none: no gradient
    std::uint32_t reached;  // the last backward that reached it
    std::uint32_t scope : 24;
    std::uint32_t operands : 3;  // 0, 1, 2, 3 or `more`
    std::uint32_t leaf : 1;
    std::uint32_t unused_leaf : 1;  // a leaf that no record has used yet
    static constexpr std::uint32_t more = 4;

    // A leaf has no operands. In their place stands the tensor that its gradient is written to.
    Tensor* gradient() const {
      Tensor* tensor;
      std::memcpy(&tensor, operand, sizeof tensor);
      return tensor;
    }
    void set_gradient(Tensor* tensor) { std::memcpy(operand, &tensor, sizeof tensor); }
  };
  // A list of plain data, at most 2³² - 2 of them. What is added is not initialised, and is not there before
  // it is counted in.
  template <class T>
  class List {
   public:
    static_assert(std::is_trivially_copyable_v<T>);
    std::size_t size() const { return size_; }
    std::size_t capacity() const { return capacity_; }
    T& operator[](std::size_t i) { return data_[i]; }
    const T& operator[](std::size_t i) const { return data_[i]; }
    T* begin() { return data_.get(); }
    const T* begin() const { return data_.get(); }
    T* end() { return begin() + size_; }
    T* room_for(std::size_t n) {
      if (capacity_ - size_ < n) [[unlikely]]
        grow(n);
      return end();
    }
    void count_in(std::size_t n) { size_ += n; }
    void shorten(std::size_t size) { size_ = size; }

   private:
    void grow(std::size_t n);
    struct Free {
      void operator()(T* p) const { CacheAligned<T>().deallocate(p, 0); }
    };
    std::unique_ptr<T[], Free> data_;
    std::size_t size_ = 0, capacity_ = 0;
  };
  struct State;  // what no inline function needs, internal/tape_state.h
  // Every record ever made has a serial number of its own, so that a handle on a record that was removed fits
  // no other. Records made without a removal in between have consecutive numbers: a run, known by its first.
  struct Run {
    std::uint64_t offset = 1;  // of the serial number of a record from its place in the list
    std::uint32_t node = 0;
    std::uint64_t serial() const { return offset + node; }
  };

  std::span<const std::uint32_t> operands_of(const Node& x) const {
    if (x.operands != Node::more) return {x.operand, x.operands};
    return {operands_.begin() + x.operand[0], x.operand[1]};
  }
  DOXA_ALWAYS_INLINE std::uint32_t operand_node(std::uint32_t node, int i) const {
    const Node& x = nodes_[node];
    return (x.operands != Node::more ? x.operand : operands_.begin() + x.operand[0])[i];
  }
  DOXA_ALWAYS_INLINE const Node& operand(std::uint32_t node, int i) const {
    return nodes_[operand_node(node, i)];
  }
  const Node& node(Var x) const { return nodes_[check(x)]; }
  // The record of a handle, which may be the operand of a new record that is called `name`.
  DOXA_ALWAYS_INLINE std::uint32_t check(Var x, const char* name = nullptr) const {
    const std::uint64_t i = x.serial_ - run_.offset;  // less than run_.node, or huge, for earlier runs
    if (x.tape_ != this || i >= nodes_.size() || i < run_.node) [[unlikely]]
      return check_earlier(x, name);
    return static_cast<std::uint32_t>(i);
  }
  std::uint32_t check_earlier(Var x, const char* name) const;
  std::uint64_t serial(std::uint32_t node) const {
    return node >= run_.node ? run_.offset + node : earlier_serial(node);
  }
  std::uint64_t earlier_serial(std::uint32_t node) const;
  void start_run(std::uint32_t node);
  // The free rest of a chunk of an arena.
  struct FreeMemory {
    std::byte *next = nullptr, *end = nullptr;
    // Null if there is less than that, or nothing at all, so that what is returned lies within the memory.
    DOXA_ALWAYS_INLINE std::byte* take(std::size_t bytes) {
      const std::size_t rounded = (bytes + 63) & ~std::size_t{63};
      if (static_cast<std::size_t>(end - next) < std::max<std::size_t>(rounded, 1)) [[unlikely]]
        return nullptr;
      return std::exchange(next, next + rounded);
    }
  };
  // Free adjoints that are not large: a list for each size in cache lines. A free one holds the address of the
  // next.
  struct FreeAdjoints {
    std::byte* first[64] = {};
    static std::size_t lines(Index n) { return (static_cast<std::size_t>(n) * sizeof(Real) + 63) / 64; }
    // Null if there is none.
    DOXA_ALWAYS_INLINE Real* take(Index n) {
      const std::size_t size = lines(n);
      if (size >= std::size(first)) return nullptr;
      std::byte*& list = first[size];
      std::byte* taken = list;
      if (taken) [[likely]]
        std::memcpy(&list, taken, sizeof list);
      return reinterpret_cast<Real*>(taken);
    }
  };
  DOXA_ALWAYS_INLINE void* allocate(std::size_t bytes) {
    if (!DOXA_WATCHED)
      if (void* p = free_memory_->take(bytes)) [[likely]]
        return p;
    return allocate_watched(bytes);
  }
  void* allocate_watched(std::size_t bytes);
  Real* workspace(Index n);
  struct RuleAndCaptures {
    Rule rule;
    std::size_t bytes, alignment;  // of what it captures
  };
  const Shape* kept(const Shape& shape);
  // What a new record takes from its operands.
  struct Uses {
    std::uint32_t operand[3] = {};  // as a Node has them
    bool needs_gradient = false;
    bool keeps_shape = false;  // an operand has the very shape, which the tape therefore keeps already
  };
  DOXA_ALWAYS_INLINE void use(std::uint32_t operand, const Shape& shape, Uses& uses) {
    const Node& x = nodes_[operand];
    if (x.unused_leaf) [[unlikely]]
      note_use(operand, static_cast<std::uint32_t>(nodes_.size()));
    uses.needs_gradient |= x.root != none;
    uses.keeps_shape |= x.shape == &shape;
  }
  Uses use_many(const char* name, const Shape& shape, std::span<const Var> operands);
  Node& add(const char* name, const Shape* shape, Real* value, bool needs_gradient);
  Node& push(const char* name, const Shape& shape, Real* value, bool needs_gradient);
  std::uint32_t begin(const char* name, const Shape& shape, std::span<const Var> operands,
                      const RuleAndCaptures& backward);
  void take_back(std::uint32_t node);
  void remove_from(std::uint32_t node, const MemoryPosition& memory);
  Var filled_constant(const Shape& shape, Real* value);
  Var as_variable(Var constant);
  [[noreturn]] void refuse_leaf(const Tensor& value, const Tensor& gradient) const;
  Var bind(const Shape& shape, const Real* value, Tensor& gradient);
  Var bind_first(const Shape& shape, const Real* value, Tensor& gradient);
  Var push_leaf(const Shape& shape, const Real* value, bool needs_gradient);
  void take_new_value(std::size_t leaf);
  [[noreturn]] static void refuse_other_value();
  std::size_t slot_of(const Tensor& gradient) const;
  void index_leaves(std::size_t slots);
  Var handle(std::uint32_t node) { return Var(this, serial(node)); }
  Var newest() { return Var(this, run_.offset + nodes_.size() - 1); }

  std::uint64_t fingerprint(const Shape& shape, const Real* value) const;
  void note_use(std::uint32_t leaf, std::uint32_t record);
  void expect_unchanged_leaves(std::uint32_t y) const;
  bool depends(std::uint32_t y, std::uint32_t leaf, std::uint32_t before) const;
  void start_backward(std::uint32_t node, std::span<const Real> cotangent);
  void propagate(std::uint32_t last, std::uint32_t first);
  void propagate_in_blocks(std::uint32_t last, std::uint32_t first);
  void settle_leaves();
  void finish_leaves();
  DOXA_ALWAYS_INLINE void reach(std::uint32_t root) {
    if (nodes_[root].reached != backward_) start_at_zero(root);
  }
  // An adjoint is made when a rule asks for it: it is then warm in the cache, and records that the loss does
  // not depend on cost nothing.
  DOXA_ALWAYS_INLINE void start_adjoint(Node& root) {
    if (!DOXA_WATCHED && !root.leaf) [[likely]]
      if (Real* free = free_adjoints_->take(root.shape->size())) [[likely]] {
        root.reached = backward_;
        root.adjoint = free;
        return;
      }
    start_new_adjoint(root);
  }
  void start_new_adjoint(Node& root);
  void start_at_zero(std::uint32_t root);
  static Real* gradient_of(const Node& leaf);
  DOXA_ALWAYS_INLINE Real* adjoint_of(const Node& x) const {
    return nodes_[x.root].adjoint + (x.value - nodes_[x.root].value);
  }
  Real* sink(Index n);
  void check_finite(std::uint32_t node, std::span<const Real> numbers, const char* what) const;
  void check_finite_or_remove(std::uint32_t node, const Real* value);

  const Kernels* kernels_;
  List<Node> nodes_;
  List<std::uint32_t> operands_;
  Run run_;  // the newest
  std::uint32_t backward_ = 0;
  std::uint32_t differentiated_ = none;  // the y of the last backward, while it is on the tape
  bool require_finite_ = false;
  bool gradients_ = true;
  std::uint32_t scope_ = 0;
  Index largest_constant_ = 0;  // how many elements it has
  std::unique_ptr<State> state_;
  FreeMemory* free_memory_;      // of the arena
  FreeAdjoints* free_adjoints_;  // of their pool
};

/// Throws std::logic_error: without operands, record() has no tape.
[[noreturn]] void refuse_no_operands(const char* name);

/// Adds an op to the tape of its operands, of which there must be one: see Tape::record.
template <class Forward, class Backward>
Var record(const char* name, const Shape& shape, std::initializer_list<Var> operands, Forward&& forward,
           Backward backward) {
  if (operands.size() == 0) [[unlikely]]
    refuse_no_operands(name);
  return operands.begin()->tape().record(name, shape, {operands.begin(), operands.size()}, forward, backward);
}

/// While it lives, values are computed without rules or adjoints; when it ends, the tape is as it was before.
class Evaluation {
 public:
  explicit Evaluation(Tape& tape);
  ~Evaluation();
  Evaluation(const Evaluation&) = delete;
  Evaluation& operator=(const Evaluation&) = delete;

 private:
  Tape& tape_;
  Tape::Mark mark_;
  bool gradients_;
};

/// Names a region of the tape while it lives: what is recorded meanwhile belongs to `name`, inside the scopes
/// that are open already. Error messages and printed tapes show the path, "encoder/layer1".
class Scope {
 public:
  Scope(Tape& tape, std::string_view name);
  ~Scope();
  Scope(const Scope&) = delete;
  Scope& operator=(const Scope&) = delete;

 private:
  Tape& tape_;
  std::uint32_t outer_;
};

DOXA_ALWAYS_INLINE std::uint32_t Tape::begin(const char* name, const Shape& shape,
                                             std::span<const Var> operands, const RuleAndCaptures& backward) {
  Uses uses;
  const std::size_t few = std::size(uses.operand);
  if (operands.size() <= few) [[likely]] {
    for (std::size_t i = 0; i < operands.size(); ++i) uses.operand[i] = check(operands[i], name);
    for (std::size_t i = 0; i < operands.size(); ++i) use(uses.operand[i], shape, uses);
  } else {
    uses = use_many(name, shape, operands);
  }
  const bool needs_gradient = uses.needs_gradient && gradients_;
  if (!needs_gradient) largest_constant_ = std::max(largest_constant_, shape.size());
  // One piece of memory for the value and what the rule captures.
  std::size_t bytes = static_cast<std::size_t>(shape.size()) * sizeof(Real);
  if (backward.bytes > 0 && needs_gradient)
    bytes = ((bytes + backward.alignment - 1) & ~(backward.alignment - 1)) + backward.bytes;
  auto* value = static_cast<Real*>(allocate(bytes));
  const Shape* own = uses.keeps_shape ? &shape : kept(shape);
  nodes_.room_for(1);
  const auto added = static_cast<std::uint32_t>(nodes_.size());
  Node& node = nodes_[added];
  node.value = value;
  node.rule = needs_gradient ? backward.rule : nullptr;
  node.name = name;
  node.shape = own;
  node.operand[0] = uses.operand[0];
  node.operand[1] = uses.operand[1];
  node.operand[2] = uses.operand[2];
  node.root = needs_gradient ? added : none;
  node.reached = 0;
  node.scope = scope_ & 0xFFFFFF;
  node.operands = operands.size() <= few ? static_cast<std::uint32_t>(operands.size()) & 3 : Node::more;
  node.leaf = node.unused_leaf = false;
  nodes_.count_in(1);
  if (operands.size() > few) operands_.count_in(operands.size());
  return added;
}

template <std::invocable<Record&> Forward, std::invocable<Record&> Backward>
Var Tape::record(const char* name, const Shape& shape, std::span<const Var> operands, Forward&& forward,
                 Backward backward) {
  static_assert(
      std::is_trivially_copyable_v<Backward>,
      "the backward rule may capture only what can be copied byte by byte: numbers, shapes, pointers from "
      "Tape::scratch");
  static_assert(alignof(Backward) <= 64);
  constexpr bool captures = !std::is_empty_v<Backward>;
  static constexpr RuleAndCaptures rule = {
      [](Record& r) {
        if constexpr (captures)
          (*static_cast<const Backward*>(r.captures(alignof(Backward))))(r);
        else
          Backward{}(r);
      },
      captures ? sizeof(Backward) : 0, alignof(Backward)};
  const std::uint32_t node = begin(name, shape, operands, rule);
  const Var y = newest();
  Record line(this, node);
  try {
    forward(line);
    if (require_finite_) [[unlikely]]
      check_finite(node, {line.value(), static_cast<std::size_t>(line.size())}, "value");
  } catch (...) {
    take_back(node);
    throw;
  }
  if constexpr (captures)
    if (nodes_[node].rule) new (line.captures(alignof(Backward))) Backward(backward);
  return y;
}

DOXA_ALWAYS_INLINE const Shape& Var::shape() const { return *tape().node(*this).shape; }

DOXA_ALWAYS_INLINE const Shape& Record::shape() const { return *tape_->nodes_[node_].shape; }
DOXA_ALWAYS_INLINE Index Record::size() const { return shape().size(); }
DOXA_ALWAYS_INLINE Real* Record::value() const { return tape_->nodes_[node_].value; }
DOXA_ALWAYS_INLINE const Real* Record::adjoint() const {  // a record is no view
  return tape_->nodes_[node_].adjoint;
}
inline int Record::operands() const {
  return static_cast<int>(tape_->operands_of(tape_->nodes_[node_]).size());
}
inline const Kernels& Record::kernels() const { return *tape_->kernels_; }
DOXA_ALWAYS_INLINE const Shape& Record::shape(int i) const { return *tape_->operand(node_, i).shape; }
DOXA_ALWAYS_INLINE Index Record::size(int i) const { return shape(i).size(); }
DOXA_ALWAYS_INLINE const Real* Record::value(int i) const { return tape_->operand(node_, i).value; }
DOXA_ALWAYS_INLINE bool Record::needs_gradient(int i) const {
  return tape_->operand(node_, i).root != Tape::none;
}
DOXA_ALWAYS_INLINE Real* Record::adjoint(int i) const {
  const Tape::Node& x = tape_->operand(node_, i);
  if (x.root == Tape::none) return tape_->sink(x.shape->size());
  tape_->reach(x.root);
  return tape_->adjoint_of(x);
}
DOXA_ALWAYS_INLINE Record::WholeAdjoint Record::whole_adjoint(int i) const {
  const std::uint32_t node = tape_->operand_node(node_, i);
  Tape::Node& x = tape_->nodes_[node];
  // A view shows a part of its root's adjoint, and the rest of it must be zero.
  if (x.root != node || x.reached == tape_->backward_) return {adjoint(i), true};
  tape_->start_adjoint(x);
  return {x.adjoint, false};
}

}  // namespace doxa

#undef DOXA_ALWAYS_INLINE
#undef DOXA_WATCHED
