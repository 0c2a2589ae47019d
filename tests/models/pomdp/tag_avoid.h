#pragma once

#include <array>
#include <cstdlib>
#include <string>
#include <vector>

namespace doxa::testing {

// A file of the size of Tag (Pineau, Gordon & Thrun, "Point-based value iteration: an anytime algorithm for
// POMDPs", IJCAI 2003): a robot chases an opponent on 29 cells, a corridor two rows wide and a niche of three
// by three. 870 states: the robot's cell, and the opponent's or `tagged`; 5 actions; 30 observations: the
// robot's cell, or `here` where the opponent is in it. The opponent stays with probability 0.2 and otherwise
// steps away, to any cell next to it that is no nearer to the robot.
class TagAvoid {
 public:
  static constexpr int cells = 29, tagged = cells, states = cells * (cells + 1), observations = cells + 1;

  TagAvoid() {
    for (int y = 0; y < 5; ++y)
      for (int x = 0; x < 10; ++x)
        if (y < 2 || (x >= 5 && x <= 7)) at_.push_back({x, y});
  }

  std::string text() const {
    std::string t = "# Tag\ndiscount: 0.95\nvalues: reward\nstates:";
    for (int robot = 0; robot < cells; ++robot)
      for (int other = 0; other <= cells; ++other) t += " " + state(robot, other);
    t += "\nactions: north south east west tag\nobservations: here";
    for (int cell = 0; cell < cells; ++cell) t += " " + name(cell);
    t += "\nstart exclude:";
    for (int robot = 0; robot < cells; ++robot) t += " " + state(robot, tagged);
    t += "\n\nR: * : * : * : * -1\nR: tag : * : * : * -10\n";
    for (int robot = 0; robot < cells; ++robot) {
      t += "R: tag : " + state(robot, robot) + " : * : * 10\n";
      for (int other = 0; other <= cells; ++other) {
        t += "O: * : " + state(robot, other) + " : " + (robot == other ? "here" : name(robot)) + " 1\n";
        for (const Move& move : moves) t += transition(move, robot, other);
      }
    }
    return t;
  }

 private:
  struct Cell {
    int x, y;
  };
  struct Move {
    const char* name;
    int dx, dy;
  };
  static constexpr std::array<Move, 5> moves{
      {{"north", 0, 1}, {"south", 0, -1}, {"east", 1, 0}, {"west", -1, 0}, {"tag", 0, 0}}};

  static std::string name(int cell) { return "c" + std::to_string(cell); }
  static std::string state(int robot, int other) {
    return "r" + std::to_string(robot) + (other == tagged ? "-tagged" : "-o" + std::to_string(other));
  }

  // The cell that a step leads to; the same where a wall is.
  int step(int cell, const Move& move) const {
    const Cell from = at_[static_cast<std::size_t>(cell)];
    for (int to = 0; to < cells; ++to)
      if (at_[static_cast<std::size_t>(to)].x == from.x + move.dx &&
          at_[static_cast<std::size_t>(to)].y == from.y + move.dy)
        return to;
    return cell;
  }

  int distance(int a, int b) const {
    const Cell p = at_[static_cast<std::size_t>(a)], q = at_[static_cast<std::size_t>(b)];
    return std::abs(p.x - q.x) + std::abs(p.y - q.y);
  }

  std::string transition(const Move& move, int robot, int other) const {
    const std::string prefix = std::string("T: ") + move.name + " : " + state(robot, other) + " : ";
    const int to = step(robot, move);
    if (other == tagged || (move.name == moves[4].name && robot == other))
      return prefix + state(to, tagged) + " 1\n";
    std::vector<int> away;
    for (std::size_t m = 0; m < 4; ++m) {
      const int next = step(other, moves[m]);
      if (next != other && distance(next, robot) >= distance(other, robot)) away.push_back(next);
    }
    if (away.empty()) return prefix + state(to, other) + " 1\n";
    std::string t = prefix + state(to, other) + " 0.2\n";
    for (const int next : away)
      t += prefix + state(to, next) + " " + std::to_string(0.8 / static_cast<double>(away.size())) + "\n";
    return t;
  }

  std::vector<Cell> at_;
};

}  // namespace doxa::testing
