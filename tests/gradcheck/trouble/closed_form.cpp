#include "closed_form.h"

#include <vector>

namespace doxa::trouble {
namespace {

std::vector<Real> operands_of(const Record& r) {
  std::vector<Real> x;
  for (int k = 0; k < r.operands(); ++k) x.insert(x.end(), r.value(k), r.value(k) + r.size(k));
  return x;
}

}  // namespace

TensorFunction closed_form(ClosedForm f) {
  return [f](Tape& tape, std::span<const Var> inputs) {
    const auto value = [f](Record& r) {
      f.value(operands_of(r), {r.value(), static_cast<std::size_t>(r.size())});
    };
    const auto pullback = [f](Record& r) {
      const std::vector<Real> x = operands_of(r);
      std::vector<long double> j(static_cast<std::size_t>(f.outputs) * x.size());
      f.jacobian(x, j);
      std::size_t column = 0;
      for (int k = 0; k < r.operands(); ++k)
        for (Index i = 0; i < r.size(k); ++i, ++column) {
          long double sum = 0;
          for (std::size_t m = 0; m < static_cast<std::size_t>(f.outputs); ++m)
            if (r.adjoint()[m] != 0)
              sum += static_cast<long double>(r.adjoint()[m]) * j[m * x.size() + column];
          r.adjoint(k)[i] += static_cast<Real>(sum);
        }
    };
    return tape.record("closed form", f.outputs == 1 ? Shape{} : Shape{f.outputs}, inputs, value, pullback);
  };
}

TensorFunction elementwise(Real (*value)(Real), long double (*slope)(long double)) {
  return [value, slope](Tape& tape, std::span<const Var> inputs) {
    return tape.record(
        "elementwise", inputs[0].shape(), inputs.first(1),
        [value](Record& r) {
          for (Index i = 0; i < r.size(); ++i) r.value()[i] = value(r.value(0)[i]);
        },
        [slope](Record& r) {
          for (Index i = 0; i < r.size(); ++i)
            if (r.adjoint()[i] != 0)
              r.adjoint(0)[i] += static_cast<Real>(static_cast<long double>(r.adjoint()[i]) *
                                                   slope(static_cast<long double>(r.value(0)[i])));
        });
  };
}

}  // namespace doxa::trouble
