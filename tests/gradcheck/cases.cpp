#include "cases.h"

#include <cmath>
#include <iomanip>
#include <sstream>
#include <utility>

#include "doxa/autograd/ops.h"

namespace doxa {
namespace {

using DrawInputs = std::function<std::vector<Tensor>(std::uint64_t seed)>;

GradientCase case_at(std::string name, TensorFunction function, DrawInputs inputs, Verdict expected) {
  const TensorFunction f = std::move(function);
  const auto twice = [f](Tape& tape, std::span<const Var> x) { return used_twice(f(tape, x), x); };
  return {.name = std::move(name),
          .check =
              [=](const GradientCheckOptions& options) {
                return check_gradients(twice, inputs(options.seed), options);
              },
          .with =
              [=](std::uint64_t seed, const GradientCase::Use& use) {
                std::vector<Tensor> at = inputs(seed), gradients = at;
                std::vector<CheckedLeaf> leaves;
                for (std::size_t i = 0; i < at.size(); ++i)
                  leaves.push_back({"input " + std::to_string(i), &at[i], &gradients[i]});
                const auto evaluate = [&](Tape& tape) {
                  std::vector<Var> x;
                  for (const CheckedLeaf& leaf : leaves) x.push_back(tape.leaf(*leaf.value, *leaf.gradient));
                  return f(tape, x);
                };
                use(evaluate, leaves);
              },
          .expected = expected};
}

Tensor draw(const Shape& shape, Domain domain, double offset, Philox& random) {
  Tensor x = normal_noise(shape, random);
  for (Real& value : x.span()) {
    if (domain == Domain::positive) value = std::exp(value / 2);
    if (domain == Domain::lattice)
      value = static_cast<Real>(std::round(2 * double(value)) + offset + 0.2 * (random.uniform() - 0.5));
  }
  return x;
}

}  // namespace

Var used_twice(Var y, std::span<const Var> inputs) {
  Var again = y.tape().constant(0);
  for (const Var& x : inputs)
    if (x.size() > 0) again = again + mean(square(x));
  return y + again;
}

std::string RecordedOp::line() const {
  std::ostringstream text;
  text << name << ' ' << shape.str() << (operands.empty() ? "" : " of");
  for (const std::size_t operand : operands) text << ' ' << operand;
  // Adding 0 makes -0 a 0: which of them comes out of rounding is the compiler's choice too.
  text << std::setprecision(6) << ": " << first + 0 << " … " << last + 0;
  return text.str();
}

std::vector<RecordedOp> recorded(const GradientCase& c, std::uint64_t seed) {
  std::vector<RecordedOp> all;
  if (!c.with) return all;
  c.with(seed, [&](const std::function<Var(Tape&)>& f, std::span<const CheckedLeaf>) {
    Tape tape;
    f(tape);
    for (std::size_t i = 0; i < tape.size(); ++i) {
      const Var x = tape.at(i);
      const std::span<const Real> value = x.value();
      all.push_back({tape.name(x), tape.operands(x), x.shape(), value.empty() ? Real{0} : value.front(),
                     value.empty() ? Real{0} : value.back()});
    }
  });
  return all;
}

void Cases::add(const std::string& name, const std::vector<Shape>& shapes, Domain domain,
                const FunctionOfInputs& f) {
  const auto inputs = [shapes, domain](std::uint64_t seed) {
    Philox random(seed, 1);
    std::vector<Tensor> drawn;
    for (std::size_t i = 0; i < shapes.size(); ++i) {
      const double offset = (static_cast<double>(i) + 0.5) / static_cast<double>(shapes.size());
      drawn.push_back(draw(shapes[i], domain, offset, random));
    }
    return drawn;
  };
  all.push_back(case_at(prefix + name, f, inputs, Verdict::pass));
}

void Cases::add_at(const std::string& name, std::vector<Tensor> inputs, const FunctionOfInputs& f,
                   Verdict expected) {
  all.push_back(case_at(
      prefix + name, f, [at = std::move(inputs)](std::uint64_t) { return at; }, expected));
}

std::vector<GradientCase> gradient_cases() {
  std::vector<GradientCase> all;
  for (auto* part : {elementwise_cases, reduction_cases, shape_cases, linear_algebra_cases, checkpoint_cases,
                     special_point_cases, normal_cases, multivariate_normal_cases, discrete_cases,
                     relaxed_cases, mixture_cases, extreme_cases, estimator_cases, model_cases, pomdp_cases,
                     kalman_cases, rssm_cases, actor_cases, kink_cases})
    for (GradientCase& c : part()) all.push_back(std::move(c));
  return all;
}

}  // namespace doxa
