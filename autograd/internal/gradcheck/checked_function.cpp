#include "doxa/autograd/internal/gradcheck/checked_function.h"

#include <algorithm>
#include <cmath>
#include <exception>
#include <limits>
#include <stdexcept>

#include "doxa/autograd/internal/tape_state.h"
#include "doxa/autograd/internal/temporarily.h"

namespace doxa {

CheckedFunction::CheckedFunction(const std::function<Var(Tape&)>& function,
                                 std::span<const CheckedLeaf> leaves)
    : function_(function), leaves_(leaves), first_{0} {
  for (const CheckedLeaf& leaf : leaves) {
    if (!leaf.value || !leaf.gradient)
      throw std::invalid_argument("check_gradients: the input '" + leaf.name + "' has no " +
                                  (leaf.value ? "gradient" : "value"));
    if (leaf.gradient->shape() != leaf.value->shape())
      throw std::invalid_argument("check_gradients: the gradient of the input '" + leaf.name +
                                  "' has shape " + leaf.gradient->shape().str() + ", expected " +
                                  leaf.value->shape().str());
    first_.push_back(first_.back() + static_cast<std::size_t>(leaf.value->size()));
    at_.push_back(*leaf.value);
  }
  const Evaluation evaluation(tape_);
  shape_ = call(tape_).shape();
}

Var CheckedFunction::call(Tape& tape) const {
  const Var y = function_(tape);
  std::string changed;
  for (std::size_t l = 0; l < at_.size(); ++l)
    for (Tensor* tensor : {leaves_[l].value, leaves_[l].gradient})
      if (tensor->shape() != at_[l].shape()) {
        changed = "the function changes the shape of the input '" + leaves_[l].name + "' from " +
                  at_[l].shape().str() + " to " + tensor->shape().str();
        *tensor = at_[l];
      }
  if (!changed.empty()) throw ShapeChanged{changed};
  return y;
}

std::size_t CheckedFunction::leaf_of(std::size_t element) const {
  return static_cast<std::size_t>(std::upper_bound(first_.begin(), first_.end(), element) - first_.begin()) -
         1;
}

double CheckedFunction::input(std::size_t element) const {
  const std::size_t leaf = leaf_of(element);
  return static_cast<double>(at_[leaf][static_cast<Index>(element - first_[leaf])]);
}

Real& CheckedFunction::element(std::size_t element) const {
  const std::size_t leaf = leaf_of(element);
  return (*leaves_[leaf].value)[static_cast<Index>(element - first_[leaf])];
}

GradientEntry CheckedFunction::entry(std::size_t element, double analytic) const {
  const std::size_t leaf = leaf_of(element);
  GradientEntry e;
  e.input = leaves_[leaf].name;
  e.shape = at_[leaf].shape();
  e.index = static_cast<Index>(element - first_[leaf]);
  e.output_shape = shape_;
  e.analytic = analytic;
  return e;
}

void CheckedFunction::move_to(std::span<const double> x) const {
  for (std::size_t j = 0; j < x.size(); ++j) element(j) = static_cast<Real>(x[j]);
}

void CheckedFunction::restore() const {
  for (std::size_t l = 0; l < at_.size(); ++l)
    if (leaves_[l].value->shape() == at_[l].shape())
      std::copy(at_[l].span().begin(), at_[l].span().end(), leaves_[l].value->data());
    else
      *leaves_[l].value = at_[l];
}

const std::set<std::size_t>& CheckedFunction::written() const {
  for (std::size_t l = 0; l < at_.size(); ++l)
    if (!std::ranges::equal(std::as_bytes(at_[l].span()), std::as_bytes(leaves_[l].value->span())))
      written_.insert(l);
  restore();
  return written_;
}

std::vector<double> CheckedFunction::plain() const {
  tape_.clear();
  const Evaluation evaluation(tape_);
  const Var y = call(tape_);
  const std::span<const Real> value = y.value();
  return {value.begin(), value.end()};
}

void CheckedFunction::plain_or_nan(std::span<double> y) {
  std::vector<double> value;
  try {
    value = plain();
  } catch (const std::exception&) {
    // The inputs are outside of the function's domain.
  }
  value.resize(y.size(), std::numeric_limits<double>::quiet_NaN());
  std::copy(value.begin(), value.end(), y.begin());
}

Tape& CheckedFunction::cleared_tape(std::span<const Tensor* const> constants) const {
  tape_.clear();
  tape_.state_->constant_leaves.assign(constants.begin(), constants.end());
  return tape_;
}

Var CheckedFunction::record_on(Tape& tape) const {
  const Var y = call(tape);
  for (const CheckedLeaf& leaf : leaves_)
    tape.leaf(*leaf.value, *leaf.gradient);  // a leaf that the function does not use gets the gradient zero
  return y;
}

std::vector<double> CheckedFunction::gradient(Var y, const Tensor& cotangent) const {
  try {
    y.tape().backward(y, cotangent);
  } catch (const std::logic_error&) {
    if (written().empty()) throw;  // otherwise a rule changed an input, and that is reported
  }
  return last_gradient();
}

std::vector<double> CheckedFunction::last_gradient() const {
  std::vector<double> all;
  all.reserve(inputs());
  for (const CheckedLeaf& leaf : leaves_)
    all.insert(all.end(), leaf.gradient->span().begin(), leaf.gradient->span().end());
  return all;
}

std::vector<double> CheckedFunction::gradient_nearby(const Tensor& cotangent, Philox random) {
  const auto nearby = [&] {
    const double units = std::floor(2 + 7 * random.uniform());
    return static_cast<Real>(1 + (random.uniform() < 0.5 ? -units : units) * unit_roundoff);
  };
  // Scaled, too: a number that is added and subtracted again on the way is then rounded elsewhere.
  const auto scale = static_cast<Real>(1 + random.uniform());
  Tensor moved = cotangent;
  for (Real& v : moved.span()) v *= nearby() * scale;
  for (const CheckedLeaf& leaf : leaves_)
    for (Real& x : leaf.value->span()) x *= nearby();
  std::vector<double> g;
  try {
    g = gradient(record(), moved);
    for (double& g_j : g) g_j /= static_cast<double>(scale);
  } catch (const std::exception&) {
    g.assign(inputs(), std::numeric_limits<double>::quiet_NaN());
  }
  restore();
  return g;
}

double CheckedFunction::largest_intermediate() {
  record();
  double largest = 0;
  for (std::size_t i = 0; i < tape_.size(); ++i)
    for (const Real x : tape_.at(i).value())
      if (std::isfinite(x)) largest = std::max(largest, static_cast<double>(std::abs(x)));
  return largest;
}

double CheckedFunction::effect_of_rounding(const Tensor& cotangent) {
  constexpr auto smallest = static_cast<double>(std::numeric_limits<Real>::denorm_min());
  double largest = 0;
  const Temporarily keeps_adjoints(tape_.state_->keep_adjoints, true);
  gradient(cotangent);
  for (std::size_t i = 0; i < tape_.size(); ++i) {
    const Var x = tape_.at(i);
    if (!tape_.has_adjoint(x)) continue;
    const std::span<const Real> value = x.value(), adjoint = x.adjoint();
    for (std::size_t k = 0; k < value.size(); ++k) {
      const double rounding = std::max(unit_roundoff * std::abs(static_cast<double>(value[k])), smallest);
      if (const double effect = rounding * std::abs(static_cast<double>(adjoint[k])); std::isfinite(effect))
        largest = std::max(largest, effect);
    }
  }
  return largest;
}

LineFunction CheckedFunction::along(std::size_t number) {
  return [this, number, at = input(number)](double t, std::span<double> y) {
    const Real x = static_cast<Real>(at + t);
    element(number) = x;
    plain_or_nan(y);
    element(number) = static_cast<Real>(at);
    return static_cast<double>(x) - at;
  };
}

LineFunction CheckedFunction::along(std::span<const double> direction) {
  return [this, direction](double t, std::span<double> y) {
    for (std::size_t l = 0; l < at_.size(); ++l)
      for (Index i = 0; i < at_[l].size(); ++i)
        (*leaves_[l].value)[i] = static_cast<Real>(static_cast<double>(at_[l][i]) +
                                                   t * direction[first_[l] + static_cast<std::size_t>(i)]);
    plain_or_nan(y);
    restore();
    return t;
  };
}

LineFunction CheckedFunction::along_inputs() {
  return [this](double t, std::span<double> y) {
    for (std::size_t l = 0; l < at_.size(); ++l)
      for (Index i = 0; i < at_[l].size(); ++i) (*leaves_[l].value)[i] = at_[l][i] * static_cast<Real>(1 + t);
    plain_or_nan(y);
    restore();
    return t;
  };
}

LineFunction CheckedFunction::contracted(LineFunction f, const Tensor& cotangent) const {
  return [f = std::move(f), &cotangent, values = std::vector<double>(outputs())](
             double t, std::span<double> y) mutable {
    const double moved = f(t, values);
    y[0] = 0;
    for (std::size_t i = 0; i < values.size(); ++i)
      y[0] += static_cast<double>(cotangent[static_cast<Index>(i)]) * values[i];
    return moved;
  };
}

}  // namespace doxa
