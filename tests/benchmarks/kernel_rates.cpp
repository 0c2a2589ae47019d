#include <cmath>
#include <string>

#include "doxa/autograd/kernels/kernels.h"
#include "doxa/autograd/random.h"
#include "doxa/distributions/bernoulli.h"
#include "doxa/distributions/one_hot_categorical.h"
#include "measurements.h"

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

void BestProduct::operator()() {
  for (int i = 0; i < repeats; ++i)
    kernels().matmul(n, n, n, a_.data(), n, 1, b_.data(), n, 1, c_.data(), false);
}

void time_matrix_product(double seconds, Rows& rows) {
  struct Form {
    const char* name;
    bool a_transposed, b_transposed;
  };
  Philox random(1);
  BestProduct best;
  for (const Index n : {64, 128, 256, 512, 1024, 2048}) {
    const Tensor a = normal_noise({n, n}, random), b = normal_noise({n, n}, random);
    Tensor c(Shape{n, n});
    // Small products are repeated until the clock's own time is nothing beside theirs.
    const Index repeats = n >= 512 ? 1 : (512 / n) * (512 / n);
    const double operations = 2 * static_cast<double>(n * n * n * repeats);
    for (const Form& form : {Form{"", false, false}, Form{"-at", true, false}, Form{"-bt", false, true}}) {
      const auto row = [n](bool transposed) { return transposed ? Index{1} : n; };
      const auto column = [n](bool transposed) { return transposed ? n : Index{1}; };
      const auto product = [&] {
        for (Index i = 0; i < repeats; ++i)
          kernels().matmul(n, n, n, a.data(), row(form.a_transposed), column(form.a_transposed), b.data(),
                           row(form.b_transposed), column(form.b_transposed), c.data(), false);
      };
      const std::vector<double> microseconds = median_microseconds({product, std::ref(best)}, seconds);
      const double rate = operations / microseconds[0], best_rate = BestProduct::flops / microseconds[1];
      rows.add("doxa-matmul", std::to_string(n) + form.name, 1,
               {{"gflops", rate * 1e-3, 1}, {"share", rate / best_rate, 3}});
    }
  }
}

namespace {

void time_draw(const std::string& name, Index draws, const std::function<void()>& draw, double seconds,
               Rows& rows) {
  const double per_microsecond = static_cast<double>(draws) / median_microseconds(draw, seconds);
  rows.add("doxa-draws", name, 1,
           {{"nanoseconds", 1e3 / per_microsecond, 3}, {"millions_per_second", per_microsecond, 1}});
}

}  // namespace

void time_draws(double seconds, Rows& rows) {
  constexpr Index n = 4096;
  Philox random(1);
  Tensor x(Shape{n});
  time_draw(
      "normal", n, [&] { random.normal(x.span()); }, seconds, rows);
  time_draw(
      "gumbel", n, [&] { random.gumbel(x.span()); }, seconds, rows);
  Tape tape;
  const auto of_events = [&](const std::string& name, auto q) {
    time_draw(
        name, n,
        [&tape, &random, q] {
          const Evaluation evaluation(tape);
          sample(q, random);
        },
        seconds, rows);
  };
  of_events("Bernoulli", Bernoulli(normal_noise(tape, {n}, random)));
  for (const Index k : {4, 32, 256}) {
    const Categorical q(normal_noise(tape, {n, k}, random));
    of_events("Categorical-" + std::to_string(k), q);
    of_events("OneHotCategorical-" + std::to_string(k), OneHotCategorical(q));
  }
}

}  // namespace doxa::benchmarks
