#include "sections.h"

using namespace doxa;
using namespace doxa::support;

Edges edges_of_f(Real x1, Real x2) {
  const Real t = std::tanh(x2);
  return {{0, 2, 1 / x1, "1/v₀"}, {0, 3, x2, "v₁"}, {1, 3, x1, "v₀"},
          {2, 4, 1, "1"},         {3, 4, 1, "1"},   {1, 5, (1 - t) * (1 + t), "1 − v₅²"},
          {4, 6, 1, "1"},         {5, 6, -1, "−1"}};
}

//! [chain-rule]
Real sum_over_paths(const Edges& edges, std::size_t from, std::size_t to, std::int64_t& products) {  // (01.2)
  if (from == to) return 1;
  Real sum = 0;
  for (const Edge& e : edges) {
    if (e.from != from) continue;
    sum += e.partial * sum_over_paths(edges, e.to, to, products);
    ++products;
  }
  return sum;
}

std::vector<Real> forward_sweep(const Edges& edges, std::size_t records, std::size_t input) {  // (01.3)
  std::vector<Real> tangent(records);
  tangent[input] = 1;
  for (const Edge& e : edges) tangent[e.to] += e.partial * tangent[e.from];
  return tangent;
}

std::vector<Real> reverse_sweep(const Edges& edges, std::size_t records) {  // (01.4)
  std::vector<Real> adjoint(records);
  adjoint.back() = 1;
  for (auto e = edges.rbegin(); e != edges.rend(); ++e) adjoint[e->from] += adjoint[e->to] * e->partial;
  return adjoint;
}
//! [chain-rule]

std::string reverse_sweep_table(const Edges& edges, std::size_t records) {
  Table table({"use", "adds to", "adjoint of the use", "times", "which is", "adjoint so far"});
  std::vector<Real> adjoint(records);
  adjoint.back() = 1;
  for (auto e = edges.rbegin(); e != edges.rend(); ++e) {
    adjoint[e->from] += adjoint[e->to] * e->partial;
    table.row({"v" + std::to_string(e->to), "v" + std::to_string(e->from),
               static_cast<double>(adjoint[e->to]), e->formula, static_cast<double>(e->partial),
               static_cast<double>(adjoint[e->from])});
  }
  return table.text();
}
