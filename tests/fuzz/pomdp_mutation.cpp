#include <initializer_list>

#include "fuzz.h"
#include "mutation.h"

namespace doxa::fuzz {
namespace {

const std::vector<std::string_view> pomdp_words = split(
    "discount:|values:|states:|actions:|observations:|start:|start include:|start exclude:|start|"
    "T:|O:|R:|T|uniform|identity|reset|reward|cost|rewards|costs|include|exclude|a|b|c|go|stay|x|"
    "obersvations:|goals:|prio|start: include|\xEF\xBB\xBF|y|z|*|:|+|-|#|\n|\r| |;|T: * identity\n|O: * "
    "uniform\n|T: * uniform\n|T:*:*:* |R:*:*:*:* ");
const std::vector<std::string_view> pomdp_numbers = split(
    "0|1|2|3|0.5|0.25|0.1|1.1|1.|.5|1e-3|0.99999|1e308|1e309|5e-324|1e-400|-1|+1|0.333|007|"
    "4294967295|4294967296|nan|1e|1e+0|0.5.5|0x1|17|256|100000000000000000000");
// Sizes that make large tables: seldom, as each costs as much as thousands of others.
const std::vector<std::string_view> pomdp_sizes = split("1000|40000|131072|131073|1000000000");

// An entry as most of the corpus could have one: three states, two actions, two observations.
std::string entry(Dice& dice) {
  const auto one_of = [&](std::initializer_list<std::string_view> texts) { return dice.one_of(texts); };
  const std::string action(one_of({"*", "go", "stay", "0", "1"})), state(one_of({"*", "a", "b", "2"})),
      next(one_of({"*", "a", "1", "c"})), seen(one_of({"*", "x", "y", "0"}));
  const std::string p(one_of({"0", "1", "0.5", "0.25", "1e-3"})), r(one_of({"0", "-1", "+2.5", "1e300"}));
  const std::string three(one_of({"1 0 0", "0 1 0", "0.2 0.3 0.5", "0 5e-324 1", "0.5 0.5 0", "uniform"}));
  const std::string two(one_of({"1 0", "0 1", "0.15 0.85", "0.3 0.7", "uniform"}));
  switch (dice.below(8)) {
    case 0:
      return "\nT: " + action + " : " + state + " : " + next + " " + p;
    case 1:
      return "\nT: " + action + " : " + state + " " + three;
    case 2:
      return "\nT: " + action + " " + std::string(one_of({"identity", "uniform", "1 0 0 0 1 0 0 0 1"}));
    case 3:
      return "\nO: " + action + " : " + state + " : " + seen + " " + p;
    case 4:
      return "\nO: " + action + " : " + state + " " + two;
    case 5:
      return "\nO: " + action + " uniform";
    case 6:
      return "\nR: " + action + " : " + state + " : " + next + " " + r + " " + r;
    default:
      return "\nR: " + action + " : " + state + " : " + next + " : " + seen + " " + r;
  }
}

const Format pomdp_format{.words = pomdp_words,
                          .numbers = pomdp_numbers,
                          .sizes = pomdp_sizes,
                          .token_ends = " \n\r\t:",
                          .line_ends = "\n",
                          .add_entry = [](std::string& text, Dice& dice) { text += entry(dice); }};

}  // namespace

std::string mutate_pomdp(std::span<const std::string> corpus, Philox& random) {
  Dice dice(random);
  return mutate(any_of(corpus, dice), corpus, pomdp_format, dice);
}

}  // namespace doxa::fuzz
