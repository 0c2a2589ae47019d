#include "trouble_study.h"

#include <algorithm>
#include <map>

#include "wrong_gradients.h"

namespace doxa {
namespace {

TroubleStudy::Row& row_of(std::vector<TroubleStudy::Row>& rows, const std::string& name, std::size_t rules) {
  const auto found = std::ranges::find(rows, name, &TroubleStudy::Row::name);
  if (found != rows.end()) return *found;
  return rows.emplace_back(
      TroubleStudy::Row{name, "", "", 0, std::vector<Count>(rules), std::vector<Count>(rules)});
}

Index elements(std::span<const Tensor> inputs) {
  Index total = 0;
  for (const Tensor& x : inputs) total += x.size();
  return total;
}

std::string cell(const Count& c) {
  if (c.judged() == 0) return " |";
  return " " + std::to_string(c.accepted) + "/" + std::to_string(c.undecided) + "/" +
         std::to_string(c.refused) + " |";
}

void add_to(Count& total, const Count& c) {
  total.accepted += c.accepted;
  total.undecided += c.undecided;
  total.refused += c.refused;
}

}  // namespace

TroubleStudy trouble_study(std::uint64_t seed, int draws, const std::vector<Rule>& rules,
                           const std::string& filter) {
  TroubleStudy study;
  study.rules = rules;
  std::uint64_t stream = 0;
  for (const Trouble& trouble : trouble_functions()) {
    Philox random(seed, ++stream);  // what one function draws does not depend on the filter
    if ((trouble.family + ": " + trouble.name).find(filter) == std::string::npos) continue;
    TroubleStudy::Row& row = row_of(study.functions, trouble.name, rules.size());
    row.family = trouble.family;
    row.kind = to_string(trouble.kind);
    std::map<std::string, std::map<std::string, int>> remarks;  // [rule][what it does]
    for (int draw = 0; draw < draws; ++draw) {
      const std::vector<Tensor> inputs = trouble.draw(random);
      row.inputs = elements(inputs);
      const std::vector<trouble::WrongGradient> wrong = trouble::wrong_gradients(trouble, inputs, random);
      const std::uint64_t check_seed = random();
      for (std::size_t r = 0; r < rules.size(); ++r) {
        if (row.inputs > rules[r].most_inputs) continue;
        const Outcome of_right = judgement(rules[r], trouble.function, inputs, check_seed);
        row.right[r].add(of_right);
        if (of_right == Outcome::refused) ++remarks[rules[r].name]["refuses the right gradient"];
        for (const trouble::WrongGradient& w : wrong) {
          const Outcome outcome = judgement(rules[r], w.make(), inputs, check_seed);
          row.wrong[r].add(outcome);
          row_of(study.mistakes, w.name, rules.size()).wrong[r].add(outcome);
          if (outcome == Outcome::accepted) ++remarks[rules[r].name]["accepts " + w.name];
        }
      }
    }
    for (const auto& [rule, said] : remarks) {
      std::string line = trouble.name + ": " + rule;
      const char* separator = " ";
      for (const auto& [what, count] : said) {
        line += separator + what + " " + std::to_string(count);
        separator = "; ";
      }
      study.remarkable.push_back(line);
    }
  }
  return study;
}

std::string TroubleStudy::markdown() const {
  std::string header, line = "---:|";
  for (const char* what : {"right: ", "wrong: "})
    for (const Rule& rule : rules) {
      header += " " + (what + rule.name) + " |";
      line += "---:|";
    }
  const auto counts = [](const Row& row) {
    std::string cells;
    for (const auto* of : {&row.right, &row.wrong})
      for (const Count& c : *of) cells += cell(c);
    return cells + "\n";
  };
  std::string text = "Accepted/inconclusive/refused:\n\n| function | can be | inputs |" + header +
                     "\n|---|---|" + line + "\n";
  std::vector<Row> sums;
  for (const Row& row : functions) {
    text += "| " + row.name + " | " + row.kind + " | " + std::to_string(row.inputs) + " |" + counts(row);
    for (const std::string& of : {"can be: " + row.kind, row.family, std::string("all")}) {
      Row& sum = row_of(sums, of, rules.size());
      ++sum.inputs;
      for (std::size_t r = 0; r < rules.size(); ++r) {
        add_to(sum.right[r], row.right[r]);
        add_to(sum.wrong[r], row.wrong[r]);
      }
    }
  }
  text += "\n| sum | functions |" + header + "\n|---|" + line + "\n";
  for (const Row& sum : sums)
    text += "| " + sum.name + " | " + std::to_string(sum.inputs) + " |" + counts(sum);
  text += "\n| mistake |";
  line = "|---|";
  for (const Rule& rule : rules) {
    text += " " + rule.name + " |";
    line += "---:|";
  }
  text += "\n" + line + "\n";
  for (const Row& row : mistakes) {
    text += "| " + row.name + " |";
    for (const Count& c : row.wrong) text += cell(c);
    text += "\n";
  }
  text += "\n";
  for (const std::string& remark : remarkable) text += "- " + remark + "\n";
  return text;
}

}  // namespace doxa
