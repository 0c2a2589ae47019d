#pragma once

#include "doxa/models/pomdp/pomdp.h"

namespace doxa {

// Two robots of the literature whose models are larger than the classics that come as files. They are made
// here from what was published of them; `format_pomdp` gives their text as a .pomdp file.

/// Hallway, 60 states, 5 actions, 21 observations, discount 0.95. A robot faces north, east, south or west
/// in one of 15 cells, a corridor of eleven with four niches in its south side; the easternmost niche is
/// the goal. Reaching the goal earns 1, and from there every action starts anew, anywhere but in the goal.
///
///     forward   0.8 ahead, 0.05 to the right and 0.05 to the left, turned that way, 0.05 backwards, half of
///               the time turned that way; nothing happens in the remaining 0.05, and where a wall is.
///     right, left   0.7 as told, 0.1 each of the other three directions
///     around    0.6 as told, 0.15 to either side, 0.1 not at all
///
/// A wall ahead, on the right, behind and on the left is each seen with probability 0.9, and with 0.05
/// where there is none. Of the corridor's four cells before a niche, facing south, each is known for
/// certain, and so is the goal. Source: Littman, Cassandra & Kaelbling, "Learning policies for partially
/// observable environments: scaling up", ICML 1995; the probabilities are those of the file `hallway.POMDP`
/// in common use, but for its rounding to six digits.
Pomdp hallway();

/// Tag, 870 states, 5 actions, 30 observations, discount 0.95. A robot chases an opponent over 29 cells,
/// two rows of ten and above the sixth to eighth column three rows of three; both start anywhere. The robot
/// sees its own cell, and the opponent only where it is in the same one. A step north, south, east or west
/// costs 1 (also against a wall); `tag` earns 10 where the opponent is, which ends the chase, and costs 10
/// elsewhere. While the robot steps, the opponent stays with probability 0.2 and flees with 0.8 from where
/// the robot stood: 0.4 along either axis, to the side that leads away, or 0.2 to both sides where neither
/// does; where a wall is, it stays. Source: Pineau, Gordon & Thrun, "Point-based value iteration: an
/// anytime algorithm for POMDPs", IJCAI 2003; that the opponent keeps still while the robot misses, and
/// that after the end `tag` costs nothing and a step still 1, is as in the file `TagAvoid.pomdp` in common
/// use. In 4 of its 841 pairs of cells that file departs from this rule of flight.
Pomdp tag();

}  // namespace doxa
