#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <numbers>

#include "doxa/autograd/internal/number_text.h"
#include "doxa/models/files/json.h"
#include "exhibit.h"
#include "expression.h"
#include "tiger_game.h"

namespace doxa::exhibits {
namespace {

const double u_of_real = std::numeric_limits<Real>::epsilon();

std::string text_of(const Answer& answer, const std::string& name) {
  for (const Number& n : answer.numbers)
    if (n.name == name) return n.text;
  ADD_FAILURE() << "no number " << name;
  return "";
}
double number_of(const Answer& answer, const std::string& name) {
  return read_decimal(words_of(text_of(answer, name)).first).value;
}
std::string refusal_of(const Exhibit& exhibit, const std::string& line) {
  try {
    exhibit.say(line);
  } catch (const UsageError& e) {
    return e.what();
  }
  return "nothing refused";
}

// ---- all of them

TEST(Exhibits, EveryOneAnswersAnEmptyLineAndEachOfItsControls) {
  for (const std::string& name : names()) {
    const Exhibit exhibit = open(name);
    EXPECT_EQ(exhibit.name, name);
    EXPECT_FALSE(exhibit.say("").pictures.empty());
    for (const Control& c : exhibit.controls()) {
      const std::string line = c.kind == Control::Kind::button ? c.name : c.name + " " + c.value;
      const Answer answer = exhibit.say(line);
      EXPECT_FALSE(answer.news.empty()) << name << ": " << line;
      for (const Picture& p : answer.pictures) EXPECT_TRUE(p.svg.starts_with("<svg")) << p.svg.substr(0, 20);
    }
  }
}

TEST(Exhibits, SlidersTakeTheirLimitsAndNothingBeyond) {
  for (const std::string& name : names()) {
    const Exhibit exhibit = open(name);
    for (const Control& c : exhibit.controls()) {
      if (c.kind != Control::Kind::slider) continue;
      EXPECT_NO_THROW(exhibit.say(c.name + " " + to_text(c.low))) << name;
      EXPECT_NO_THROW(exhibit.say(c.name + " " + to_text(c.high))) << name;
      EXPECT_THROW(exhibit.say(c.name + " " + to_text(c.high + 1)), UsageError) << name;
      EXPECT_THROW(exhibit.say(c.name + " nan"), UsageError) << name;
      EXPECT_THROW(exhibit.say(c.name), UsageError) << name;
    }
  }
}

TEST(Exhibits, ALineThatIsRefusedSaysWhatIsExpectedAndChangesNothing) {
  EXPECT_THROW(open("tiger"), UsageError);
  for (const std::string& name : names()) {
    const Exhibit exhibit = open(name);
    const std::string before = json_answer(exhibit, "");
    const std::string refused = refusal_of(exhibit, "jump 3");
    EXPECT_TRUE(refused.starts_with("found 'jump 3', expected ")) << refused;
    EXPECT_EQ(json_answer(exhibit, ""), before) << name;
  }
}

TEST(Exhibits, JsonAnswersAreOneLineOfJson) {
  for (const std::string& name : names()) {
    const Exhibit exhibit = open(name);
    const std::string answer = json_answer(exhibit, ""),
                      refused = json_answer(exhibit, "no \"such\" line\xff");
    EXPECT_EQ(answer.find('\n'), answer.npos);
    JsonReader reader(refused, 0, "refused");
    std::string error;
    reader.object("an object", [&](const std::string& key, std::size_t) {
      EXPECT_EQ(key, "error");
      error = reader.string("a text");
    });
    reader.expect_end();
    EXPECT_TRUE(error.starts_with("found 'no \"such\" line")) << error;
  }
}

// ---- the evidence bar

// ∫ f(z) dz by the trapezoid rule, which is exact to rounding for such smooth integrands.
template <class F>
double integral(F f) {
  double sum = 0;
  for (int i = -40'000; i <= 40'000; ++i) sum += f(i / 1000.0);
  return sum / 1000;
}
double log_density(double x, double mean, double deviation) {
  const double e = (x - mean) / deviation;
  return -e * e / 2 - std::log(deviation) - std::log(2 * std::numbers::pi) / 2;
}

TEST(EvidenceBar, ItsNumbersAreTheIntegralsThatDefineThem) {
  const Exhibit bar = open("evidence-bar");
  for (const char* line : {"mean 1.5", "deviation 0.3", "x -1.2", "noise 0.5", "mean -1", "noise 2.4"}) {
    const Answer answer = bar.say(line);
    std::map<std::string, double> at;
    for (const Control& c : bar.controls()) at[c.name] = read_decimal(c.value).value;
    const auto log_q = [&](double z) { return log_density(z, at["mean"], at["deviation"]); };
    const auto log_joint = [&](double z) {
      return log_density(z, 0, 1) + log_density(at["x"], z, at["noise"]);
    };
    const double evidence = std::log(integral([&](double z) { return std::exp(log_joint(z)); }));
    const double v = integral([&](double z) { return std::exp(log_q(z)) * (log_joint(z) - log_q(z)); });
    EXPECT_NEAR(number_of(answer, "log p(x)"), evidence, 6e-5) << line;
    EXPECT_NEAR(number_of(answer, "V"), v, 6e-5) << line;
    EXPECT_NEAR(number_of(answer, "KL(q ‖ posterior)"), evidence - v, 6e-5) << line;
    EXPECT_NEAR(number_of(answer, "V + KL"), evidence, 6e-5) << line;
  }
}

TEST(EvidenceBar, AtTheOptimumNothingIsMissing) {
  const Exhibit bar = open("evidence-bar");
  bar.say("x 1.3");
  const Answer answer = bar.say("optimum");
  EXPECT_EQ(number_of(answer, "KL(q ‖ posterior)"), 0);
  EXPECT_EQ(text_of(answer, "V"), text_of(answer, "log p(x)"));
}

// ---- estimators

// The row of a table that begins with `name`: its last `count` words.
std::vector<double> row_of(const std::string& listing, const std::string& name, std::size_t count) {
  const std::size_t begin = listing.find("  " + name + "  ");
  if (begin == listing.npos) return {};
  std::vector<double> numbers;
  std::string_view rest = std::string_view(listing).substr(begin, listing.find('\n', begin) - begin);
  rest.remove_prefix(name.size() + 2);
  for (Words w = words_of(rest); !w.first.empty() && numbers.size() < count; w = words_of(w.rest))
    numbers.push_back(read_decimal(w.first).value);
  return numbers;
}

// For f(z) = (z - a)² and one draw the variances are (04.9) and (04.10), by moments of the normal.
TEST(Estimators, MeasuredVariancesAreTheExactOnes) {
  const Exhibit exhibit = open("estimators");
  for (const char* line : {"delta 1", "sigma 0.3", "delta -0.5", "draws 16", "draw"}) {
    const Answer answer = exhibit.say(line);
    std::map<std::string, double> at;
    for (const Control& c : exhibit.controls()) at[c.name] = read_decimal(c.value).value;
    const double d2 = at["delta"] * at["delta"], s2 = at["sigma"] * at["sigma"], n = at["draws"];
    const double path = 4 * s2 / n, least = (8 * d2 + 6 * s2) / n,
                 bare = (d2 * d2 / s2 + 14 * d2 + 15 * s2) / n;
    const std::pair<const char*, double> ways[] = {
        {"score: f s", bare}, {"less b*: (f − b*) s", least}, {"path: 2(z − a)", path}};
    for (const auto& [name, exact] : ways) {
      const std::vector<double> row = row_of(answer.listing, name, 4);  // mean, variance, its error, exactly
      ASSERT_EQ(row.size(), 4u) << answer.listing;
      EXPECT_NEAR(row[3], exact, 1e-3 * exact) << line << ": " << name;
      EXPECT_NEAR(row[1], exact, 5 * row[2]) << line << ": " << name;
    }
    EXPECT_NEAR(number_of(answer, "∂F/∂μ, exactly"), 2 * at["delta"], 1e-3);
  }
}

// ---- play Tiger

// V* of Tiger by value iteration on the lead n of roars on the left, which is all that its belief depends on.
class TigerByLead {
 public:
  TigerByLead() : value_(2 * limit + 1) {
    for (int sweep = 0; sweep < 1500; ++sweep) {
      std::vector<double> next(value_.size());
      for (int n = -limit; n <= limit; ++n) {
        const std::vector<double> q = action_values(n);
        next[at(n)] = std::max({q[0], q[1], q[2]});
      }
      value_ = next;
    }
  }
  static double belief(int n) { return 1 / (1 + std::pow(0.15 / 0.85, n)); }  // (08.10)
  double value(int n) const { return value_[at(n)]; }
  std::vector<double> action_values(int n) const {
    const double b = belief(n), left = 0.85 * b + 0.15 * (1 - b), start = 0.95 * value(0);
    return {-1 + 0.95 * (left * value(n + 1) + (1 - left) * value(n - 1)), -100 * b + 10 * (1 - b) + start,
            10 * b - 100 * (1 - b) + start};
  }

