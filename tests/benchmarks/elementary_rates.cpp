#include "elementary_rates.h"

#include <cmath>

#include "doxa/autograd/kernels/kernels.h"
#include "doxa/autograd/random.h"
#include "timing.h"

namespace doxa::benchmarks {
namespace {

// The textbook forms in terms of std::, one call for each element.
template <class F>
auto loop(F f) {
  return [f](const Tensor& x, Tensor& y) {
    for (Index i = 0; i < x.size(); ++i) y[i] = f(x[i]);
  };
}

template <class Loop>
void time_function(const char* name, Unary function, const Tensor& x, Loop standard, double seconds,
                   Rows& rows) {
  Tensor y(x.shape());
  const std::vector<double> microseconds =
      median_microseconds({[&] { kernels().unary[static_cast<int>(function)](x.size(), x.data(), y.data()); },
                           [&] { standard(x, y); }},
                          seconds);
  const double ours = 1e3 * microseconds[0] / static_cast<double>(x.size());
  const double theirs = 1e3 * microseconds[1] / static_cast<double>(x.size());
  rows.add("doxa-elementary", name, 1,
           {{"nanoseconds", ours, 3}, {"std_nanoseconds", theirs, 3}, {"ratio", theirs / ours, 2}});
}

}  // namespace

void time_elementary_functions(double seconds, Rows& rows) {
  Philox random(1);
  Tensor x = normal_noise({4096}, random);  // both ends of it fit the first cache
  for (Real& v : x.span()) v *= 3;
  Tensor positive = x;
  for (Real& v : positive.span()) v = std::exp(v);
  time_function("exp", Unary::exp, x, loop([](Real v) { return std::exp(v); }), seconds, rows);
  time_function("log", Unary::log, positive, loop([](Real v) { return std::log(v); }), seconds, rows);
  time_function("tanh", Unary::tanh, x, loop([](Real v) { return std::tanh(v); }), seconds, rows);
  time_function("sigmoid", Unary::sigmoid, x, loop([](Real v) { return 1 / (1 + std::exp(-v)); }), seconds,
                rows);
  time_function("softplus", Unary::softplus, x,
                loop([](Real v) { return std::fmax(v, Real{0}) + std::log1p(std::exp(-std::fabs(v))); }),
                seconds, rows);
}

}  // namespace doxa::benchmarks
