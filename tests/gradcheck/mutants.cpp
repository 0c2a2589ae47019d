#include "mutants.h"

#include <cmath>
#include <functional>
#include <stdexcept>
#include <utility>

#include "doxa/autograd/ops.h"

namespace doxa {
namespace {

template <class Choices>
const auto& one_of(const Choices& choices, Philox& random) {
  return choices[static_cast<std::size_t>(random.uniform_index(static_cast<Index>(choices.size())))];
}

// One of the inputs whose shapes fulfil the condition, if there is any.
std::optional<std::size_t> input_with(const Jacobian& j, Philox& random, auto condition) {
  std::vector<std::size_t> fit;
  for (std::size_t k = 0; k < j.inputs.size(); ++k)
    if (condition(j.inputs[k])) fit.push_back(k);
  if (fit.empty()) return {};
  return one_of(fit, random);
}

bool has_several_elements(const Shape& s) { return s.size() > 1; }

// The columns of input k become those of this order, counted from the input's first; -1 leaves zeros.
std::function<void(Jacobian&)> reorder(std::size_t k, std::vector<Index> order) {
  return [k, order = std::move(order)](Jacobian& j) {
    const Tensor before = j.entries;
    for (Index m = 0; m < j.rows(); ++m)
      for (std::size_t i = 0; i < order.size(); ++i)
        j.entries(m, j.first[k] + static_cast<Index>(i)) =
            order[i] < 0 ? 0 : before(m, j.first[k] + order[i]);
  };
}

std::function<void(Jacobian&)> each_entry(std::size_t k, auto change) {
  return [k, change](Jacobian& j) {
    for (Index m = 0; m < j.rows(); ++m)
      for (Index i = 0; i < j.inputs[k].size(); ++i) change(j.entries(m, j.first[k] + i));
  };
}

// ---- the defects of which something is drawn ------------------------------------------------------

std::function<void(Jacobian&)> scaled(const Jacobian& j, double factor, Philox& random) {
  const auto k = static_cast<std::size_t>(random.uniform_index(static_cast<Index>(j.inputs.size())));
  return each_entry(k, [factor](Real& x) { x = static_cast<Real>(static_cast<double>(x) * factor); });
}

bool scale_one_entry(WrongRule& rule, const Jacobian& j, double factor, Philox& random) {
  std::vector<Index> not_zero;
  for (Index i = 0; i < j.entries.size(); ++i)
    if (j.entries[i] != 0) not_zero.push_back(i);
  if (not_zero.empty()) return false;
  rule.corrupt = [i = one_of(not_zero, random), factor](Jacobian& wrong) {
    wrong.entries[i] = static_cast<Real>(static_cast<double>(wrong.entries[i]) * factor);
  };
  return true;
}

void drop_sums(WrongRule& rule, std::size_t k) {
  rule.corrupt = [k](Jacobian& j) {
    for (Index n = j.first[k]; n < j.first[k] + j.inputs[k].size(); ++n)
      for (Index m = 0, met = 0; m < j.rows(); ++m)
        if (j.entries(m, n) != 0 && met++ > 0) j.entries(m, n) = 0;
  };
}

bool transpose_one(WrongRule& rule, const Jacobian& j, Philox& random) {
  const auto k = input_with(
      j, random, [](const Shape& s) { return s.rank() >= 2 && s[s.rank() - 1] > 1 && s[s.rank() - 2] > 1; });
  if (!k) return false;
  const Shape s = j.inputs[*k];
  const Index columns = s[s.rank() - 1], height = s[s.rank() - 2], matrix = columns * height;
  std::vector<Index> order;
  for (Index i = 0; i < s.size(); ++i)
    order.push_back(i / matrix * matrix + i % height * columns + i % matrix / height);
  rule.corrupt = reorder(*k, std::move(order));
  return true;
}

bool permute_one(WrongRule& rule, const Jacobian& j, Philox& random) {
  const auto k = input_with(j, random, has_several_elements);
  if (!k) return false;
  rule.corrupt = reorder(*k, random.permutation(j.inputs[*k].size()));
  return true;
}

bool shift_one(WrongRule& rule, const Jacobian& j, Philox& random) {
  const auto k = input_with(j, random, has_several_elements);
  if (!k) return false;
  const Shape s = j.inputs[*k];
  std::vector<int> axes;
  for (int axis = 0; axis < s.rank(); ++axis)
    if (s[axis] > 1) axes.push_back(axis);
  const int axis = one_of(axes, random);
  Index stride = 1;
  for (int a = axis + 1; a < s.rank(); ++a) stride *= s[a];
  std::vector<Index> order;
  for (Index i = 0; i < s.size(); ++i) order.push_back(i / stride % s[axis] + 1 < s[axis] ? i + stride : -1);
  rule.corrupt = reorder(*k, std::move(order));
  return true;
}

bool exchange_two(WrongRule& rule, const Jacobian& j, Philox& random) {
  std::vector<std::pair<std::size_t, std::size_t>> pairs;
  for (std::size_t a = 0; a < j.inputs.size(); ++a)
    for (std::size_t b = a + 1; b < j.inputs.size(); ++b)
      if (j.inputs[a] == j.inputs[b]) pairs.emplace_back(a, b);
  if (pairs.empty()) return false;
  rule.corrupt = [pair = one_of(pairs, random)](Jacobian& wrong) {
    for (Index m = 0; m < wrong.rows(); ++m)
      for (Index i = 0; i < wrong.inputs[pair.first].size(); ++i)
        std::swap(wrong.entries(m, wrong.first[pair.first] + i),
                  wrong.entries(m, wrong.first[pair.second] + i));
  };
  return true;
}

// To 11 significant bits, the implicit one included, by rounding to nearest.
void round_entry(Real& x) {
  int exponent = 0;
  const double fraction = std::frexp(static_cast<double>(x), &exponent);
  x = static_cast<Real>(std::ldexp(std::nearbyint(std::ldexp(fraction, 11)), exponent - 11));
}

// f(x) (1 + Σ x_0i² / 4), the factor's gradient left out if `incomplete`.
TensorFunction times_scale(const TensorFunction& f, bool incomplete) {
  return [f, incomplete](Tape& tape, Inputs x) {
    const Var scale = 1 + sum(square(x[0])) * Real(0.25);
    const Var factor = incomplete ? stop_gradient(scale) : scale;
    return f(tape, x) * factor;
  };
}

// f(x) + Σ x_ki², for which every input is used once more, after f.
TensorFunction used_again(const TensorFunction& f) {
  return [f](Tape& tape, Inputs x) {
    Var y = f(tape, x);
    for (const Var x_k : x) y = y + sum(square(x_k));
    return y;
  };
}

void stop_somewhere(WrongRule& rule, const Subject& subject, const Jacobian& j, Philox& random) {
  const std::size_t places = subject.stopped.size() + j.inputs.size();
  const auto place = static_cast<std::size_t>(random.uniform_index(static_cast<Index>(places)));
  if (place < subject.stopped.size())
    rule.differentiated = subject.stopped[place];
  else
    rule.corrupt = each_entry(place - subject.stopped.size(), [](Real& x) { x = 0; });
}

// False if the defect cannot apply.
bool corrupt(WrongRule& rule, const Subject& subject, Defect defect, const Jacobian& j, Philox& random) {
  const auto any_input = [&] {
    return static_cast<std::size_t>(random.uniform_index(static_cast<Index>(j.inputs.size())));
  };
  switch (defect) {
    case Defect::sign:
      rule.corrupt = scaled(j, -1, random);
      return true;
    case Defect::factor_two:
      rule.corrupt = scaled(j, 2, random);
      return true;
    case Defect::factor_fine:
      rule.corrupt = scaled(j, 1 + finest_error, random);
      return true;
    case Defect::dropped_sum:
      drop_sums(rule, any_input());
      return true;
    case Defect::transposed:
      return transpose_one(rule, j, random);
    case Defect::permuted:
      return permute_one(rule, j, random);
    case Defect::entry:
      return scale_one_entry(rule, j, 2 * random.uniform(), random);
    case Defect::entry_fine:
      return scale_one_entry(rule, j, 1 + finest_error, random);
    case Defect::missing_term:
      rule = WrongRule(times_scale(subject.function, false));
      rule.differentiated = times_scale(subject.function, true);
      return true;
    case Defect::offset:
      rule.operand = any_input();
      rule.offset = Real(0.01);
      return true;
    case Defect::jacobian_offset:
      rule.corrupt = each_entry(any_input(), [](Real& x) { x += Real(0.01); });
      return true;
    case Defect::assigned:
      rule.assigns = true;
      return true;
    case Defect::stopped:
      stop_somewhere(rule, subject, j, random);
      return true;
    case Defect::shifted:
      return shift_one(rule, j, random);
    case Defect::exchanged:
      return exchange_two(rule, j, random);
    case Defect::output_for_input:
      rule.at_output = true;
      return j.output == j.inputs[0];
    case Defect::last_output_missed:
      rule.corrupt = [](Jacobian& wrong) {
        for (Index n = 0; n < wrong.columns(); ++n) wrong.entries(wrong.rows() - 1, n) = 0;
      };
      return true;
    case Defect::cotangent_ignored:
      rule.cotangent = WrongRule::Cotangent::ones;
      return true;
    case Defect::cotangent_magnitude:
      rule.cotangent = WrongRule::Cotangent::magnitude;
      return true;
    case Defect::rounded:
      rule.corrupt = [](Jacobian& wrong) {
        for (Real& x : wrong.entries.span()) round_entry(x);
      };
      return true;
    case Defect::not_reset:
      rule.resets = false;
      return true;
  }
  return false;
}

// ---- whether a mutant counts ------------------------------------------------------------------------

// By unit cotangents, by a signed one whose entries are not all 1 either, and by another after it: a rule
// that is not linear in the cotangent may be right for the first.
bool differs(const Mutant& m, std::span<const Tensor> inputs, Philox& random) {
  constexpr double least = finest_error * (1 - 1e-3);  // rounding may take a little of the difference
  const Jacobian right = analytic_jacobian(m.right, inputs), wrong = analytic_jacobian(m.wrong, inputs);
  for (Index i = 0; i < right.entries.size(); ++i) {
    const auto r = static_cast<double>(right.entries[i]), w = static_cast<double>(wrong.entries[i]);
    if (!std::isfinite(w)) return true;
    if (std::abs(w - r) > least * std::abs(r)) return true;
  }
  Pullback right_rule(m.right, inputs), wrong_rule(m.wrong, inputs);
  for (int k = 0; k < 2; ++k) {
    const Tensor v = normal_noise(right.output, random);
    const std::vector<Tensor> r = right_rule(v), w = wrong_rule(v);
    for (std::size_t input = 0; input < r.size(); ++input)
      for (Index i = 0; i < r[input].size(); ++i) {
        double scale = 0;
        for (Index row = 0; row < v.size(); ++row)
          scale += std::abs(static_cast<double>(v[row] * right.entries(row, right.first[input] + i)));
        if (std::abs(static_cast<double>(w[input][i] - r[input][i])) > least * scale) return true;
      }
  }
  return false;
}

}  // namespace

std::optional<Mutant> mutant(const Subject& subject, Defect defect, std::span<const Tensor> inputs,
                             Philox& random) {
  WrongRule rule(subject.function);
  const Jacobian right = analytic_jacobian(subject.function, inputs);
  if (!corrupt(rule, subject, defect, right, random)) return {};
  Mutant m{rule.value, with_rule(rule)};
  if (defect == Defect::assigned) m = {used_again(m.right), used_again(m.wrong)};
  try {
    if (differs(m, inputs, random)) return m;
  } catch (const std::domain_error&) {
    // The output is not in the function's domain, so that it cannot be taken for the input.
  }
  return {};
}

}  // namespace doxa
