#include <algorithm>
#include <cmath>
#include <memory>
#include <utility>

#include "mutants.h"

namespace doxa {

Pullback::Pullback(const TensorFunction& f, std::span<const Tensor> inputs) {
  for (const Tensor& x : inputs) x_.push_back(tape_.variable(x));
  y_ = f(tape_, x_);
  value_ = y_.tensor();
}

std::vector<Tensor> Pullback::operator()(const Tensor& v) {
  tape_.backward(y_, v);
  std::vector<Tensor> gradients;
  for (const Var x : x_) gradients.push_back(x.gradient());
  return gradients;
}

Tensor Forward::operator()(std::span<const Tensor> inputs) {
  tape_.clear();
  const Evaluation evaluation(tape_);
  x_.clear();
  for (const Tensor& x : inputs) x_.push_back(tape_.constant(x));
  return f_(tape_, x_).tensor();
}

Jacobian analytic_jacobian(const TensorFunction& f, std::span<const Tensor> inputs) {
  Pullback pullback(f, inputs);
  Jacobian j;
  j.output = pullback.value().shape();
  Index columns = 0;
  for (const Tensor& x : inputs) {
    j.inputs.push_back(x.shape());
    j.first.push_back(columns);
    columns += x.size();
  }
  j.entries = Tensor(Shape{j.output.size(), columns});
  Tensor unit(j.output);
  for (Index m = 0; m < unit.size(); ++m) {
    unit[m] = 1;
    const std::vector<Tensor> row = pullback(unit);
    unit[m] = 0;
    for (std::size_t k = 0; k < row.size(); ++k)
      for (Index i = 0; i < row[k].size(); ++i) j.entries(m, j.first[k] + i) = row[k][i];
  }
  return j;
}

namespace {

// The rule of one record at a time: the checks clear the tape between evaluations.
class RecordRule {
 public:
  explicit RecordRule(WrongRule rule) : rule_(std::move(rule)), forward_(rule_.value) {}

  Var operator()(Tape& tape, std::span<const Var> inputs) {
    std::vector<Tensor> at;
    for (const Var x : inputs) at.push_back(x.tensor());
    const Tensor y = forward_(at);
    before_.assign(inputs.size(), {});
    return tape.record(
        "mutant", y.shape(), inputs, [&y](Record& r) { std::ranges::copy(y.span(), r.value()); },
        [this](Record& r) { differentiate(r); });
  }

 private:
  const Jacobian& jacobian(const Record& r) {
    std::vector<Tensor> at;
    for (int k = 0; k < r.operands(); ++k)
      at.emplace_back(r.shape(k), std::span<const Real>(r.value(k), static_cast<std::size_t>(r.size(k))));
    const auto same = [](const Tensor& a, const Tensor& b) { return std::ranges::equal(a.span(), b.span()); };
    if (!std::ranges::equal(at, at_, same)) {
      at_ = at;
      if (rule_.at_output) std::copy_n(r.value(), r.size(), at[0].data());
      jacobian_ = analytic_jacobian(rule_.differentiated, at);
      rule_.corrupt(jacobian_);
    }
    return jacobian_;
  }

  Real cotangent(Real v) const {
    switch (rule_.cotangent) {
      case WrongRule::Cotangent::ones:
        return 1;
      case WrongRule::Cotangent::magnitude:
        return std::abs(v);
      default:
        return v;
    }
  }

  void differentiate(Record& r) {
    const Jacobian& j = jacobian(r);
    for (std::size_t k = 0; k < j.inputs.size(); ++k) {
      std::vector<Real> gradient(static_cast<std::size_t>(j.inputs[k].size()),
                                 k == rule_.operand ? rule_.offset : 0);
      for (Index m = 0; m < j.rows(); ++m)
        for (std::size_t i = 0; i < gradient.size(); ++i)
          gradient[i] += cotangent(r.adjoint()[m]) * j.entries(m, j.first[k] + static_cast<Index>(i));
      if (!rule_.resets) {
        before_[k].resize(gradient.size());
        for (std::size_t i = 0; i < gradient.size(); ++i) gradient[i] = before_[k][i] += gradient[i];
      }
      Real* adjoint = r.adjoint(static_cast<int>(k));
      for (std::size_t i = 0; i < gradient.size(); ++i)
        adjoint[i] = (rule_.assigns ? 0 : adjoint[i]) + gradient[i];
    }
  }

  WrongRule rule_;
  Forward forward_;
  std::vector<Tensor> at_;  // where jacobian_ was taken
  Jacobian jacobian_;
  std::vector<std::vector<Real>> before_;  // the sum of the gradients since the record was made
};

}  // namespace

TensorFunction with_rule(WrongRule rule) {
  return [kept = std::make_shared<RecordRule>(std::move(rule))](Tape& tape, std::span<const Var> inputs) {
    return (*kept)(tape, inputs);
  };
}

}  // namespace doxa
