// The learned filter of chapter 10 beside Bayes' rule: what each of them foretells while Tiger is played.

#include <cmath>
#include <memory>

#include "doxa/models/beliefs/filtering_posterior.h"
#include "doxa/models/files/safetensors.h"
#include "doxa/models/pomdp/belief.h"
#include "support/table.h"
#include "support/text.h"
#include "tiger_game.h"

namespace doxa::exhibits {
using namespace support;
namespace {

constexpr Index samples_of_belief = 1024;

// The recurrent model of chapter 10 with the parameters that its training left (tiger_filter.safetensors).
FilteringPosterior shipped_filter() {
  const Safetensors file = read_safetensors(DOXA_EXHIBITS_DIR "/tiger_filter.safetensors");
  const auto size = [&](const char* name) { return static_cast<Index>(std::stoll(file.metadata.at(name))); };
  Philox unused(1);
  FilteringPosterior model({3, 2, size("latent"), size("hidden"), size("hidden")}, unused);
  for (Parameter* p : parameters(model)) p->value = file.tensor("parameter/" + p->name);
  return model;
}

struct Beside {
  TigerGame game;
  FilteringPosterior model = shipped_filter();
};

// p(hear-left) of each step before it came, and of one more if it is spent listening: [steps + 1].
struct Foretold {
  std::vector<double> exact, learned;
};
Foretold foretold(Beside& beside) {
  Trajectory t = beside.game.past();
  t.actions.push_back(listen);
  t.observations.push_back(0);  // not looked at by what is foretold of this step
  t.rewards.clear();
  const std::span<const Trajectory> one(&t, 1);
  Philox random(1);
  const StepTable exact = exact_predictive(beside.game.model(), one),
                  learned = predictive(beside.model, one, samples_of_belief, random);
  Foretold all;
  for (std::size_t k = 1; k <= t.horizon(); ++k) {
    all.exact.push_back(exact.row(0, k)[0]);
    all.learned.push_back(learned.row(0, k)[0]);
  }
  return all;
}

// -1/k Σ log p̂(o_k): the mean surprise so far, in nats.
double surprise(const TigerGame& game, const std::vector<double>& left) {
  double sum = 0;
  for (std::size_t k = 0; k < game.steps(); ++k)
    sum -= std::log(game.past().observations[k] == 0 ? left[k] : 1 - left[k]);
  return sum / static_cast<double>(game.steps());
}

Picture foretold_figure(const TigerGame& game, const Foretold& f) {
  Figure figure("The probability of a roar on the left, before each step", 1, 250, 460);
  Axes& axes = figure.axes("", "step k", "p(roar on the left)");
  const Window window = shown_steps(game.steps() + 1);
  axes.y_range = Range{-0.2, 1.2};
  axes.y_ticks({0, 0.5, 1}, {"0", "0.5", "1"});
  std::vector<double> step, exact, learned;
  for (std::size_t k = window.first + 1; k <= f.exact.size(); ++k) {
    step.push_back(static_cast<double>(k));
    exact.push_back(f.exact[k - 1]);
    learned.push_back(f.learned[k - 1]);
  }
  axes.line(step, exact,
            {.label = "Bayes", .color = Color::blue, .dash = Dash::solid, .marker = Marker::circle});
  axes.line(
      step, learned,
      {.label = "learned", .color = Color::vermillion, .dash = Dash::dashed, .marker = Marker::diamond});
  mark_tiger_steps(axes, game, window);
  return {"The probability of a roar on the left before each step; of the next one: Bayes " +
              significant(f.exact.back(), 3) + ", learned " + significant(f.learned.back(), 3),
          figure.svg()};
}

Answer beside_answer(Beside& beside) {
  const TigerGame& game = beside.game;
  const Foretold f = foretold(beside);
  Answer answer{.news = game.news() + " The next roar will be on the left: Bayes says " +
                        decimal(f.exact.back(), 3) + ", the learned filter " + decimal(f.learned.back(), 3) +
                        ".",
                .numbers = {{"next roar left: Bayes", decimal(f.exact.back(), 4)},
                            {"next roar left: learned", decimal(f.learned.back(), 4)}},
                .pictures = {foretold_figure(game, f)}};
  if (game.steps() > 0) {
    answer.numbers.push_back({"surprise a step: Bayes", decimal(surprise(game, f.exact), 4) + " nats"});
    answer.numbers.push_back({"surprise a step: learned", decimal(surprise(game, f.learned), 4) + " nats"});
  }
  return answer;
}

}  // namespace

Exhibit learned_filter() {
  const auto beside = std::make_shared<Beside>();
  return {"learned-filter", "A learned filter beside Bayes' rule, on the same roars",
          [beside] { return beside->game.controls(); },
          [beside](std::string_view line) {
            if (!words_of(line).first.empty() && !beside->game.play(line))
              throw unknown_line(line, beside->game.controls());
            return beside_answer(*beside);
          }};
}

}  // namespace doxa::exhibits
