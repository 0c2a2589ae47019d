#include "doxa/models/pomdp/parameters.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <stdexcept>

namespace doxa {
namespace {

Shape table_shape(const Pomdp& m, std::size_t columns) {
  return {static_cast<Index>(m.actions.size()), static_cast<Index>(m.states.size()),
          static_cast<Index>(columns)};
}

Real log_of(double p) {
  return p == 0 ? -std::numeric_limits<Real>::infinity() : static_cast<Real>(std::log(p));
}

Tensor logits(const Pomdp& m, const StochasticMatrix& table) {
  Tensor all(table_shape(m, table.columns), log_of(0));
  for (std::size_t r = 0; r < table.rows(); ++r) {
    const StochasticMatrix::Row row = table.row(r);
    for (std::size_t i = 0; i < row.size(); ++i)
      all[static_cast<Index>(r * table.columns + row.column[i])] = log_of(row.probability[i]);
  }
  return all;
}

Tensor logits(const std::vector<double>& p) {
  Tensor all(Shape{static_cast<Index>(p.size())});
  for (std::size_t s = 0; s < p.size(); ++s) all[static_cast<Index>(s)] = log_of(p[s]);
  return all;
}

std::vector<double> softmax(std::span<const Real> row, const Parameter& of) {
  const double largest = static_cast<double>(*std::max_element(row.begin(), row.end()));
  std::vector<double> p(row.size());
  double sum = 0;
  for (std::size_t i = 0; i < p.size(); ++i) sum += p[i] = std::exp(static_cast<double>(row[i]) - largest);
  if (!std::isfinite(sum))
    throw std::invalid_argument("to_pomdp: " + of.name + " has a row of logits that gives no distribution");
  for (double& x : p) x /= sum;
  return p;
}

StochasticMatrix table(const Parameter& of, const Shape& shape) {
  if (of.value.shape() != shape)
    throw std::invalid_argument("to_pomdp: " + of.name + " is " + of.value.shape().str() + ", expected " +
                                shape.str());
  StochasticMatrix m;
  m.columns = static_cast<std::size_t>(shape[shape.rank() - 1]);
  for (std::size_t r = 0; r < static_cast<std::size_t>(shape.size()) / m.columns; ++r)
    m.append_row(softmax(of.value.span().subspan(r * m.columns, m.columns), of));
  return m;
}

}  // namespace

PomdpParameters::PomdpParameters(const Pomdp& m)
    : start("start", logits(m.start)),
      transition("transition", logits(m, m.transition)),
      emission("emission", logits(m, m.emission)) {}

PomdpLogits PomdpParameters::on(Tape& tape, LearnedTables learned) {
  const auto bind = [&](Parameter& p, bool leaf) { return leaf ? p.on(tape) : tape.constant(p.value); };
  return {bind(start, learned.start), bind(transition, learned.transition), bind(emission, learned.emission)};
}

void append_parameters(Parameters& to, PomdpParameters& p) {
  for (Parameter* table : {&p.start, &p.transition, &p.emission}) to.push_back(table);
}

Pomdp to_pomdp(const PomdpParameters& p, const Pomdp& like) {
  const StochasticMatrix start = table(p.start, Shape{static_cast<Index>(like.states.size())});
  Pomdp m{like.states,
          like.actions,
          like.observations,
          like.discount,
          std::vector<double>(like.states.size(), 0.0),
          table(p.transition, table_shape(like, like.states.size())),
          table(p.emission, table_shape(like, like.observations.size())),
          like.reward};
  for (std::size_t s = 0; s < m.start.size(); ++s) m.start[s] = start.row(0)[s];
  return m;
}

}  // namespace doxa
