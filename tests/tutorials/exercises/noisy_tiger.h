#pragma once

#include <string>

#include "doxa/models/pomdp/file.h"

// Tiger whose roar is right, and whose tiger changes doors while we listen, with these probabilities.
inline doxa::Pomdp noisy_tiger(double right = 0.85, double moving = 0) {
  const auto pair = [](double p) { return std::to_string(p) + " " + std::to_string(1 - p) + "\n"; };
  return doxa::parse_pomdp(
      "discount: 0.95\nvalues: reward\nstates: left right\nactions: listen open-left open-right\n"
      "observations: hear-left hear-right\nT: listen\n" +
      pair(1 - moving) + pair(moving) + "T: open-left\nuniform\nT: open-right\nuniform\nO: listen\n" +
      pair(right) + pair(1 - right) +
      "O: open-left\nuniform\nO: open-right\nuniform\nR: listen : * : * : * -1\n"
      "R: open-left : left : * : * -100\nR: open-left : right : * : * 10\n"
      "R: open-right : left : * : * 10\nR: open-right : right : * : * -100\n");
}
