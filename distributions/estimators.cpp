#include "doxa/distributions/estimators.h"

#include <algorithm>
#include <sstream>
#include <stdexcept>

#include "doxa/autograd/internal/long_sum.h"

namespace doxa {
namespace {

// Writes f - b for `draws` draws of `events` numbers each.
struct Advantage {
  std::span<const Real> f;
  Index draws, events;
  Real* out;

  void operator()(const ConstantBaseline& b) const {
    std::ranges::transform(f, out, [&](Real x) { return x - b.value; });
  }

  void operator()(RunningMeanBaseline& b) const {
    if (!(b.decay >= 0 && b.decay < 1)) {
      std::ostringstream text;
      text << "RunningMeanBaseline: decay is " << b.decay << ", expected a number from 0 to below 1";
      throw std::invalid_argument(text.str());
    }
    (*this)(ConstantBaseline{b.value()});
    double mean = 0;
    for (const Real x : f) mean += static_cast<double>(x) / static_cast<double>(f.size());
    b.weighted_sum = double{b.decay} * b.weighted_sum + mean;
    b.weight = double{b.decay} * b.weight + 1;
  }

  // f_i - (S - f_i) / (n - 1), where S is the sum of all. It is computed from the differences f_i - f_j,
  // which may be small compared with f.
  void operator()(LeaveOneOutBaseline) const {
    if (draws < 2)
      throw std::invalid_argument(
          "LeaveOneOutBaseline: one draw has no others, expected samples of at least 2");
    const auto n = static_cast<Real>(draws);
    for (Index e = 0; e < events; ++e) {
      const auto at = [&](Index i) { return f[static_cast<std::size_t>(i * events + e)]; };
      const Real first = at(0);
      LongSum total;  // of f - f_0, so that a constant f gives exactly 0
      for (Index i = 0; i < draws; ++i) total += at(i) - first;
      for (Index i = 0; i < draws; ++i)
        out[i * events + e] = (n * (at(i) - first) - total) / (n - 1);  // (04.6)
    }
  }
};

}  // namespace

void check_outlives_call(const Baseline& baseline) {
  if (std::holds_alternative<RunningMeanBaseline>(baseline))
    throw std::invalid_argument(
        "ScoreFunction: the running mean of a temporary is gone after the call, expected a named estimator "
        "that lives as long as the training");
}

// y = f
// df += g,  d log_q += g (f - b)
Var score_function_surrogate(Var f, Var log_q, Baseline& baseline) {
  const Shape shape = f.shape();
  if (shape.rank() < 1 || shape != log_q.shape())
    throw argument_error({"score_function_surrogate", f.tape()},
                         "f has shape " + shape.str() + " and log q has shape " + log_q.shape().str() +
                             ", expected the same with draws along the first axis");
  Real* advantage = f.tape().scratch<Real>(shape.size());
  const Index draws = shape[0], events = draws > 0 ? shape.size() / draws : 0;
  std::visit([&](auto& b) { Advantage{f.value(), draws, events, advantage}(b); }, baseline);
  return record(
      "score_function_surrogate", shape, {f, log_q},
      [](Record& r) { std::copy_n(r.value(0), r.size(), r.value()); },
      [=](Record& r) {
        for (Index i = 0; i < r.size(); ++i) {
          r.adjoint(0)[i] += r.adjoint()[i];
          if (r.adjoint()[i] != 0) r.adjoint(1)[i] += r.adjoint()[i] * advantage[i];  // (04.2), f - b for f
        }
      });
}

void check_answer(Var answer, const Shape& draws, int event_rank) {
  const Shape expected = batch_shape(draws, event_rank);
  if (answer.shape() != expected)
    throw argument_error({"expectation", answer.tape()},
                         "f answers with shape " + answer.shape().str() + " to draws of shape " +
                             draws.str() + ", expected a number for each draw of each event, " +
                             expected.str());
}

Var nearest_corner(Var x) {
  const Shape shape = x.shape();
  const std::span<const Real> from = x.value();
  return x.tape().constant(shape, [&](std::span<Real> corner) {
    std::ranges::fill(corner, Real{0});
    const auto k = static_cast<std::size_t>(shape[shape.rank() - 1]);
    for (std::size_t at = 0; at < corner.size(); at += k) {
      const auto row = from.subspan(at, k);
      corner[at + static_cast<std::size_t>(std::ranges::max_element(row) - row.begin())] = 1;
    }
  });
}

}  // namespace doxa
