#include "wrong_gradients.h"

#include <algorithm>
#include <cmath>
#include <exception>
#include <memory>
#include <optional>

#include "mutants.h"

namespace doxa::trouble {
namespace {

using Tensors = std::vector<Tensor>;

/// How a rule differs from the right one. As it stands, it does not.
struct Alteration {
  std::function<void(Tensor& v)> cotangent = [](Tensor&) {};
  std::function<void(Tensors& gradients, const Tensor& v)> gradients = [](Tensors&, const Tensor&) {};
  enum class Inputs { own, newest, first } inputs = Inputs::own;  ///< whose inputs the rule looks at
  bool assigns = false;                                           ///< instead of adding
  bool doubles_beside_constants = false;
};

bool same(const Tensors& a, const Tensors& b) {
  return std::ranges::equal(
      a, b, [](const Tensor& s, const Tensor& t) { return std::ranges::equal(s.span(), t.span()); });
}

/// The function as one record whose rule is altered. The mistakes with memory remember the inputs of the
/// newest or the first record that needs gradients.
class Altered {
 public:
  Altered(TensorFunction f, Alteration how) : f_(std::move(f)), how_(std::move(how)), forward_(f_) {}

  Var operator()(Tape& tape, std::span<const Var> inputs) {
    Tensors at;
    for (const Var x : inputs) at.push_back(x.tensor());
    const Tensor y = forward_(at);
    return tape.record(
        "altered", y.shape(), inputs,
        [&](Record& r) {
          std::ranges::copy(y.span(), r.value());
          for (int k = 0; k < r.operands(); ++k)
            if (r.needs_gradient(k)) {
              if (first_.empty()) first_ = at;
              newest_ = at;
            }
        },
        [this](Record& r) { differentiate(r); });
  }

 private:
  Tensors inputs_of(const Record& r) const {
    if (how_.inputs == Alteration::Inputs::newest) return newest_;
    if (how_.inputs == Alteration::Inputs::first) return first_;
    Tensors at;
    for (int k = 0; k < r.operands(); ++k)
      at.emplace_back(r.shape(k), std::span<const Real>(r.value(k), static_cast<std::size_t>(r.size(k))));
    return at;
  }

  void differentiate(Record& r) {
    const Tensors at = inputs_of(r);
    if (!pullback_ || !same(at, at_)) {
      at_ = at;
      pullback_.emplace(f_, at_);
    }
    Tensor v(r.shape(), std::span<const Real>(r.adjoint(), static_cast<std::size_t>(r.size())));
    how_.cotangent(v);
    Tensors gradients = (*pullback_)(v);
    how_.gradients(gradients, v);
    bool constants = false;
    for (int k = 0; k < r.operands(); ++k) constants = constants || !r.needs_gradient(k);
    const Real factor = how_.doubles_beside_constants && constants ? 2 : 1;
    for (int k = 0; k < r.operands(); ++k) {
      if (!r.needs_gradient(k)) continue;
      Real* adjoint = r.adjoint(k);
      const Tensor& g = gradients[static_cast<std::size_t>(k)];
      for (Index i = 0; i < g.size(); ++i) adjoint[i] = (how_.assigns ? 0 : adjoint[i]) + factor * g[i];
    }
  }

