#include "declarations.h"

#include <gtest/gtest.h>

#include <stdexcept>

namespace doxa {
namespace {

std::vector<std::string> names(const std::vector<Declaration>& functions) {
  std::vector<std::string> all;
  for (const Declaration& f : functions)
    all.push_back((f.scope.empty() ? "" : f.scope + "::") + f.name + "/" +
                  std::to_string(f.parameters.size()));
  return all;
}

using Names = std::vector<std::string>;

TEST(ReadHeader, FindsFunctionsHoweverTheyAreWritten) {
  const Header header = read_header(R"(
#pragma once
#include "doxa/autograd/tape.h"
#define TWO_LINES(x) \
  Var macro(Var x);
namespace doxa {
// Var commented(Var x);
/* Var in_a_block(Var x);
   Var and_its_second_line(Var x); */
Var erfc(Var x);  ///< Var trailing(Var x);
Var minimum(Var a, Var b); Var minimum(Var a, Real b);
Var
spread(
    Var x,          // the first, (and
    const Shape& to // the second
);
Var sum(Var x, const AxisList& axes = {0, 1}, bool keepdims = (1 < 2));
template <class F, std::size_t n = 3>
  std::array<Var, n> map(F f, std::span<const Var> x);
[[nodiscard]] inline constexpr Var twice(Var x) { if (x.size() > 0) { return x + x; } return x; }
inline Var operator<<(Var a, Var b);
bool operator==(Var a, Var b);
Var operator-(Var x);
std::function<Var(Tape&, Var)> curried(Var x, std::function<Var(Var, Var)> f);
const char* text = "Var quoted(Var x);";
constexpr int large = 20'000;
using Loss = std::function<Var(Tape& tape, int shard)>;
enum class Triangle { lower, upper };
inline const std::array<int, 2> table{1, 2};
template <class D>
concept Differentiable = requires(const D& q, Var x) {
  { q.slope(x) } -> std::same_as<Var>;
};
template <Differentiable D>
Var slope(const D& q, Var x) { return q.slope(x); }
namespace inner { Var nested(Var x); }
extern Var declared(Var x);
}  // namespace doxa
)");
  EXPECT_EQ(names(header.functions),
            (Names{"erfc/1", "minimum/2", "minimum/2", "spread/2", "sum/3", "map/2", "twice/1",
                   "operator<</2", "operator==/2", "operator-/1", "curried/2", "slope/2", "nested/1"}));
  EXPECT_EQ(header.functions[5].result, "std :: array < Var , n >");
  EXPECT_TRUE(header.functions[5].is_template);
  EXPECT_EQ(header.functions[4].parameters[1], "const AxisList & axes = { 0 , 1 }");
}

TEST(ReadHeader, FindsWhatIsPublicInAClass) {
  const Header header = read_header(R"(
class Forward;
struct Forward2 final : Base<int> {
  struct Sizes { Index in = 1, out{2}; };
  Var loc, scale{};
  std::vector<Layer> layers = {};
  static constexpr int count = 3;
  std::function<Var(Var)> f;
  using Value = Var;
  explicit Forward2(Var l) : loc(l), scale{l} {}
  Forward2(const Forward2&) = delete;
  ~Forward2();
  static Forward2 from(Var loc) { return Forward2(loc); }
  Var operator()(Var x) const;
  Var operator()(Var x, Var h) { return (*this)(x); }
 private:
  Var hidden(Var x);
  struct Secret { Var x; Var leak(Var x); };
  Var secret;
 public:
  virtual Var seen(Var x) const noexcept = 0;
};
class Closed {
  Var hidden(Var x);
  friend Var seen(Var x);
};
inline Var Forward2::seen(Var x) const { return x; }
)");
  EXPECT_EQ(names(header.functions),
            (Names{"Forward2::from/1", "Forward2::operator()/1", "Forward2::operator()/2", "Forward2::seen/1",
                   "Forward2::seen/1"}));
  ASSERT_EQ(header.aggregates.size(), 3u);
  EXPECT_EQ(header.aggregates[0].name, "Forward2");
  EXPECT_EQ(header.aggregates[0].members, (Names{"Var loc , scale", "std :: vector < Layer > layers",
                                                 "std :: function < Var ( Var ) > f"}));
  EXPECT_EQ(header.aggregates[1].name, "Forward2::Sizes");
  EXPECT_TRUE(header.functions[0].is_static);
}

TEST(ReadHeader, RefusesWhatDoesNotClose) {
  EXPECT_THROW(read_header("namespace doxa { Var f(Var x);"), std::invalid_argument);
  EXPECT_THROW(read_header("Var f(Var x;"), std::invalid_argument);
  EXPECT_THROW(read_header("Var f(Var x); }"), std::invalid_argument);
}

TEST(Differentiable, IsWhatLeadsFromVarsOrParametersToVars) {
  const Header header = read_header(R"(
struct Normal { Var loc; };
struct Linear { Parameter weight; Var operator()(Var x); };
struct Vae { std::vector<Linear> layers; };
struct Elbo { Normal q; Var value() const; static Var nothing(); };
Var exp(Var x);
auto checkpoint(F f, std::span<const Var> x);
Elbo elbo(Vae& vae, const Tensor& x);
Normal posterior(const Vae& vae);
double evidence(const Vae& vae, Var x);
Var one_hot(Tape& tape, Index depth);
Variable other(Variable x);
)");
  EXPECT_EQ(names(differentiable({header})), (Names{"Linear::operator()/1", "Elbo::value/0", "exp/1",
                                                    "checkpoint/2", "elbo/2", "posterior/1"}));
  EXPECT_EQ(holders({header}, "Var"), (Names{"Var", "Normal", "Elbo"}));
  EXPECT_EQ(holders({header}, "Parameter"), (Names{"Parameter", "Linear", "Vae"}));
}

}  // namespace
}  // namespace doxa
