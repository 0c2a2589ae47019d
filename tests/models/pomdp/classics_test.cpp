#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <map>
#include <set>

#include "doxa/models/pomdp/belief.h"
#include "doxa/models/pomdp/file.h"
#include "tests/support/pomdp_text.h"
#include "tests/support/random_pomdp.h"

namespace doxa::testing {
namespace {

Pomdp classic(const std::string& name) {
  return read_pomdp(DOXA_SOURCE_DIR "/models/pomdp/classics/" + name + ".pomdp");
}

std::size_t state(const Pomdp& m, const std::string& name) { return index_of(m.states, name, "state"); }
std::size_t action(const Pomdp& m, const std::string& name) { return index_of(m.actions, name, "action"); }
std::size_t seen(const Pomdp& m, const std::string& name) {
  return index_of(m.observations, name, "observation");
}

void expect_row(const StochasticMatrix::Row& row, const std::vector<double>& p, const std::string& what) {
  for (std::size_t i = 0; i < p.size(); ++i) EXPECT_NEAR(row[i], p[i], 1e-15) << what << ", column " << i;
}

TEST(PomdpClassics, AllAreReadStrictlyAndReadBack) {
  for (const char* name : {"tiger", "tiger-wait", "4x3", "cheese", "shuttle", "t-maze"}) {
    const Pomdp m = classic(name);
    EXPECT_NO_THROW(validate(m)) << name;
    EXPECT_EQ(parse(format_pomdp(m)), m) << name;
    EXPECT_EQ(m.discount, std::string(name) == "t-maze" ? 0.98 : 0.95) << name;
  }
}

TEST(PomdpClassics, TigerHasThePublishedNumbers) {
  const Pomdp m = tiger();
  EXPECT_EQ(m.states, (std::vector<std::string>{"tiger-left", "tiger-right"}));
  EXPECT_EQ(m.actions, (std::vector<std::string>{"listen", "open-left", "open-right"}));
  EXPECT_EQ(m.observations, (std::vector<std::string>{"hear-left", "hear-right"}));
  EXPECT_EQ(m.start, (std::vector<double>{0.5, 0.5}));
  for (std::size_t s = 0; s < 2; ++s)
    for (std::size_t i = 0; i < 2; ++i) {
      EXPECT_EQ(transition_row(m, listen, s)[i], s == i ? 1 : 0);
      EXPECT_EQ(emission_row(m, listen, s)[i], s == i ? 0.85 : 0.15);
      for (const std::size_t door : {open_left, open_right}) {
        EXPECT_EQ(transition_row(m, door, s)[i], 0.5);
        EXPECT_EQ(emission_row(m, door, s)[i], 0.5);
      }
    }
  EXPECT_EQ(m.reward(listen, 0, 0, 1), -1);
  EXPECT_EQ(m.reward(open_left, 0, 1, 0), -100);
  EXPECT_EQ(m.reward(open_left, 1, 1, 0), 10);
  EXPECT_EQ(m.reward(open_right, 0, 1, 0), 10);
  EXPECT_EQ(m.reward(open_right, 1, 1, 0), -100);
}

// A maze drawn in rows from north to south, '#' a wall; its places are numbered as they are read.
struct Maze {
  std::vector<std::string> rows;

