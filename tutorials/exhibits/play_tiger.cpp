// Tiger of chapter 08, played: what Bayes' rule believes, what the smoother says afterwards, what is optimal
// (chapter 12), and what one's own actions cost.

#include <algorithm>
#include <memory>

#include "support/table.h"
#include "support/text.h"
#include "tiger_game.h"

namespace doxa::exhibits {
using namespace support;
namespace {

struct Played {
  TigerGame game;
  TigerOptimum optimum{game.model()};
  bool advice = false;

  std::vector<Control> controls() const {
    std::vector<Control> all = game.controls();
    all.insert(all.begin() + 3,
               {Control::Kind::button, "advice", advice ? "Hide what is optimal" : "Show what is optimal"});
    return all;
  }
};

std::size_t best_of(const std::vector<double>& q) {
  return static_cast<std::size_t>(std::ranges::max_element(q) - q.begin());
}

Picture beliefs_figure(const TigerGame& game, const TigerBeliefs& beliefs) {
  Figure figure("The belief in the tiger on the left, step by step", 1, 250, 460);
  Axes& axes = figure.axes("", "step k", "p(tiger on the left)");
  const Window window = shown_steps(game.steps());
  axes.y_range = Range{-0.2, 1.2};
  axes.y_ticks({0, 0.5, 1}, {"0", "0.5", "1"});
  std::vector<double> step, filtered, smoothed;
  for (std::size_t k = window.first; k <= game.steps(); ++k) {
    step.push_back(static_cast<double>(k));
    filtered.push_back(beliefs.filtered[k]);
    smoothed.push_back(beliefs.smoothed[k]);
  }
  axes.line(
      step, smoothed,
      {.label = "looking back", .color = Color::orange, .dash = Dash::dashed, .marker = Marker::diamond});
  axes.line(step, filtered,
            {.label = "belief", .color = Color::blue, .dash = Dash::solid, .marker = Marker::circle});
  mark_tiger_steps(axes, game, window);
  return {"The belief in the tiger on the left over steps 0 to " + std::to_string(game.steps()) + ": now " +
              significant(beliefs.filtered.back(), 3) + ", and looking back on step 0 it is " +
              significant(beliefs.smoothed.front(), 3),
          figure.svg()};
}

std::string table_of_values(const TigerGame& game, const std::vector<double>& q) {
  Table table({"action now", "Q*", "less than V* by"});
  const double best = q[best_of(q)];
  for (std::size_t a = 0; a < q.size(); ++a)
    table.row({game.model().actions[a], decimal(q[a], 3), decimal(best - q[a], 3)});
  return table.text();
}

// The actions as the beginning of a sentence, and inside one.
constexpr const char* doings[] = {"Listening", "Opening the left door", "Opening the right door",
                                  "listening", "opening the left door", "opening the right door"};

// Of the last action: whether it was the optimal one.
std::string judged(Played& played, const std::vector<double>& beliefs) {
  const TigerGame& game = played.game;
  if (game.steps() == 0) return "";
  const std::vector<double> q = played.optimum.action_values(beliefs[game.steps() - 1]);
  const std::size_t best = best_of(q), taken = game.past().actions.back();
  const std::string optimal = std::string(" ") + doings[best] + " was optimal";
  if (taken == best) return optimal + ".";
  return optimal + "; " + doings[taken + 3] + " cost " + decimal(q[best] - q[taken], 2) + " on average.";
}

Answer tiger_answer(Played& played) {
  const TigerGame& game = played.game;
  const TigerBeliefs beliefs = tiger_beliefs(game);
  const double now = beliefs.filtered.back();
  double earned = 0, discount = 1;
  for (const double r : game.past().rewards) earned += discount * r, discount *= game.model().discount;
  Answer answer{.news = game.news() + judged(played, beliefs.filtered),
                .numbers = {{"belief: tiger left", decimal(now, 4)}}};
  if (game.steps() > 0)
    answer.numbers.push_back({"step " + std::to_string(game.steps() - 1) + ", looking back",
                              decimal(beliefs.smoothed[game.steps() - 1], 4) + " (then " +
                                  decimal(beliefs.filtered[game.steps() - 1], 4) + ")"});
  const ValueBounds start = played.optimum.value(beliefs.filtered.front());
  answer.numbers.push_back({"paid so far", decimal(game.paid(), 0)});
  answer.numbers.push_back({"the same, discounted", decimal(earned, 3)});
  answer.numbers.push_back(
      {"regret of your actions", decimal(played.optimum.regret(game, beliefs.filtered), 3)});
  answer.numbers.push_back({"V* at the start", decimal(start.middle(), 3)});
  if (played.advice) {
    const std::vector<double> q = played.optimum.action_values(now);
    answer.numbers.push_back({"optimal now", game.model().actions[best_of(q)]});
    answer.listing = table_of_values(game, q);
  }
  answer.pictures = {beliefs_figure(game, beliefs)};
  return answer;
}

}  // namespace

Exhibit play_tiger() {
  const auto played = std::make_shared<Played>();
  return {"play-tiger", "Play Tiger: listen, open a door, and see what is optimal",
          [played] { return played->controls(); },
          [played](std::string_view line) {
            const std::string_view word = words_of(line).first;
            if (word == "advice")
              played->advice = !played->advice;
            else if (!word.empty() && !played->game.play(line))
              throw unknown_line(line, played->controls());
            return tiger_answer(*played);
          }};
}

}  // namespace doxa::exhibits
