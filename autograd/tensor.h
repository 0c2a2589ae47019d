#pragma once

#include <initializer_list>
#include <new>
#include <span>
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
/// Element (i,j) of an [m,n] tensor is data()[i*n + j].
class Tensor {
 public:
  Tensor() : Tensor(Shape{}) {}  ///< the scalar 0
  explicit Tensor(const Shape& shape, Real fill = 0)
      : shape_(shape), data_(static_cast<std::size_t>(shape.size()), fill) {}
  /// Throws std::invalid_argument if the number of values is not shape.size().
  Tensor(const Shape& shape, std::span<const Real> values);
  Tensor(const Shape& shape, std::initializer_list<Real> values)
      : Tensor(shape, std::span<const Real>(values.begin(), values.size())) {}

  const Shape& shape() const { return shape_; }
  Index size() const { return shape_.size(); }
  Real* data() { return data_.data(); }
  const Real* data() const { return data_.data(); }
  std::span<Real> span() { return data_; }
  std::span<const Real> span() const { return data_; }

  Real& operator[](Index i) { return data_[static_cast<std::size_t>(i)]; }
  Real operator[](Index i) const { return data_[static_cast<std::size_t>(i)]; }
  Real& operator()(Index i, Index j) { return (*this)[i * shape_[1] + j]; }
  Real operator()(Index i, Index j) const { return (*this)[i * shape_[1] + j]; }
  /// The value of a tensor with one element; throws std::invalid_argument otherwise.
  Real item() const;

 private:
  Shape shape_;
  std::vector<Real, CacheAligned<Real>> data_;
};

}  // namespace doxa
