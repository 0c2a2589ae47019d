// Statistics of data whose mean is large beside their deviation: Chan, Golub & LeVeque, "Algorithms for
// computing the sample variance", The American Statistician 37, 1983; Higham, "Accuracy and Stability", 2nd
// ed., §1.9.

#include <algorithm>
#include <cmath>

#include "closed_form.h"
#include "doxa/autograd/ops.h"
#include "families.h"

namespace doxa::trouble {
namespace {

long double mean_of(std::span<const Real> x) {
  long double sum = 0;
  for (const Real x_i : x) sum += static_cast<long double>(x_i);
  return sum / static_cast<long double>(x.size());
}

// E[x²] - E[x]².
Real one_pass(std::span<const Real> x) {
  Real sum = 0, squares = 0;
  for (const Real x_i : x) {
    sum += x_i;
    squares += x_i * x_i;
  }
  const Real n = static_cast<Real>(x.size());
  return squares / n - (sum / n) * (sum / n);
}

void variance_jacobian(std::span<const Real> x, std::span<long double> j) {
  const long double mean = mean_of(x), n = static_cast<long double>(x.size());
  for (std::size_t i = 0; i < x.size(); ++i) j[i] = 2 * (static_cast<long double>(x[i]) - mean) / n;
}

const ClosedForm one_pass_variance{1, [](auto x, auto y) { y[0] = one_pass(x); }, variance_jacobian};

// ∂√V/∂x_i = (x_i - mean) / (n √V).
const ClosedForm one_pass_deviation{1, [](auto x, auto y) { y[0] = std::sqrt(one_pass(x)); },
                                    [](auto x, auto j) {
                                      variance_jacobian(x, j);
                                      long double variance = 0;
                                      for (std::size_t i = 0; i < x.size(); ++i)
                                        variance += j[i] * j[i] * static_cast<long double>(x.size()) / 4;
                                      for (long double& slope : j) slope /= 2 * std::sqrt(variance);
                                    }};

// E[xy] - E[x] E[y]; by x_i: (y_i - E[y]) / n.
const ClosedForm one_pass_covariance{
    1,
    [](auto x, auto y) {
      const std::size_t n = x.size() / 2;
      Real first = 0, second = 0, product = 0;
      for (std::size_t i = 0; i < n; ++i) {
        first += x[i];
        second += x[n + i];
        product += x[i] * x[n + i];
      }
      const Real count = static_cast<Real>(n);
      y[0] = product / count - first / count * (second / count);
    },
    [](auto x, auto j) {
      const std::size_t n = x.size() / 2;
      const long double first = mean_of(x.first(n)), second = mean_of(x.last(n));
      for (std::size_t i = 0; i < n; ++i) {
        j[i] = (static_cast<long double>(x[n + i]) - second) / static_cast<long double>(n);
        j[n + i] = (static_cast<long double>(x[i]) - first) / static_cast<long double>(n);
      }
    }};

// log Σ e^x_i without subtracting the largest.
const ClosedForm plain_logsumexp{1,
                                 [](auto x, auto y) {
                                   Real sum = 0;
                                   for (const Real x_i : x) sum += std::exp(x_i);
                                   y[0] = std::log(sum);
                                 },
                                 [](auto x, auto j) {
                                   const long double largest = static_cast<long double>(std::ranges::max(x));
                                   long double sum = 0;
                                   for (std::size_t i = 0; i < x.size(); ++i) {
                                     j[i] = std::exp(static_cast<long double>(x[i]) - largest);
                                     sum += j[i];
                                   }
                                   for (long double& slope : j) slope /= sum;
                                 }};

// (x_0 + M) - M: what is below the spacing of M is lost.
constexpr Real absorber = sizeof(Real) == 8 ? static_cast<Real>(1e16) : static_cast<Real>(1e8);

}  // namespace

void add_offset_data(std::vector<Trouble>& to) {
  const std::string family = "offset data";
  const auto variance_op = [](Tape&, Inputs x) { return variance(x[0]); };
  to.push_back({family,
                "variance, mean 1e4",
                Kind::resolvable,
                "deviations have 12 digits",
                normal(7, 1e4, 1),
                variance_op,
                {},
                true});
  to.push_back({family,
                "variance, mean 1e6",
                Kind::limited,
                "deviations have 10 digits",
                normal(7, 1e6, 1),
                variance_op,
                {},
                true});
  to.push_back({family,
                "deviation, mean 1e6",
                Kind::limited,
                "deviations have 10 digits",
                normal(7, 1e6, 1),
                [](Tape&, Inputs x) { return sqrt(variance(x[0])); },
                {},
                true});
  to.push_back({family,
                "variance in one pass, mean 1e4",
                Kind::limited,
                "E[x²] - E[x]² cancels 8 digits",
                normal(7, 1e4, 1),
                closed_form(one_pass_variance),
                {},
                true});
  to.push_back({family,
                "variance in one pass, mean 1e6",
                Kind::limited,
                "E[x²] - E[x]² cancels 12 digits",
                normal(7, 1e6, 1),
                closed_form(one_pass_variance),
                {},
                true});
  to.push_back({family,
                "deviation in one pass, mean 1e4",
                Kind::limited,
                "the root of a cancelled number",
                normal(7, 1e4, 1),
                closed_form(one_pass_deviation),
                {},
                true});
  to.push_back({family,
                "covariance in one pass, mean 1e5",
                Kind::limited,
                "E[xy] - E[x] E[y] cancels 10 digits",
                [draw = normal(6, 1e5, 1)](Philox& random) {
                  return std::vector{draw(random)[0], draw(random)[0]};
                },
                closed_form(one_pass_covariance),
                {},
                true});
  to.push_back({family,
                "log-sum-exp, plain, at 600",
                Kind::limited,
                "e^600 is near the largest number",
                normal(5, 600, 1),
                closed_form(plain_logsumexp),
                {},
                true});
  to.push_back({family,
                "log-sum-exp at 1e6",
                Kind::limited,
                "the value has 10 digits of what changes",
                normal(5, 1e6, 1),
                [](Tape&, Inputs x) { return logsumexp(x[0]); },
                {},
                true});
  to.push_back(
      {family, "absorption", Kind::hopeless, "(x + M) - M keeps the spacing of M, 2", normal(3, 0, 3),
       elementwise([](Real x) { return (x + absorber) - absorber; }, [](long double) { return 1.0L; })});
}

}  // namespace doxa::trouble