  TensorFunction f_;
  Alteration how_;
  Forward forward_;
  Tensors first_, newest_, at_;
  std::optional<Pullback> pullback_;  // at at_
};

/// Every gradient times the factor.
Alteration times(double factor) {
  Alteration how;
  how.gradients = [factor](Tensors& gradients, const Tensor&) {
    for (Tensor& g : gradients)
      for (Real& g_i : g.span()) g_i = static_cast<Real>(factor * static_cast<double>(g_i));
  };
  return how;
}

Alteration clipped(Real most) {
  Alteration how;
  how.cotangent = [most](Tensor& v) {
    for (Real& v_m : v.span()) v_m = std::clamp(v_m, -most, most);
  };
  return how;
}

Alteration skipped_below(Real least) {
  Alteration how;
  how.cotangent = [least](Tensor& v) {
    for (Real& v_m : v.span())
      if (std::abs(v_m) < least) v_m = 0;
  };
  return how;
}

/// One entry of the Jacobian that is not zero, off by finest_error of itself.
Alteration one_entry(const Jacobian& j, Philox& random) {
  std::vector<Index> not_zero;
  for (Index i = 0; i < j.entries.size(); ++i)
    if (j.entries[i] != 0) not_zero.push_back(i);
  const Index at =
      not_zero[static_cast<std::size_t>(random.uniform_index(static_cast<Index>(not_zero.size())))];
  const Index m = at / j.columns(), n = at % j.columns();
  std::size_t k = 0;
  while (k + 1 < j.first.size() && j.first[k + 1] <= n) ++k;
  Alteration how;
  how.gradients = [m, k, i = n - j.first[k], entry = static_cast<double>(j.entries[at])](Tensors& gradients,
                                                                                         const Tensor& v) {
    gradients[k][i] += static_cast<Real>(finest_error * entry * static_cast<double>(v[m]));
  };
  return how;
}

/// Does the Jacobian differ by finest_error of an entry at inputs that are some 10 % larger or smaller? A
/// rule that remembers inputs is right for a linear function. True where the function is not defined there.
bool changes_nearby(const TensorFunction& f, std::span<const Tensor> inputs, const Jacobian& here,
                    Philox random) {
  Tensors there(inputs.begin(), inputs.end());
  for (Tensor& x : there)
    for (Real& x_i : x.span())
      x_i += static_cast<Real>(0.1 * (x_i != 0 ? std::abs(static_cast<double>(x_i)) : 1) * random.normal());
  try {
    const Jacobian j = analytic_jacobian(f, there);
    for (Index i = 0; i < j.entries.size(); ++i) {
      const double a = static_cast<double>(here.entries[i]), b = static_cast<double>(j.entries[i]);
      if (!(std::abs(a - b) <= finest_error * std::max(std::abs(a), std::abs(b)))) return true;
    }
    return false;
  } catch (const std::exception&) {
    return true;
  }
}

}  // namespace

std::vector<WrongGradient> wrong_gradients(const Trouble& trouble, std::span<const Tensor> inputs,
                                           Philox& random) {
  std::vector<WrongGradient> all;
  const auto add = [&](const char* name, Alteration how) {
    all.push_back({name, [f = trouble.function, how = std::move(how)]() -> TensorFunction {
                     return [kept = std::make_shared<Altered>(f, how)](Tape& tape, std::span<const Var> x) {
                       return (*kept)(tape, x);
                     };
                   }});
  };
  const Jacobian right = analytic_jacobian(trouble.function, inputs);
  if (std::ranges::any_of(right.entries.span(), [](Real entry) { return entry != 0; })) {
    add("sign", times(-1));
    add("three times", times(3));
    add("zero", times(0));
    // At a tie a derivative has some room.
    if (trouble.kind != Trouble::Kind::kink) {
      add("factor 1 + 1e-6", times(1 + finest_error));
      add("one entry off by 1e-6 of itself", one_entry(right, random));
    }
    add("cotangents clipped at 10", clipped(10));
    add("cotangents clipped at 100", clipped(100));
    add("cotangents below 1e-3 skipped", skipped_below(static_cast<Real>(1e-3)));
    Alteration how;
    how.assigns = true;
    add("assigned, not added", how);
    if (changes_nearby(trouble.function, inputs, right, random)) {
      how = {};
      how.inputs = Alteration::Inputs::newest;
      add("memory shared between uses", how);
      how.inputs = Alteration::Inputs::first;
      add("memory of the first call", how);
    }
    if (inputs.size() > 1) {
      how = {};
      how.doubles_beside_constants = true;
      add("doubled beside a constant operand", how);
    }
  }
  for (const Trouble::Mistake& mistake : trouble.mistakes)
    all.push_back({mistake.name, [f = mistake.function] { return f; }});
  return all;
}

}  // namespace doxa::trouble
