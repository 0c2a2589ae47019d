// A check is worth what it refuses: mutants of correct functions.

#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>
#include <cmath>
#include <limits>
#include <ostream>

#include "doxa/autograd/ops.h"
#include "mutants.h"
#include "mutation_study.h"

namespace doxa {

void PrintTo(Outcome outcome, std::ostream* to) {
  *to << (outcome == Outcome::accepted ? "accepted" : outcome == Outcome::refused ? "refused" : "undecided");
}
void PrintTo(Defect defect, std::ostream* to) { *to << name(defect); }

namespace {

constexpr bool double_precision = std::numeric_limits<Real>::digits == 53;

class Mutants : public testing::TestWithParam<Defect> {
 protected:
  /// Calls test(subject, mutant, inputs, seed of the check) for `rounds` mutants of each subject.
  static void for_each(const std::vector<Subject>& subjects, int rounds, auto test) {
    Philox random(7, static_cast<std::uint64_t>(GetParam()));
    for (int round = 0; round < rounds; ++round)
      for (const Subject& subject : subjects) {
        const std::vector<Tensor> inputs = subject.draw(random);
        const auto m = mutant(subject, GetParam(), inputs, random);
        const std::uint64_t seed = random();
        if (m) test(subject, *m, inputs, seed);
      }
  }
};

// Rounding hides an error of an entry that is below 1e4 u of the size of what is differentiated: of y and of
// the derivatives in its row and column, ten times over, as y may be larger a step away. Of a rule with the
// right Jacobian it is the dependence on the cotangent that is wrong, and that rounding does not hide.
bool stands_out(const Mutant& m, std::span<const Tensor> inputs) {
  constexpr double floor = 1e5 * static_cast<double>(std::numeric_limits<Real>::epsilon()) / 2;
  const Tensor y = Forward(m.right)(inputs);
  const Jacobian right = analytic_jacobian(m.right, inputs), wrong = analytic_jacobian(m.wrong, inputs);
  const auto at = [](const Jacobian& j, Index row, Index column) {
    return static_cast<double>(j.entries(row, column));
  };
  std::vector<double> rows(static_cast<std::size_t>(right.rows())),
      columns(static_cast<std::size_t>(right.columns()));
  for (std::size_t r = 0; r < rows.size(); ++r)
    for (std::size_t c = 0; c < columns.size(); ++c) {
      const double entry = std::abs(at(right, static_cast<Index>(r), static_cast<Index>(c)));
      rows[r] = std::max(rows[r], entry);
      columns[c] = std::max(columns[c], entry);
    }
  bool same = true;
  for (Index r = 0; r < right.rows(); ++r)
    for (Index c = 0; c < right.columns(); ++c) {
      const double error = std::abs(at(wrong, r, c) - at(right, r, c));
      const double size = std::abs(static_cast<double>(y[r])) + rows[static_cast<std::size_t>(r)] +
                          columns[static_cast<std::size_t>(c)];
      if (error > floor * size) return true;
      same = same && error == 0;
    }
  return same;
}

// In double precision no mutant of these is below that, at their inputs.
TEST_P(Mutants, AreRefused) {
  int count = 0;
  for_each(
      mutation_subjects(), 3, [&](const Subject& subject, const Mutant& m, const auto& inputs, auto seed) {
        if (!double_precision && !stands_out(m, inputs)) return;
        EXPECT_EQ(doxa_jacobian(m.wrong, inputs, seed), Outcome::refused) << subject.name << ", " << seed;
        ++count;
      });
  EXPECT_TRUE(count > 0 || !double_precision);  // 11 bits are more than half of single precision's
}

// Nor does any pass silently where entries span many orders of magnitude: refused, or said to be beyond
// telling.
TEST_P(Mutants, OfAWideRangeAreNotAccepted) {
  for_each(
      wide_range_subjects(), 3, [](const Subject& subject, const Mutant& m, const auto& inputs, auto seed) {
        if (!stands_out(m, inputs)) return;
        EXPECT_NE(doxa_jacobian(m.wrong, inputs, seed), Outcome::accepted) << subject.name << ", " << seed;
      });
}

// Random directions and a few elements of each input: on functions this small they see everything but the
// finest errors of a single entry, which v may contract away. These are not refused, but not accepted either:
// they are less than what is claimed of the sum.
TEST_P(Mutants, AreRefusedInRandomDirections) {
  int count = 0, refused = 0;
  for_each(mutation_subjects(), 3, [&](const Subject&, const Mutant& m, const auto& inputs, auto seed) {
    if (!stands_out(m, inputs)) return;
    ++count;
    const Outcome outcome = doxa_directions(m.wrong, inputs, seed);
    refused += outcome == Outcome::refused || (GetParam() == Defect::entry_fine && outcome == Outcome::undecided);
  });
  EXPECT_GE(20 * refused, 19 * count) << refused << " of " << count;
}

TEST_P(Mutants, HaveTheValueOfTheFunction) {
  for_each(mutation_subjects(), 1, [](const Subject& subject, const Mutant& m, const auto& inputs, auto) {
    const Tensor right = Forward(m.right)(inputs), wrong = Forward(m.wrong)(inputs);
    EXPECT_TRUE(std::ranges::equal(right.span(), wrong.span())) << subject.name;
  });
}

INSTANTIATE_TEST_SUITE_P(Defects, Mutants, testing::ValuesIn(defects().begin(), defects().end()),
                         [](const auto& test) {
                           std::string text = name(test.param);
                           std::erase_if(text, [](unsigned char c) { return !std::isalnum(c); });
                           return text;
                         });

TEST(Mutation, MostSubjectsHaveMostDefects) {
  Philox random(1);
  int broad = 0;
  for (const Subject& subject : mutation_subjects()) {
    int kinds = 0;
    for (const Defect defect : defects())
      kinds += mutant(subject, defect, subject.draw(random), random).has_value();
    broad += kinds >= 12;
  }
  EXPECT_GE(broad, 15);
}

// A gradient of ones in another order, or rounded, is the same.
TEST(Mutation, AMutantThatEqualsTheOriginalDoesNotCount) {
  const Subject total{"sum", [](Tape&, Inputs x) { return sum(x[0]); },
                      [](Philox& random) {
                        return std::vector{normal_noise({2, 3}, random)};
                      }};
  Philox random(1);
  for (const Defect defect : {Defect::permuted, Defect::transposed, Defect::rounded})
    EXPECT_FALSE(mutant(total, defect, total.draw(random), random)) << name(defect);
  EXPECT_TRUE(mutant(total, Defect::shifted, total.draw(random), random));
}

TEST(Mutation, ARuleWithoutADefectIsRight) {
  Philox random(1);
  for (const Subject& subject : mutation_subjects()) {
    const std::vector<Tensor> inputs = subject.draw(random);
    const Jacobian plain = analytic_jacobian(subject.function, inputs);
    const Jacobian recorded = analytic_jacobian(with_rule(WrongRule(subject.function)), inputs);
    EXPECT_TRUE(std::ranges::equal(plain.entries.span(), recorded.entries.span())) << subject.name;
  }
}

TEST(CorrectGradients, AreAccepted) {
  const MutationStudy study = mutation_study(mutation_subjects(), 3, 0, 340,
                                             {{"Jacobian", doxa_jacobian}, {"directions", doxa_directions}});
  EXPECT_EQ(study.right[0].refused, 0);
  EXPECT_LE(study.right[0].undecided, double_precision ? 0 : 2);
  EXPECT_EQ(study.right[1].refused, 0);
}

TEST(CorrectGradients, OfAWideRangeAreNotRefused) {
  const MutationStudy study = mutation_study(wide_range_subjects(), 3, 0, 240, {{"Jacobian", doxa_jacobian}});
  EXPECT_EQ(study.right[0].refused, 0);
}

TEST(MutationStudy, CountsWhatARuleSays) {
  const auto refuses = [](const TensorFunction&, std::span<const Tensor>, std::uint64_t) {
    return Outcome::refused;
  };
  const MutationStudy study = mutation_study(mutation_subjects(), 1, 1, 5, {{"refuses", refuses}});
  for (const auto& counts : study.wrong) EXPECT_EQ(counts[0].refused, counts[0].judged());
  EXPECT_EQ(study.right[0].refused, 5);
  EXPECT_NE(study.markdown().find("| sign | 34 | 100 |"), std::string::npos) << study.markdown();
}

}  // namespace
}  // namespace doxa
