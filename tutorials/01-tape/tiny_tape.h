#pragma once

#include <cmath>
#include <cstddef>
#include <initializer_list>
#include <utility>
#include <vector>

#include "doxa/autograd/real.h"

// A tape in a few lines, for numbers: what the chapter starts from, and the first thing to compare the engine's
// with.

// Record `to` uses record `from`, and changes by `partial` for each unit that `from` changes by.
struct Edge {
  std::size_t from, to;
  doxa::Real partial;
};
using Edges = std::vector<Edge>;  // in the order of `to`

//! [tiny-tape]
struct Number;
struct List {
  std::vector<doxa::Real> values;  // of all numbers so far
  Edges edges;  // arrows: record `from` is used by record `to`, whose derivative is `partial`

  Number add(doxa::Real value, std::initializer_list<std::pair<std::size_t, doxa::Real>> operands = {});
};

struct Number {
  List* list;
  std::size_t record;

  doxa::Real value() const { return list->values[record]; }
};

inline Number List::add(doxa::Real value,
                        std::initializer_list<std::pair<std::size_t, doxa::Real>> operands) {
  for (const auto& operand : operands) edges.push_back({operand.first, values.size(), operand.second});
  values.push_back(value);
  return {this, values.size() - 1};
}

inline Number operator+(Number a, Number b) {
  return a.list->add(a.value() + b.value(), {{a.record, 1}, {b.record, 1}});
}
inline Number operator*(Number a, Number b) {
  return a.list->add(a.value() * b.value(), {{a.record, b.value()}, {b.record, a.value()}});
}
inline Number log(Number a) { return a.list->add(std::log(a.value()), {{a.record, 1 / a.value()}}); }
//! [tiny-tape]
inline Number operator-(Number a, Number b) {
  return a.list->add(a.value() - b.value(), {{a.record, 1}, {b.record, -1}});
}
inline Number tanh(Number a) {
  const doxa::Real t = std::tanh(a.value());
  return a.list->add(t, {{a.record, (1 - t) * (1 + t)}});
}
inline Number operator*(Number a, doxa::Real c) { return a.list->add(a.value() * c, {{a.record, c}}); }
inline Number operator-(Number a, doxa::Real c) { return a.list->add(a.value() - c, {{a.record, 1}}); }
