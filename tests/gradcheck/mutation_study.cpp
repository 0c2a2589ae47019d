#include "mutation_study.h"

#include <cstdio>
#include <stdexcept>

#include "doxa/autograd/gradcheck.h"

namespace doxa {
namespace {

Outcome judged_by_doxa(const TensorFunction& f, std::span<const Tensor> inputs,
                       const GradientCheckOptions& options) {
  try {
    const GradientReport report = check_gradients(f, inputs, options);
    if (report.passed()) return Outcome::accepted;
    return report.verdict() == Verdict::fail ? Outcome::refused : Outcome::undecided;
  } catch (const std::invalid_argument&) {  // not deterministic, it says, or not finite
    return Outcome::refused;
  }
}

std::string percent(int part, int whole) {
  if (whole == 0) return "";
  char text[32];
  // Anything short of all or of none must not look like it.
  const double rate = 100.0 * part / whole;
  std::snprintf(text, sizeof text,
                part == 0 || part == whole  ? "%.0f"
                : rate < 0.1 || rate > 99.9 ? "%.3f"
                                            : "%.1f",
                rate);
  return text;
}

std::string row(const std::string& name, const std::vector<Count>& counts, int Count::*which) {
  std::string text = "| " + name + " | " + std::to_string(counts[0].judged()) + " |";
  for (const Count& c : counts) text += " " + percent(c.*which, c.judged()) + " |";
  return text + "\n";
}

}  // namespace

Outcome judgement(const Rule& rule, const TensorFunction& f, std::span<const Tensor> inputs,
                  std::uint64_t seed) {
  try {
    return rule.judge(f, inputs, seed);
  } catch (const std::domain_error&) {
    return Outcome::refused;
  }
}

Outcome doxa_jacobian(const TensorFunction& f, std::span<const Tensor> inputs, std::uint64_t seed) {
  return judged_by_doxa(f, inputs, {.seed = seed, .mode = CheckMode::jacobian});
}

Outcome doxa_directions(const TensorFunction& f, std::span<const Tensor> inputs, std::uint64_t seed) {
  return judged_by_doxa(f, inputs, {.seed = seed, .mode = CheckMode::sampled});
}

void Count::add(Outcome outcome) {
  ++(outcome == Outcome::accepted ? accepted : outcome == Outcome::refused ? refused : undecided);
}

MutationStudy mutation_study(const std::vector<Subject>& subjects, std::uint64_t seed, int rounds,
                             int correct, const std::vector<Rule>& rules) {
  MutationStudy study{rules, std::vector(defects().size(), std::vector<Count>(rules.size())),
                      std::vector<Count>(rules.size())};
  Philox random(seed);
  for (int round = 0; round < rounds; ++round)
    for (const Subject& subject : subjects)
      for (std::size_t d = 0; d < defects().size(); ++d) {
        const std::vector<Tensor> inputs = subject.draw(random);
        const auto m = mutant(subject, defects()[d], inputs, random);
        const std::uint64_t check_seed = random();
        if (!m) continue;
        for (std::size_t r = 0; r < rules.size(); ++r)
          study.wrong[d][r].add(judgement(rules[r], m->wrong, inputs, check_seed));
      }
  for (int i = 0; i < correct; ++i) {
    const Subject& subject = subjects[static_cast<std::size_t>(i) % subjects.size()];
    const std::vector<Tensor> inputs = subject.draw(random);
    const std::uint64_t check_seed = random();
    for (std::size_t r = 0; r < rules.size(); ++r)
      study.right[r].add(judgement(rules[r], subject.function, inputs, check_seed));
  }
  return study;
}

std::string MutationStudy::markdown() const {
  std::string text = "| wrong gradient | mutants |", line = "|---|---:|";
  for (const Rule& rule : rules) {
    text += " " + rule.name + " |";
    line += "---:|";
  }
  text += "\n" + line + "\n";
  for (std::size_t d = 0; d < wrong.size(); ++d) {
    text += row(name(defects()[d]), wrong[d], &Count::refused);
    for (const Count& c : wrong[d])
      if (c.undecided > 0) {
        text += row("… inconclusive", wrong[d], &Count::undecided);
        break;
      }
  }
  text += row("none: false alarms", right, &Count::refused);
  return text + row("none: inconclusive", right, &Count::undecided);
}

}  // namespace doxa
