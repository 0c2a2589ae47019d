#include <iomanip>
#include <sstream>

#include "doxa/models/pomdp/file.h"
#include "sections.h"

using namespace doxa;

Pomdp tiger_placed_late() {
  return parse_pomdp(R"(
    discount: 0.95
    values: reward
    states: not-yet left right
    actions: listen open-left open-right
    observations: hear-left hear-right
    start: not-yet
    T: * : * : not-yet 1  # a door
    T: listen
    0 0.5 0.5
    0 1 0
    0 0 1
    O: * uniform
    O: listen
    0.5 0.5  # never asked: who listens has placed the tiger
    0.85 0.15
    0.15 0.85)");
}

Pomdp record_of_roars(int most) {
  const int counts = 2 * most + 1;
  std::string names = "none", emission = "0.5 0.5\n";  // of none, which no roar leads to
  std::ostringstream transition;
  transition << std::setprecision(17);
  // After a net count of so many roars on the left; states: none, each count with the last roar on the left, and
  // each with it on the right.
  const auto row = [&](int count) {
    const double b = 1 / (1 + std::pow(15.0 / 85, count)), left = 0.85 * b + 0.15 * (1 - b);
    std::vector<double> p(static_cast<std::size_t>(1 + 2 * counts), 0.0);
    p[static_cast<std::size_t>(1 + std::min(count + 1, most) + most)] = left;
    p[static_cast<std::size_t>(1 + counts + std::max(count - 1, -most) + most)] = 1 - left;
    for (const double x : p) transition << x << ' ';
    transition << '\n';
  };
  row(0);
  for (const char* side : {"left", "right"})
    for (int count = -most; count <= most; ++count) {
      names += ' ' + std::string(side) + '-' + std::to_string(count + most);
      emission += side == std::string("left") ? "1 0\n" : "0 1\n";
      row(count);
    }
  return parse_pomdp(
      "discount: 0.95\nvalues: reward\nstates: " + names +
      "\nactions: listen open-left open-right\nobservations: hear-left hear-right\nstart: none\n"
      "T: * : * : none 1\nT: listen\n" +
      transition.str() + "O: * uniform\nO: listen\n" + emission);
}
