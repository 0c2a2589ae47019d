#include <string>
#include <utility>
#include <vector>

#include "doxa/models/pomdp/grid_robots.h"

namespace doxa {
namespace tag_game {
namespace {

constexpr std::size_t nowhere = static_cast<std::size_t>(-1);
constexpr std::size_t cells = 29, tagged = cells, catching = 4;

struct Place {
  int x, y;
};
Place place(std::size_t cell) {
  const int c = static_cast<int>(cell);
  return c < 20 ? Place{c % 10, c / 10} : Place{5 + (c - 20) % 3, 2 + (c - 20) / 3};
}
std::size_t cell_at(Place p) {
  const bool inside = p.y >= 0 && (p.y < 2 ? p.x >= 0 && p.x < 10 : p.y < 5 && p.x >= 5 && p.x < 8);
  if (!inside) return nowhere;
  return static_cast<std::size_t>(p.y < 2 ? 10 * p.y + p.x : 20 + 3 * (p.y - 2) + p.x - 5);
}
std::size_t step(std::size_t cell, int dx, int dy) {
  const Place p = place(cell);
  const std::size_t to = cell_at({p.x + dx, p.y + dy});
  return to == nowhere ? cell : to;
}

// Where the opponent goes, away from the robot.
std::vector<double> flight(std::size_t robot, std::size_t opponent) {
  std::vector<double> to(cells, 0.0);
  to[opponent] += 0.2;
  const Place r = place(robot), o = place(opponent);
  for (const int side : {-1, 1}) {
    if (r.x == o.x || (side > 0) == (o.x > r.x)) to[step(opponent, side, 0)] += r.x == o.x ? 0.2 : 0.4;
    if (r.y == o.y || (side > 0) == (o.y > r.y)) to[step(opponent, 0, side)] += r.y == o.y ? 0.2 : 0.4;
  }
  return to;
}

std::size_t robot_after(std::size_t action, std::size_t cell) {
  constexpr std::pair<int, int> moves[] = {{0, 1}, {0, -1}, {1, 0}, {-1, 0}, {0, 0}};
  return step(cell, moves[action].first, moves[action].second);
}

}  // namespace
}  // namespace tag_game

Pomdp tag() {
  using namespace tag_game;
  std::vector<std::string> states, observations;
  for (std::size_t robot = 0; robot < cells; ++robot) {
    const std::string here = "robot-" + std::to_string(robot);
    for (std::size_t opponent = 0; opponent < cells; ++opponent)
      states.push_back(here + "-opponent-" + std::to_string(opponent));
    states.push_back(here + "-tagged");
    observations.push_back(here);
  }
  observations.push_back("together");
  Pomdp m{states, {"north", "south", "east", "west", "tag"}, observations, 0.95, {}, {}, {}, {}};
  m.start.assign(m.states.size(), 0.0);
  m.transition.columns = m.states.size();
  m.emission.columns = m.observations.size();
  for (std::uint32_t a = 0; a < m.actions.size(); ++a) m.reward.set({.action = a}, a == catching ? -10 : -1);
  for (std::size_t a = 0; a < m.actions.size(); ++a)
    for (std::size_t s = 0; s < m.states.size(); ++s) {
      const std::size_t robot = s / (cells + 1), opponent = s % (cells + 1);
      const bool together = robot == opponent, caught = a == catching && together;
      std::vector<double> next(m.states.size(), 0.0), o(cells + 1, 0.0);
      if (opponent == tagged || caught)
        next[robot * (cells + 1) + tagged] = 1;
      else if (a == catching)
        next[s] = 1;
      else {
        const std::vector<double> to = flight(robot, opponent);
        for (std::size_t i = 0; i < cells; ++i) next[robot_after(a, robot) * (cells + 1) + i] = to[i];
      }
      o[together ? cells : robot] = 1;
      m.transition.append_row(next);
      m.emission.append_row(o);
      if (a != catching) continue;
      const auto state = static_cast<std::uint32_t>(s);
      if (opponent == tagged) m.reward.set({.action = catching, .state = state}, 0);
      if (together) m.reward.set({.action = catching, .state = state}, 10);
      if (opponent != tagged) m.start[s] = 1.0 / (cells * cells);
    }
  normalise(m);
  return m;
}

}  // namespace doxa