  bool is_place(std::size_t row, std::size_t column) const {
    return row < rows.size() && column < rows[row].size() && rows[row][column] != '#';
  }
  std::size_t number(std::size_t row, std::size_t column) const {
    std::size_t n = 0;
    for (std::size_t r = 0; r < rows.size(); ++r)
      for (std::size_t c = 0; c < rows[r].size(); ++c) {
        if (r == row && c == column) return n;
        n += is_place(r, c);
      }
    return n;
  }
  // The place one step away: directions are north, east, south, west. Below 0 is beyond any size.
  std::size_t step(std::size_t row, std::size_t column, std::size_t direction) const {
    const std::size_t r = row + (direction == 2) - (direction == 0);
    const std::size_t c = column + (direction == 1) - (direction == 3);
    return is_place(r, c) ? number(r, c) : number(row, column);
  }
};

TEST(PomdpClassics, FourByThreeIsItsGeometry) {
  const Pomdp m = classic("4x3");
  const Maze maze{{"...+", ".#.-", "...."}};
  const std::size_t good = state(m, "good"), bad = state(m, "bad");
  ASSERT_EQ(m.states.size(), 11u);
  EXPECT_EQ(good, 3u);
  EXPECT_EQ(bad, 6u);
  std::vector<double> anew(11, 1.0 / 9);
  anew[good] = anew[bad] = 0;
  for (std::size_t s = 0; s < 11; ++s) EXPECT_DOUBLE_EQ(m.start[s], anew[s]);
  const std::array<std::string, 4> directions{"n", "e", "s", "w"};
  for (std::size_t row = 0; row < 3; ++row)
    for (std::size_t column = 0; column < 4; ++column) {
      if (!maze.is_place(row, column)) continue;
      const std::size_t s = maze.number(row, column);
      const bool left = maze.step(row, column, 3) == s, right = maze.step(row, column, 1) == s;
      const std::string feels = s == good       ? "good"
                                : s == bad      ? "bad"
                                : left && right ? "both"
                                : left          ? "left"
                                : right         ? "right"
                                                : "neither";
      for (std::size_t d = 0; d < 4; ++d) {
        std::vector<double> p(11, 0.0);
        p[maze.step(row, column, d)] += 0.8;
        for (const std::size_t side : {(d + 1) % 4, (d + 3) % 4}) {
          // The published table's only departure from the geometry.
          const bool slip = s == state(m, "x3y1") && directions[d] == "e" && side == 2;
          p[slip ? state(m, "x2y1") : maze.step(row, column, side)] += 0.1;
        }
        const std::size_t a = action(m, directions[d]);
        expect_row(transition_row(m, a, s), s == good || s == bad ? anew : p,
                   m.states[s] + " " + directions[d]);
        EXPECT_EQ(emission_row(m, a, s)[seen(m, feels)], 1) << m.states[s];
        EXPECT_EQ(m.reward(a, s, 0, 0), s == good ? 1 : s == bad ? -1 : -0.04);
      }
    }
}

TEST(PomdpClassics, CheeseIsItsGeometry) {
  const Pomdp m = classic("cheese");
  const Maze maze{{".....", ".#.#.", ".###."}};  // without the cheese, which lies between the last two
  const std::size_t cheese = state(m, "cheese"), above = state(m, "w7");
  ASSERT_EQ(m.states.size(), 11u);
  ASSERT_EQ(m.observations.size(), 7u);
  std::vector<double> anew(11, 0.1);
  anew[cheese] = 0;
  EXPECT_EQ(m.start, anew);
  std::map<std::set<std::size_t>, std::size_t> what_is_seen;  // walls to observation
  for (std::size_t row = 0; row < 3; ++row)
    for (std::size_t column = 0; column < 5; ++column) {
      if (!maze.is_place(row, column)) continue;
      const std::size_t s = maze.number(row, column);
      std::set<std::size_t> walls;
      for (std::size_t d = 0; d < 4; ++d) {
        const std::size_t to = s == above && d == 2 ? cheese : maze.step(row, column, d);
        if (to == s) walls.insert(d);
        const std::size_t a = action(m, std::array<std::string, 4>{"north", "east", "south", "west"}[d]);
        EXPECT_EQ(transition_row(m, a, s)[to], 1) << m.states[s];
        expect_row(transition_row(m, a, cheese), anew, "from the cheese");
        EXPECT_EQ(m.reward(a, s, to, 0), to == cheese ? 1 : 0);
      }
      const std::size_t o = emission_row(m, 0, s).column[0];
      EXPECT_EQ(emission_row(m, 0, s).size(), 1u);
      EXPECT_EQ(what_is_seen.emplace(walls, o).first->second, o) << m.states[s] << " looks like others";
    }
  EXPECT_EQ(what_is_seen.size(), 6u);
  EXPECT_EQ(emission_row(m, 0, cheese).column[0], 6u);
}

// Turning twice, and what must hold by the symmetry of the two stations.
TEST(PomdpClassics, ShuttleTurnsAndDocks) {
  const Pomdp m = classic("shuttle");
  ASSERT_EQ(m.states.size(), 8u);
  const std::size_t turn = action(m, "turn-around"), go = action(m, "go-forward"),
                    back = action(m, "back-up");
  const auto certain = [&](std::size_t a, const std::string& from) {
    const StochasticMatrix::Row row = transition_row(m, a, state(m, from));
    return row.size() == 1 ? m.states[row.column[0]] : "uncertain";
  };
  for (const std::string& role : {std::string("lrv"), std::string("mrv")}) {
    const std::string other = role == "lrv" ? "mrv" : "lrv";
    EXPECT_EQ(certain(turn, "front-" + role), "back-" + role);
    EXPECT_EQ(certain(turn, "back-" + role), "front-" + role);
    EXPECT_EQ(certain(turn, "space-" + role), "space-" + other);
    EXPECT_EQ(certain(go, "back-" + role), "space-" + other);
    EXPECT_EQ(certain(go, "space-" + role), "front-" + role);
    EXPECT_EQ(certain(go, "front-" + role), "front-" + role);
    EXPECT_EQ(certain(go, "docked-" + role), "back-mrv");
    EXPECT_EQ(certain(turn, "docked-" + role), "front-mrv");
    EXPECT_EQ(certain(back, "docked-" + role), "docked-mrv");
    const auto backing = [&](const std::string& from, const std::string& to) {
      return transition_row(m, back, state(m, from))[state(m, to)];
    };
    EXPECT_EQ(backing("back-" + role, "docked-" + role), 0.7);
    EXPECT_EQ(backing("back-" + role, "back-" + role), 0.3);
    EXPECT_EQ(backing("space-" + role, "back-" + other), 0.8);
    EXPECT_EQ(backing("space-" + role, "front-" + other), 0.1);
    EXPECT_EQ(backing("space-" + role, "space-" + role), 0.1);
    EXPECT_EQ(backing("front-" + role, "front-" + role), 0.4);
    EXPECT_EQ(backing("front-" + role, "back-" + role), 0.3);
    EXPECT_EQ(backing("front-" + role, "space-" + role), 0.3);
    EXPECT_EQ(emission_row(m, go, state(m, "space-" + role))[seen(m, "see-" + role)], 0.7);
    EXPECT_EQ(emission_row(m, go, state(m, "back-" + role))[seen(m, "nothing")], 1);
    EXPECT_EQ(m.reward(go, state(m, "front-" + role), state(m, "front-" + role), 0), -3);
  }
  EXPECT_EQ(m.start[state(m, "docked-mrv")], 1);
  EXPECT_EQ(m.reward(back, state(m, "back-lrv"), state(m, "docked-lrv"), 0), 10);
  EXPECT_EQ(m.reward(back, state(m, "back-mrv"), state(m, "docked-mrv"), 0), 0);
}

// The sign of the first step decides ten steps later; without it the side stays even.
TEST(PomdpClassics, TMazeNeedsItsCue) {
  const Pomdp m = classic("t-maze");
  ASSERT_EQ(m.states.size(), 23u);
  const std::size_t east = action(m, "east"), north = action(m, "north");
  for (const std::string& side : {std::string("north"), std::string("south")}) {
    Belief belief = initial_belief(m);
    EXPECT_NEAR(update(m, belief, east, seen(m, "sign-" + side)), -std::log(2), 1e-15);
    for (int step = 1; step < 10; ++step) EXPECT_EQ(update(m, belief, east, seen(m, "corridor")), 0);
    EXPECT_EQ(update(m, belief, east, seen(m, "junction")), 0);
    const std::size_t junction = state(m, side + "-junction");
    EXPECT_EQ(probability(belief, junction), 1);
    EXPECT_EQ(m.reward(action(m, side), junction, 0, 0), 4);
    EXPECT_EQ(m.reward(action(m, side == "north" ? "south" : "north"), junction, 0, 0), -0.1);
    EXPECT_EQ(m.reward(east, junction, junction, 0), -0.1);
    EXPECT_EQ(m.reward(east, state(m, side + "-3"), state(m, side + "-4"), 0), 0);
    EXPECT_NEAR(update(m, belief, north, seen(m, "sign-south")), -std::log(2), 1e-15);
    EXPECT_EQ(probability(belief, state(m, "south-start")), 1);
  }
  // The corridor and the junction look the same on both sides.
  for (std::size_t s = 1; s <= 11; ++s)
    if (m.states[s] != "north-start") {
      EXPECT_EQ(emission_row(m, 0, s).column[0], emission_row(m, 0, s + 11).column[0]) << m.states[s];
    }
}

}  // namespace
}  // namespace doxa::testing
