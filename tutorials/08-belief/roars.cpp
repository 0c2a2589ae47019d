// The chapter in small: what is believed of Tiger after a few roars, by the belief and by rules that look as
// good. Equation tags refer to README.md.

#include <array>

#include "doxa/models/numerics/sums.h"
#include "sections.h"
#include "small_filter.h"

using namespace doxa;
using namespace doxa::support;

namespace {

constexpr std::size_t listening_action = 0,
                      door_action = 1;  // checked where the model is made: see tiger_with_ear

// The rules that are compared, and what they look at.
enum Rule : std::size_t { by_share, by_votes, by_last, by_odds, by_belief, rules };
constexpr std::array<const char*, rules> rule_names{"the share of the roars", "the mean of the votes",
                                                    "the last roar alone", "the odds, without doors",
                                                    "the belief"};

// What the rules remember of a past, and what they say of the left door.
struct Past {
  const Pomdp& m;
  double ear;
  int left = 0, right = 0;  // roars heard
  bool last_left = false;
  std::vector<double> belief{0.5, 0.5};

  void hear(std::size_t action, std::size_t o) {
    belief = filter_step(m, belief, action, o).belief;
    if (action != listening_action) return;
    last_left = o == 0;
    ++(last_left ? left : right);
  }
  std::array<double, rules> opinions() const {
    const double n = left + right;
    const double share = n == 0 ? 0.5 : left / n;
    return {share, n == 0 ? 0.5 : share * ear + (1 - share) * (1 - ear),
            n == 0      ? 0.5
            : last_left ? ear
                        : 1 - ear,
            1 / (1 + std::pow((1 - ear) / ear, left - right)), belief[0]};
  }
};

// "LLRDR" as "L L R door R"; nine letters alike as "9 × L".
std::string spelt(const std::string& letters) {
  std::string text;
  for (std::size_t i = 0; i < letters.size();) {
    const std::size_t run = std::min(letters.find_first_not_of(letters[i], i), letters.size()) - i;
    const std::string name = letters[i] == 'D' ? "door" : std::string(1, letters[i]);
    for (std::size_t j = 0; j < (run > 3 ? 1 : run); ++j)
      text += (text.empty()                 ? ""
               : i > 0 && run > 3 && j == 0 ? ", "
                                            : " ") +
              (run > 3 ? std::to_string(run) + " × " + name : name);
    i += run;
  }
  return text;
}

Cell fixed(double x, int decimals) {
  Cell cell(decimal(x, decimals));
  cell.is_number = true;
  return cell;
}

// The opinions after each letter, from none on, [T+1].
std::vector<std::array<double, rules>> opinions_along(const Pomdp& m, double ear,
                                                      const std::string& letters) {
  const Trajectory t = from_letters(letters);
  Past past{m, ear};
  std::vector<std::array<double, rules>> all{past.opinions()};
  for (std::size_t k = 0; k < t.horizon(); ++k) {
    past.hear(t.actions[k], t.observations[k]);
    all.push_back(past.opinions());
  }
  return all;
}

// Over all that can be heard after these actions: E Σ_k -log p̂(o_k) of each rule, its divergence as (08.13) has
// it, the entropy of what is heard, and how far the short filter is from the engine's.
struct Costs {
  std::array<double, rules> nats{}, divergence{};
  double evidence = 0, from_engine = 0;
};

// A rule's probability of a roar on the left, and that of another observation.
double roar_probability(double left, double ear, std::size_t action, std::size_t o) {
  const double heard_left = action == listening_action ? left * ear + (1 - left) * (1 - ear) : 0.5;
  return o == 0 ? heard_left : 1 - heard_left;
}

void visit_sequences(Costs& costs, const Past& past, const Belief& exact,
                     std::span<const std::size_t> actions, double probability_of_past,
                     const std::array<double, rules>& surprise) {
  costs.from_engine = worse(costs.from_engine, std::abs(past.belief[0] - probability(exact, 0)));
  if (actions.empty()) {
    // The engine's own evidence weighs the whole sequence.
    const double p = std::exp(exact.log_evidence);
    for (std::size_t r = 0; r < rules; ++r) costs.nats[r] += p * surprise[r];
    costs.evidence -= p * exact.log_evidence;
    return;
  }
  const std::array<double, rules> left = past.opinions();
  for (std::size_t o = 0; o < 2; ++o) {
    const double p = filter_step(past.m, past.belief, actions[0], o).evidence;  // (08.4)
    std::array<double, rules> so_far = surprise;
    for (std::size_t r = 0; r < rules; ++r) {
      const double of_rule = roar_probability(left[r], past.ear, actions[0], o);
      so_far[r] -= std::log(of_rule);
      costs.divergence[r] += probability_of_past * p * std::log(p / of_rule);  // (08.13), right
    }
    Past later = past;
    later.hear(actions[0], o);
    Belief next = exact;
    update(past.m, next, actions[0], o);
    visit_sequences(costs, later, next, actions.subspan(1), probability_of_past * p, so_far);
  }
}

Costs costs_of(const Pomdp& m, double ear, const std::vector<std::size_t>& actions) {
  Costs costs;
  visit_sequences(costs, Past{m, ear}, initial_belief(m), actions, 1, {});
  return costs;
}

Figure roars_figure(const Pomdp& m, double ear, const std::string& letters) {
  Figure figure("What several rules believe along a few roars, and the belief against the lead of one side",
                2);
  const auto along = opinions_along(m, ear, letters);
  const std::vector<double> step = steps_to(letters.size());
  Axes& left = figure.axes("after each roar", "what was heard", "p(left)");
  const auto draw = [&](Rule rule, const char* name, Color color, Dash dash, Marker marker) {
    left.line(step, series(along, [&](const auto& opinions) { return opinions[rule]; }),
              {.label = name, .color = color, .dash = dash, .marker = marker});
  };
  draw(by_share, "share", Color::orange, Dash::dotted, Marker::diamond);
  draw(by_votes, "votes", Color::green, Dash::dash_dot, Marker::triangle);
  draw(by_belief, "belief", Color::blue, Dash::solid, Marker::circle);
  draw(by_odds, "odds, no doors", Color::purple, Dash::dashed, Marker::square);
  left.y_range = Range{-0.05, 1.05};
  std::vector<std::string> ticks{"–"};
  for (const char letter : letters) ticks.emplace_back(letter == 'D' ? "door" : std::string(1, letter));
  if (letters.size() <= 12) left.x_ticks(step, ticks);
  Axes& right = figure.axes("only the lead counts", "n = roars on the left − on the right", "b(left)");
  const auto belief_at = [&](double n) { return 1 / (1 + std::pow((1 - ear) / ear, n)); };  // (08.10)
  const std::vector<double> fine = spaced(-5, 5.001, 0.05), whole = spaced(-5, 5, 1);
  right.line(fine, series(fine, belief_at), {.color = Color::blue, .dash = Dash::solid});
  right.scatter(whole, series(whole, belief_at), {.color = Color::blue, .marker = Marker::circle});
  right.y_range = Range{-0.05, 1.05};
  return figure;
}

// Roars on one side until a double forgets the other, and then as often there. With an ear below two thirds it
// need not forget: the last digits of the smallest double are rounded up again at each step.
void claim_no_return(Chapter& chapter, const Pomdp& m, double ear) {
  const double least = std::numeric_limits<double>::denorm_min();
  const auto most = static_cast<std::size_t>(-std::log(least) / std::log(ear / (1 - ear))) + 10;
  std::vector<double> small{0.5, 0.5};
  Belief exact = initial_belief(m);
  const auto hear = [&](std::size_t o) {
    small = filter_step(m, small, listening_action, o).belief;
    update(m, exact, listening_action, o);
  };
  std::size_t roars_a_side = 0;
  for (; small[1] > 0 && roars_a_side < most; ++roars_a_side) hear(0);
  if (small[1] > 0) return;
  for (std::size_t k = 0; k < roars_a_side; ++k) hear(1);
  const std::string many = std::to_string(roars_a_side);
  chapter.claims.equal(
      "after " + many + " roars on the left and " + many + " on the right the engine's belief is one half",
      probability(exact, 0), 0.5, rounding * 16 * static_cast<double>(roars_a_side),
      "a few roundings for each step");
  chapter.claims.equal("and the dozen lines are sure of the left door, since their other one has underflown",
                       small[0], 1, 0, "0 times anything is 0");
  chapter.results.set("small.roars_a_side", roars_a_side);
}

}  // namespace