 private:
  static constexpr int limit = 30;
  static std::size_t at(int n) { return static_cast<std::size_t>(std::clamp(n, -limit, limit) + limit); }
  std::vector<double> value_;
};

TEST(PlayTiger, BeliefsValuesAndRegretAreThoseOfTheLead) {
  const TigerByLead exact;
  EXPECT_NEAR(exact.value(0), 19.3714, 1e-4);
  const Exhibit exhibit = open("play-tiger");
  exhibit.say("seed 3");
  exhibit.say("advice");
  TigerGame twin;  // meets the same tigers
  twin.play("seed 3");
  int lead = 0;
  double regret = 0, discount = 1;
  for (const char* line :
       {"listen", "listen", "open-left", "listen", "listen", "listen", "listen", "open-right", "listen"}) {
    const std::vector<double> q = exact.action_values(lead);
    const std::size_t action = std::string(line) == "listen" ? 0 : std::string(line) == "open-left" ? 1 : 2;
    regret += discount * (exact.value(lead) - q[action]);
    discount *= 0.95;
    const Answer answer = exhibit.say(line);
    twin.play(line);
    lead = action > 0 ? 0 : lead + (twin.past().observations.back() == 0 ? 1 : -1);
    EXPECT_NEAR(number_of(answer, "belief: tiger left"), TigerByLead::belief(lead), 6e-5);
    EXPECT_NEAR(number_of(answer, "regret of your actions"), regret, 2e-3);
    EXPECT_NEAR(number_of(answer, "V* at the start"), exact.value(0), 1e-3);
    const std::vector<double> now = exact.action_values(lead);
    for (std::size_t a = 0; a < 3; ++a) {
      const char* const actions[] = {"listen", "open-left", "open-right"};
      EXPECT_NEAR(row_of(answer.listing, actions[a], 1).at(0), now[a], 2e-3) << actions[a];
    }
  }
  EXPECT_GT(regret, 1);
}

// Within a round the tiger stays: looking back, every belief of the round is its last one.
TEST(PlayTiger, LookingBackEveryBeliefOfARoundIsItsLast) {
  TigerGame game;
  for (const char* line : {"listen", "listen", "listen", "open-left", "listen", "listen"}) game.play(line);
  const TigerBeliefs beliefs = tiger_beliefs(game);
  for (std::size_t k = 0; k <= 3; ++k) EXPECT_NEAR(beliefs.smoothed[k], beliefs.filtered[3], 1e-12);
  for (std::size_t k = 4; k <= 6; ++k) EXPECT_NEAR(beliefs.smoothed[k], beliefs.filtered[6], 1e-12);
}

TEST(PlayTiger, WhoActsOptimallyHasNoRegret) {
  TigerGame game;
  TigerOptimum optimum(game.model());
  for (int k = 0; k < 40; ++k) {
    const std::vector<double> q = optimum.action_values(tiger_beliefs(game).filtered.back());
    game.play(game.model().actions[static_cast<std::size_t>(std::ranges::max_element(q) - q.begin())]);
  }
  EXPECT_EQ(optimum.regret(game, tiger_beliefs(game).filtered), 0);
}

// ---- the learned filter

TEST(LearnedFilter, BayesIsExactAndTheShippedFilterIsNearIt) {
  const Exhibit exhibit = open("learned-filter");
  TigerGame twin;
  double off = 0;
  int steps = 0;
  for (const char* seed : {"seed 1", "seed 2", "seed 3", "seed 4"}) {
    exhibit.say(seed);
    twin.play(seed);
    for (const char* line : {"listen", "listen", "listen", "open-right", "listen", "listen"}) {
      const Answer answer = exhibit.say(line);
      twin.play(line);
      const double b = tiger_beliefs(twin).filtered.back(), bayes = 0.85 * b + 0.15 * (1 - b);
      EXPECT_NEAR(number_of(answer, "next roar left: Bayes"), bayes, 6e-5);
      off += std::abs(number_of(answer, "next roar left: learned") - bayes);
      ++steps;
    }
  }
  EXPECT_LT(off / steps, 0.05);
  EXPECT_GT(off, 0);
}

// ---- a tape

TEST(TapeExhibit, AdjointsAreTheDerivatives) {
  const Exhibit exhibit = open("tape");
  const Answer first = exhibit.say("");
  const double error = 100 * u_of_real + 1e-9;
  EXPECT_NEAR(number_of(first, "f"), std::log(3.0) + 1.5 - std::tanh(0.5), 4 * error);
  EXPECT_NEAR(number_of(first, "∂f/∂x1"), 1 / 3.0 + 0.5, error);
  EXPECT_NEAR(number_of(first, "∂f/∂x2"), 2 + std::pow(std::tanh(0.5), 2), 4 * error);
  EXPECT_EQ(text_of(first, "the checker says"), "pass");
  const Answer second = exhibit.say("f -a^2 / (b - 3) * 2^-1 + exp(sin(a)) - max(a, b)");
  EXPECT_EQ(exhibit.controls()[1].value, "a = 1, b = 1");  // a variable that is new
  EXPECT_NEAR(number_of(second, "f"), 0.25 + std::exp(std::sin(1)) - 1, 4 * error);
  EXPECT_EQ(text_of(second, "the checker says"), "kink");
  const Answer third = exhibit.say("at b = 1.5");
  EXPECT_NEAR(number_of(third, "∂f/∂a"), 2 / 1.5 / 2 + std::exp(std::sin(1)) * std::cos(1), 4 * error);
  EXPECT_NEAR(number_of(third, "∂f/∂b"), 1 / (1.5 * 1.5) / 2 - 1, 4 * error);
}

TEST(TapeExhibit, WhatCannotBeReadIsSaidWithItsPlace) {
  const Exhibit exhibit = open("tape");
  const std::pair<const char*, const char*> refused[] = {
      {"f log(x", "f, column 6: found the end, expected ')' or an operator"},
      {"f 2**x", "f, column 3: found '*', expected a number, a name or '('"},
      {"f x x", "f, column 3: found 'x', expected an operator or the end"},
      {"f 3 + √x", "f, column 5: found '√', expected a number, a name or '('"},
      {"f ", "f, column 1: found the end, expected a number, a name or '('"},
      {"f 1.2.3*x", "f, column 1: found '1.2.3', expected a number"},
      {"f max(x)", "f, column 6: found ')', expected a comma and the second argument of max"},
      {"f 3 - 1", "f, column 1: found no variable, expected one or more"},
      {"at x1 = 2, x9 = 3",
       "at, column 8: found ' x9 = 3', expected a variable of f and its value, as in x1 = 3"},
      {"at x1 = two", "at, column 1: found 'x1 = two', expected a variable of f and its value, as in x1 = 3"},
  };
  for (const auto& [line, why] : refused) EXPECT_EQ(refusal_of(exhibit, line), why);
  const std::string unknown = refusal_of(exhibit, "f ln(x)");
  EXPECT_TRUE(unknown.starts_with("f, column 1: found 'ln', expected one of abs, ")) << unknown;
  EXPECT_NE(refusal_of(exhibit, "f " + std::string(10'000, '(') + "x").find("parentheses"),
            std::string::npos);
  EXPECT_NE(refusal_of(exhibit, "f " + std::string(10'000, '-') + "x").find("parentheses"),
            std::string::npos);
}

TEST(TapeExhibit, WhereFIsNotFiniteNothingIsChecked) {
  const Answer answer = open("tape").say("at x1 = -1");
  EXPECT_EQ(text_of(answer, "f"), "nan");
  EXPECT_TRUE(text_of(answer, "the checker says").starts_with("nothing"));
}

}  // namespace
}  // namespace doxa::exhibits
