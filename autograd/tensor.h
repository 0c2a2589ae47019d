#pragma once

#include <concepts>
#include <initializer_list>
#include <new>
#include <span>
#include <utility>
#include <vector>

#include "doxa/autograd/shape.h"

namespace doxa {

/// Memory that starts on a cache line, so that vector loads never straddle two.
template <class T>
struct CacheAligned {
  using value_type = T;
  static constexpr std::align_val_t alignment{64};
  CacheAligned() = default;
  template <class U>
  CacheAligned(const CacheAligned<U>&) {}
  T* allocate(std::size_t n) { return static_cast<T*>(::operator new(n * sizeof(T), alignment)); }
  void deallocate(T* p, std::size_t) { ::operator delete(p, alignment); }
  bool operator==(const CacheAligned&) const = default;
};

/// A dense row-major array of Real, of rank 0 to 4, with value semantics.
/// Element (i,j) of an [m,n] tensor is data()[i*n + j]. In debug and sanitizer builds (DOXA_CHECKED) an index
/// out of range, or a wrong number of indices, throws std::out_of_range; in release builds nothing is
/// checked.
class Tensor {
 public:
  Tensor() : Tensor(Shape{}) {}  ///< the scalar 0
  explicit Tensor(const Shape& shape, Real fill = 0)
      : shape_(shape), data_(static_cast<std::size_t>(shape.size()), fill) {}
  Tensor(std::initializer_list<Index>) = delete;  // shape or values? Tensor(Shape{3}), Tensor(Shape{}, {3})
  /// Throws std::invalid_argument if the number of values is not shape.size().
  Tensor(const Shape& shape, std::span<const Real> values);
  Tensor(const Shape& shape, std::initializer_list<Real> values)
      : Tensor(shape, std::span<const Real>(values.begin(), values.size())) {}

  Tensor(const Tensor&) = default;
  Tensor& operator=(const Tensor&) = default;
  /// A tensor that was moved from has shape [0].
  Tensor(Tensor&& other) noexcept
      : shape_(std::exchange(other.shape_, Shape{0})), data_(std::move(other.data_)) {}
  Tensor& operator=(Tensor&& other) noexcept {
    shape_ = std::exchange(other.shape_, Shape{0});
    data_ = std::move(other.data_);
    return *this;
  }

  const Shape& shape() const { return shape_; }
  Index size() const { return shape_.size(); }
  Real* data() { return data_.data(); }
  const Real* data() const { return data_.data(); }
  std::span<Real> span() { return data_; }
  std::span<const Real> span() const { return data_; }

  Real& operator[](Index i) { return data_[checked(i)]; }  ///< in row-major order
  Real operator[](Index i) const { return data_[checked(i)]; }
  /// t(i, j, …): one index for each axis.
  template <std::convertible_to<Index>... Indices>
  Real& operator()(Indices... indices) {
    return data_[position(static_cast<Index>(indices)...)];
  }
  template <std::convertible_to<Index>... Indices>
  Real operator()(Indices... indices) const {
    return data_[position(static_cast<Index>(indices)...)];
  }
  /// The value of a tensor with one element; throws std::invalid_argument otherwise.
  Real item() const;

 private:
  [[noreturn]] void out_of_range(std::initializer_list<Index> indices) const;
  std::size_t checked(Index i) const {
#ifdef DOXA_CHECKED
    if (i < 0 || i >= size()) out_of_range({i});
#endif
    return static_cast<std::size_t>(i);
  }
  template <class... Indices>
  std::size_t position(Indices... indices) const {
    static_assert(sizeof...(indices) <= Shape::max_rank);
#ifdef DOXA_CHECKED
    [[maybe_unused]] int checked_axis = 0;
    bool inside = sizeof...(indices) == static_cast<std::size_t>(shape_.rank());
    ((inside = inside && indices >= 0 && indices < shape_[checked_axis++]), ...);
    if (!inside) out_of_range({indices...});
#endif
    [[maybe_unused]] int axis = 0;
    Index at = 0;
    ((at = at * shape_[axis++] + indices), ...);
    return static_cast<std::size_t>(at);
  }

  Shape shape_;
  std::vector<Real, CacheAligned<Real>> data_;
};

}  // namespace doxa
