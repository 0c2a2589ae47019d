#pragma once

#include <cmath>
#include <cstddef>
#include <initializer_list>
#include <utility>
#include <vector>

#include "doxa/autograd/real.h"

// A tape in a few lines, for numbers: what the chapter starts from.

using doxa::Real;

// Record `to` uses record `from`, and changes by `partial` for each unit that `from` changes by.
struct Edge {
  std::size_t from, to;
  Real partial;
};
using Edges = std::vector<Edge>;  // in the order of `to`

//! [tiny-tape]
struct List {
  std::vector<Real> values;  // of the records
  Edges edges;  // arrows: {used record, record that uses it, derivative of the latter by the former}
};

struct Number {
  List* list;
  std::size_t record;
  Real value() const { return list->values[record]; }
};

using Operand = std::pair<Number, Real>;  // and the derivative of the result with respect to it

inline Number add(List& list, Real value, std::initializer_list<Operand> operands = {}) {
  for (const Operand& x : operands) list.edges.push_back({x.first.record, list.values.size(), x.second});
  list.values.push_back(value);
  return {&list, list.values.size() - 1};
}

inline Number operator+(Number a, Number b) { return add(*a.list, a.value() + b.value(), {{a, 1}, {b, 1}}); }
inline Number operator*(Number a, Number b) {
  return add(*a.list, a.value() * b.value(), {{a, b.value()}, {b, a.value()}});
}
inline Number log(Number a) { return add(*a.list, std::log(a.value()), {{a, 1 / a.value()}}); }
//! [tiny-tape]
inline Number operator-(Number a, Number b) { return add(*a.list, a.value() - b.value(), {{a, 1}, {b, -1}}); }
inline Number tanh(Number a) {
  const Real t = std::tanh(a.value());
  return add(*a.list, t, {{a, (1 - t) * (1 + t)}});
}
inline Number operator*(Number a, Real c) { return add(*a.list, a.value() * c, {{a, c}}); }
inline Number operator-(Number a, Real c) { return add(*a.list, a.value() - c, {{a, 1}}); }
