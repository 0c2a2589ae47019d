#include <array>
#include <string>
#include <vector>

#include "doxa/models/pomdp/grid_robots.h"

namespace doxa {
namespace hallway_map {
namespace {

constexpr std::size_t north = 0, east = 1, south = 2, west = 3, directions = 4;
constexpr std::size_t nowhere = static_cast<std::size_t>(-1);

// Cells 0 to 10 are the corridor from west to east, 11 to 14 the niches to the south of 2, 4, 6 and 8.
constexpr std::size_t corridor = 11, niches = 4, goal = corridor + niches - 1, cells = corridor + niches;

constexpr std::size_t niche_below(std::size_t cell) {
  return cell >= 2 && cell <= 2 * niches && cell % 2 == 0 ? corridor + cell / 2 - 1 : nowhere;
}

std::size_t neighbour(std::size_t cell, std::size_t direction) {
  if (cell >= corridor) return direction == north ? 2 * (cell - corridor + 1) : nowhere;
  if (direction == south) return niche_below(cell);
  if (direction == east && cell + 1 < corridor) return cell + 1;
  return direction == west && cell > 0 ? cell - 1 : nowhere;
}

std::vector<double> forward(std::size_t cell, std::size_t facing) {
  std::vector<double> next(cells * directions, 0.0);
  const auto go = [&](std::size_t way, std::size_t then_facing, double probability) {
    const std::size_t to = neighbour(cell, way);
    next[to == nowhere ? cell * directions + facing : to * directions + then_facing] += probability;
  };
  const std::size_t right = (facing + 1) % directions, back = (facing + 2) % directions,
                    left = (facing + 3) % directions;
  go(facing, facing, 0.8);
  go(right, right, 0.05);
  go(left, left, 0.05);
  go(back, back, 0.025);
  go(back, facing, 0.025);
  next[cell * directions + facing] += 0.05;
  return next;
}

// `turned`: the probabilities of 0, 1, 2 and 3 quarter turns to the right.
std::vector<double> turn(std::size_t cell, std::size_t facing, const std::array<double, directions>& turned) {
  std::vector<double> next(cells * directions, 0.0);
  for (std::size_t quarter = 0; quarter < directions; ++quarter)
    next[cell * directions + (facing + quarter) % directions] = turned[quarter];
  return next;
}

std::vector<double> after(std::size_t action, std::size_t cell, std::size_t facing) {
  switch (action) {
    case 0:
      return turn(cell, facing, {1, 0, 0, 0});
    case 1:
      return forward(cell, facing);
    case 2:
      return turn(cell, facing, {0.1, 0.7, 0.1, 0.1});
    case 3:
      return turn(cell, facing, {0.1, 0.15, 0.6, 0.15});
    default:
      return turn(cell, facing, {0.1, 0.1, 0.1, 0.7});
  }
}

// Walls ahead, on the right, behind and on the left make a number of four bits; then the four landmarks and
// the goal.
std::vector<double> seen(std::size_t cell, std::size_t facing) {
  constexpr std::size_t views = 1u << directions;
  std::vector<double> p(views + niches + 1, 0.0);
  if (cell == goal)
    p.back() = 1;
  else if (facing == south && niche_below(cell) != nowhere)
    p[views + cell / 2 - 1] = 1;
  else
    for (std::size_t view = 0; view < views; ++view) {
      p[view] = 1;
      for (std::size_t quarter = 0; quarter < directions; ++quarter) {
        const bool wall = neighbour(cell, (facing + quarter) % directions) == nowhere;
        const double reported = wall ? 0.9 : 0.05;
        p[view] *= view >> (directions - 1 - quarter) & 1 ? reported : 1 - reported;
      }
    }
  return p;
}

std::vector<std::string> observation_names() {
  std::vector<std::string> names;
  for (std::size_t view = 0; view < 1u << directions; ++view) {
    std::string name = "walls";
    for (std::size_t quarter = 0; quarter < directions; ++quarter)
      if (view >> (directions - 1 - quarter) & 1)
        name += std::array{"-ahead", "-right", "-behind", "-left"}[quarter];
    names.push_back(view == 0 ? "no-walls" : name);
  }
  for (std::size_t i = 1; i <= niches; ++i) names.push_back("landmark-" + std::to_string(i));
  names.push_back("goal");
  return names;
}

}  // namespace
}  // namespace hallway_map

Pomdp hallway() {
  using namespace hallway_map;
  std::vector<std::string> states;
  for (std::size_t cell = 0; cell < cells; ++cell)
    for (const char* facing : {"north", "east", "south", "west"})
      states.push_back("cell-" + std::to_string(cell) + "-" + facing);
  Pomdp m{states, {"stay", "forward", "right", "around", "left"}, observation_names(), 0.95, {}, {}, {}, {}};
  m.start.assign(m.states.size(), 0.0);
  m.transition.columns = m.states.size();
  m.emission.columns = m.observations.size();
  for (std::size_t s = 0; s < goal * directions; ++s) m.start[s] = 1 / static_cast<double>(goal * directions);
  for (std::size_t a = 0; a < m.actions.size(); ++a)
    for (std::size_t s = 0; s < m.states.size(); ++s) {
      const std::size_t cell = s / directions, facing = s % directions;
      m.transition.append_row(cell == goal ? m.start : after(a, cell, facing));
      m.emission.append_row(seen(cell, facing));
    }
  for (std::size_t facing = 0; facing < directions; ++facing)
    m.reward.set({.next = static_cast<std::uint32_t>(goal * directions + facing)}, 1);
  normalise(m);
  return m;
}

}  // namespace doxa