Pomdp tiger_with_ear(Pomdp m, double ear) {
  if (index_of(m.actions, "listen", "action") != listening_action ||
      index_of(m.actions, "open-left", "action") != door_action)
    throw std::logic_error("Tiger's actions have another order");
  if (ear != default_ear)
    for (std::size_t s = 0; s < 2; ++s)
      for (std::size_t o = 0; o < 2; ++o)
        m.emission.probability[m.emission.begin[listening_action * 2 + s] + o] = o == s ? ear : 1 - ear;
  return m;
}

Trajectory from_letters(const std::string& letters) {
  Trajectory t;
  for (const char letter : letters) {
    t.actions.push_back(letter == 'D' ? door_action : listening_action);
    t.observations.push_back(letter == 'R' ? 1 : 0);
  }
  return t;
}

std::string fault_of_letters(const std::string& letters) {
  const std::string expected = ", expected up to 40 letters: L and R for roars, D for a door";
  if (letters.size() > 40) return "--heard: found " + std::to_string(letters.size()) + " letters" + expected;
  for (const char letter : letters)
    if (letter != 'L' && letter != 'R' && letter != 'D') return "--heard: found '" + letters + "'" + expected;
  return {};
}

void roars(Chapter& chapter, const Pomdp& m, double ear, const std::string& heard) {
  const bool usual = ear == default_ear;
  std::cout << "A tiger is behind one of two doors. A roar comes from its side with probability "
            << to_text(ear) << ".\nHow sure are you of the left door, having heard\n";
  Table table({"heard (L left, R right)", "share", "votes", "odds, no doors", "belief"});
  std::vector<std::string> words{"L",    "LLR",  "RLL", "LLL", std::string(9, 'L') + std::string(8, 'R'),
                                 "LLRD", "LLRDR"};
  if (!heard.empty()) words.push_back(heard);
  for (const std::string& word : words) {
    const auto last = opinions_along(m, ear, word).back();
    table.row({spelt(word), fixed(last[by_share], 3), fixed(last[by_votes], 3), fixed(last[by_odds], 3),
               fixed(last[by_belief], 3)});
  }
  chapter.print("roars", table);
  chapter.figure("roars", roars_figure(m, ear, heard.empty() ? "LLRDRRR" : heard));

  std::vector<std::size_t> actions(12, listening_action);
  const Costs listening = costs_of(m, ear, actions);
  actions[6] = door_action;
  const Costs with_door = costs_of(m, ear, actions);
  const auto steps = static_cast<double>(actions.size());
  std::cout
      << "\nEach rule foretells the next roar. What it is surprised by on average over all 4096 sequences "
         "of twelve\nobservations, in nats a step:\n";
  Table costs({"who foretells by", "listening only", "a door at step 7"});
  for (std::size_t r = 0; r < rules; ++r)
    costs.row({rule_names[r], fixed(listening.nats[r] / steps, 4), fixed(with_door.nats[r] / steps, 4)});
  const double coin = std::log(2.0);
  costs.row({"nothing: a coin", fixed(coin, 4), fixed(coin, 4)});
  chapter.print("costs", costs);
  chapter.results.set("costs.belief.listening", listening.nats[by_belief] / steps);
  chapter.results.set("costs.odds.door", with_door.nats[by_odds] / steps);

  const double belief_of_one = opinions_along(m, ear, "L").back()[by_belief];
  const double tolerance = 64 * rounding;
  const std::string why = "a few roundings for each roar";
  for (const char* word : {"LLR", "RLL"})
    chapter.claims.equal("after " + spelt(word) + " the belief is what it was after the first L alone",
                         opinions_along(m, ear, word).back()[by_belief], belief_of_one, tolerance, why);
  chapter.claims.equal("so it is after nine L and eight R",
                       opinions_along(m, ear, words[4]).back()[by_belief], belief_of_one, tolerance, why);
  chapter.claims.equal("after a door it is one half, whatever was heard before",
                       opinions_along(m, ear, "LLRD").back()[by_belief], 0.5, tolerance, why);
  chapter.claims.equal(
      "the dozen lines find the engine's belief after each of 2 · 8191 pasts (largest difference)",
      std::max(listening.from_engine, with_door.from_engine), 0, 12 * tolerance, why);

  const double of_sums = rounding * 4096 * 12 * 8;
  const std::string of_sequences = "a few roundings for each step of each sequence";
  double identity = 0, least = 0;
  for (const Costs* c : {&listening, &with_door})
    for (std::size_t r = 0; r < rules; ++r) {
      identity = worse(identity, std::abs(c->nats[r] - c->evidence - c->divergence[r]));  // (08.13)
      least = std::min(least, c->nats[r] - c->evidence);
    }
  chapter.claims.equal(
      "what a rule is surprised by beyond Bayes is its mean divergence from (08.4) (largest difference)",
      identity, 0, of_sums, of_sequences);
  chapter.claims.at_least("no rule is surprised by less than the belief (the least excess)", least, 0,
                          of_sums, of_sequences);
  chapter.claims.equal("listening only, the odds without doors are as good as the belief",
                       listening.nats[by_odds], listening.nats[by_belief], of_sums, of_sequences);
  if (usual)
    chapter.claims.at_least("with one door they are surprised by more than a coin, nats a step",
                            with_door.nats[by_odds] / steps, coin, 0,
                            "an inequality between exact values, 0.01 apart");
  claim_no_return(chapter, m, ear);
}
