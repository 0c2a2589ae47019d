#include "wrong_rule.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace doxa {
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
