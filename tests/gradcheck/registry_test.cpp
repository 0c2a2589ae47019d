// The registry is complete: whatever the public headers declare that has a derivative has a case, and so has
// whatever the sources record on a tape. A new op without a case fails here.

#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <sstream>

#include "cases.h"

namespace doxa {
namespace {

using Names = std::set<std::string>;
const std::filesystem::path source = DOXA_SOURCE_DIR;
const std::vector<std::string> rooms = {"autograd",  "distributions",   "models/beliefs", "models/kalman",
                                        "models/nn", "models/numerics", "models/pomdp",   "models/vae"};

bool in_word(char c) { return std::isalnum(static_cast<unsigned char>(c)) || c == '_'; }

// The words of a text: "const Normal& q" has const, Normal and q; "Rssm::Kind" is one, and no Rssm.
std::vector<std::string> words(std::string_view text) {
  std::vector<std::string> all;
  for (std::size_t i = 0; i < text.size();) {
    std::size_t end = i;
    while (end < text.size() && (in_word(text[end]) || text[end] == ':')) ++end;
    if (end > i) all.emplace_back(text.substr(i, end - i));
    i = std::max(end, i + 1);
  }
  return all;
}

bool mentions(std::string_view text, const Names& names) {
  return std::ranges::any_of(words(text), [&](const std::string& word) { return names.contains(word); });
}

std::vector<std::string> lines_of(const std::filesystem::path& path) {
  std::ifstream in(path);
  EXPECT_TRUE(in.good()) << path;
  std::vector<std::string> all;
  for (std::string line; std::getline(in, line);) all.push_back(line.substr(0, line.find("//")));
  return all;
}

std::vector<std::filesystem::path> files(const std::string& room, const std::string& extension) {
  std::vector<std::filesystem::path> all;
  for (const auto& entry : std::filesystem::directory_iterator(source / room))
    if (entry.path().extension() == extension) all.push_back(entry.path());
  std::ranges::sort(all);
  return all;
}

/// A declaration at the outermost level of a header or of one of its classes, "Var loc_" or
/// "static Normal from_log_scale(Var loc, Var log_scale)".
struct Declaration {
  std::string scope;  ///< the class; empty: none
  bool is_public;
  std::string before, name, parameters;  ///< of a function; of data all is in `before`
};

// By the layout that the formatter gives to headers: a class begins in a line "struct X … {" and ends with
// "};", its members are indented by two, and what is indented further belongs to the line above.
std::vector<Declaration> declarations(const std::filesystem::path& header) {
  std::vector<Declaration> all;
  std::string scope;
  bool is_public = true;
  for (const std::string& line : lines_of(header)) {
    const std::size_t indent = std::min(line.find_first_not_of(' '), line.size());
    const std::vector<std::string> w = words(line);
    if (line == "};") {
      scope.clear();
      is_public = true;
    } else if (w.size() > 1 && indent == 0 && (w[0] == "struct" || w[0] == "class") && line.ends_with('{')) {
      scope = w[1];
      is_public = w[0] == "struct";
    } else if (line == " public:" || line == " private:") {
      is_public = line == " public:";
    } else if (indent == (scope.empty() ? 0u : 2u) && !w.empty() && w[0] != "template") {
      const std::size_t open = std::min(
          line.find('(', line.find("operator()") == std::string::npos ? 0 : line.find("operator()") + 10),
          line.size());
      std::size_t begin = line.find("operator");
      if (begin > open) {
        begin = open;
        while (begin > 0 && in_word(line[begin - 1])) --begin;
      }
      all.push_back({scope, is_public, line.substr(indent, begin - indent), line.substr(begin, open - begin),
                     line.substr(open)});
    } else if (indent > 2 && !all.empty()) {
      all.back().parameters += line.substr(indent - 1);
    }
  }
  return all;
}

// Classes with a member that is, or holds, one of the names; and these names.
Names holders(Names names) {
  for (std::size_t before = 0; before != names.size();) {
    before = names.size();
    for (const std::string& room : rooms)
      for (const auto& header : files(room, ".h"))
        for (const Declaration& d : declarations(header))
          if (!d.scope.empty() && d.name.empty() && mentions(d.before, names)) names.insert(d.scope);
  }
  return names;
}

/// The public functions of a room that return a Var, or something that holds Vars, and depend on a Var or a
/// Parameter.
std::vector<Declaration> differentiable(const std::string& room) {
  static const Names without_gradient = {"weighting", "sample", "noise",          "support",
                                         "detached",  "choose", "nearest_corner", "at_draws"};
  static const Names values = [] {
    Names all = holders({"Var"});
    all.erase("Tape");  // holds all, and is no value
    all.insert("auto");
    return all;
  }();
  static const Names inputs = [] {
    Names all = holders({"Parameter"});
    all.insert(values.begin(), values.end());
    all.erase("auto");
    all.insert("D");  // any distribution, as in template <Distribution D>
    return all;
  }();
  std::vector<Declaration> all;
  for (const auto& header : files(room, ".h"))
    for (const Declaration& d : declarations(header))
      if (d.is_public && d.parameters.starts_with('(') && mentions(d.before, values) &&
          !without_gradient.contains(d.name) && d.before.find('&') == std::string::npos &&
          (mentions(d.parameters, inputs) || inputs.contains(d.scope)))
        all.push_back(d);
  return all;
}

std::string op_name(const std::string& function, bool unary) {
  static const std::map<std::string, std::string> operators = {
      {"operator+", "add"}, {"operator-", "subtract"}, {"operator*", "multiply"}, {"operator/", "divide"}};
  if (unary && function == "operator-") return "negate";
  const auto symbol = operators.find(function);
  return symbol == operators.end() ? function : symbol->second;
}

Names required_ops(const std::vector<Declaration>& functions) {
  Names all, of_two;  // those that take two Vars, in one of their overloads
  const auto is_pair = [](const Declaration& f, const char* a, const char* b) {
    return f.parameters.starts_with("(" + std::string(a) + " ") &&
           f.parameters.find(", " + std::string(b) + " ") != std::string::npos;
  };
  for (const Declaration& f : functions)
    if (is_pair(f, "Var", "Var")) of_two.insert(f.name);
  for (const Declaration& f : functions) {
    if (f.name == "record" || f.scope == "Tape") continue;  // by which all ops are recorded
    const bool unary = f.parameters.find(',') == std::string::npos;
    const bool constant = of_two.contains(f.name) && (is_pair(f, "Var", "Real") || is_pair(f, "Real", "Var"));
    all.insert("op/" + (f.scope.empty() ? "" : f.scope + "::") + op_name(f.name, unary) +
               (constant ? " constant" : ""));
  }
  return all;
}

// "kind/Normal/log_prob": the type is the class of a member, or the first class among the parameters, else
// "*".
Names required(const std::string& kind, const std::vector<Declaration>& functions, const Names& types) {
  Names all;
  for (const Declaration& f : functions) {
    std::vector<std::string> of{f.scope};
    if (f.scope.empty()) {
      of = words(f.parameters);
      std::erase_if(of, [&](const std::string& word) { return !types.contains(word); });
    }
    const std::string type = of.empty() ? "*/" : of[0] + '/';
    all.insert(kind + '/' + (of.empty() && kind == "distribution" ? "" : type) + f.name);
  }
  return all;
}

/// Those of the required cases that none of the names begins with. "*" stands for any type.
Names missing(const Names& all_required, const Names& cases) {
  const auto parts = [](const std::string& name) {
    std::vector<std::string> all;
    std::istringstream in(name);
    for (std::string part; std::getline(in, part, '/');) all.push_back(part);
    return all;
  };
  Names all;
  for (const std::string& key : all_required) {
    const std::vector<std::string> wanted = parts(key);
    const auto covers = [&](const std::string& name) {
      const std::vector<std::string> found = parts(name);
      for (std::size_t i = 0; i < wanted.size(); ++i) {
        if (i >= found.size()) return false;
        const bool same = found[i].starts_with(wanted[i]) &&
                          (found[i].size() == wanted[i].size() || !in_word(found[i][wanted[i].size()]));
        if (wanted[i] != "*" && !same) return false;
      }
      return true;
    };
    if (std::ranges::none_of(cases, covers)) all.insert(key);
  }
  return all;
}

const Names& case_names() {
  static const Names names = [] {
    Names all;
    for (const GradientCase& c : gradient_cases()) all.insert(c.name);
    return all;
  }();
  return names;
}

// All of the required have a case. There are `least` at least and the `known` ones: the headers were
// understood.
void expect_cases(const Names& required, std::size_t least, const Names& known) {
  for (const std::string& name : missing(required, case_names()))
    ADD_FAILURE() << "no case is called " << name << "/…";
  EXPECT_GE(required.size(), least);
  for (const std::string& name : known) EXPECT_TRUE(required.contains(name)) << name;
}

TEST(Registry, HasACaseForEveryOp) {
  expect_cases(required_ops(differentiable("autograd")), 61,
               {"op/add", "op/add constant", "op/negate", "op/exp", "op/where", "op/logsumexp", "op/matmul",
                "op/affine", "op/split", "op/checkpoint", "op/straight_through"});
}

TEST(Registry, HasACaseForEveryFunctionOfADistribution) {
  std::vector<Declaration> functions = differentiable("distributions");
  std::erase_if(functions, [](const Declaration& f) { return f.name == "operator()"; });  // of the estimators
  Names types;
  for (const Declaration& f : functions)
    if (!f.scope.empty()) types.insert(f.scope);
  Names all = required("distribution", functions, types);
  all.erase("distribution/rsample");  // a template, over all that have a path from noise
  for (const Declaration& f : functions)
    if (f.name == "from_noise") all.insert("distribution/" + f.scope + "/rsample");
  expect_cases(all, 68,
               {"distribution/Normal/log_prob", "distribution/Normal/from_log_scale",
                "distribution/DiagonalNormal/rsample", "distribution/Categorical/kl_divergence",
                "distribution/Categorical/log_probs"});
}

TEST(Registry, HasACaseForEveryLayer) {
  Names all;
  for (const Declaration& f : differentiable("models/nn"))
    if (f.scope != "Parameter")  // a leaf of the tape, as in every other case
      all.insert("layer/" + f.scope + (f.name == "operator()" ? "" : '/' + f.name));
  expect_cases(all, 3, {"layer/Linear", "layer/Mlp", "layer/GruCell", "layer/LstmCell"});
}

TEST(Registry, HasACaseForEveryFunctionOfAModel) {
  const Names types = holders({"Parameter"});
  Names all;
  for (const char* room : {"models/vae", "models/beliefs", "models/kalman", "models/pomdp"})
    all.merge(required("model", differentiable(room), types));
  expect_cases(all, 30,
               {"model/Vae/elbo", "model/*/importance_weighted_bound", "model/PomdpParameters/on",
                "model/FilteringPosterior/filtering_bound"});
}

TEST(Registry, NoticesWhatHasNoCase) {
  const auto unary = [](const char* name) { return Declaration{"", true, "Var ", name, "(Var x);"}; };
  EXPECT_EQ(missing(required_ops({unary("erfc"), unary("exp"), unary("ex")}), case_names()),
            (Names{"op/erfc", "op/ex"}));
  EXPECT_EQ(missing({"model/*/elbo", "model/*/iwae", "model/Vae/elb"}, case_names()),
            (Names{"model/*/iwae", "model/Vae/elb"}));
}

// Names of ops in the sources: text that stands first in a call, as in record("add", …), or is returned as a
// name.
Names names_in_sources() {
  Names all;
  for (const std::string& room : rooms)
    for (const auto& path : files(room, ".cpp")) {
      const std::vector<std::string> lines = lines_of(path);
      const bool of_ops =
          path.stem() != "gradcheck" && std::ranges::any_of(lines, [](const std::string& line) {
            return line.find("record(") != std::string::npos;
          });
      std::string last;  // the line above ends in "record(" where the formatter breaks after it
      for (const std::string& line : lines) {
        for (std::size_t begin = line.find('"'), end; begin != std::string::npos;
             begin = line.find('"', end + 1)) {
          end = line.find('"', begin + 1);
          if (end == std::string::npos) break;  // a quotation mark by itself
          std::string before = last + line.substr(0, begin);
          before.resize(before.find_last_not_of(' ') + 1);
          const std::string name = line.substr(begin + 1, end - begin - 1);
          if (name.empty() || !std::islower(static_cast<unsigned char>(name[0])) ||
              !std::ranges::all_of(name, in_word))
            continue;
          const bool first = before.ends_with("record(") || before.ends_with("view(");
          const bool passed_on = before.ends_with('(') && before.size() > 1 &&
                                 (in_word(before.end()[-2]) || before.end()[-2] == '>');
          const std::vector<std::string> callers = words(before);
          const bool in_messages = std::ranges::any_of(callers, [](const std::string& word) {
            return word == "OpName" || word == "shape_with_values" || word == "check_values";
          });
          if (in_messages) continue;
          if (first || (of_ops && room[0] != 'm' && (passed_on || before.ends_with("return"))))
            all.insert(name);
        }
        last = line;
      }
    }
  return all;
}

TEST(Registry, RecordsEveryOpOfTheSources) {
  Names recorded;
  for (const GradientCase& c : gradient_cases())
    for (const RecordedOp& record : doxa::recorded(c, 1)) recorded.insert(record.name);
  const Names named = names_in_sources();
  for (const std::string& name : named)
    EXPECT_TRUE(recorded.contains(name)) << "no case records '" << name << "'";
  EXPECT_GE(named.size(), 55u);
  for (const char* known : {"add", "affine_tanh", "gru", "normal_kl", "checkpoint", "slice"})
    EXPECT_TRUE(named.contains(known)) << known;
}

// A seed is no tolerance: nothing depends on the numbers that the first one happens to draw.
TEST(Registry, HoldsForOtherSeeds) {
  for (const std::uint64_t seed : {std::uint64_t{2}, ~std::uint64_t{0}}) {
    GradientCheckOptions options;
    options.seed = seed;
    for (const GradientCase& c : gradient_cases()) {
      const GradientReport report = c.check(options);
      // Rounding in single precision may hide what it hides of one case and not of another.
      if (report.verdict() == Verdict::inconclusive && sizeof(Real) < sizeof(double)) continue;
      EXPECT_EQ(report.verdict(), c.expected) << c.name << ", seed " << seed << "\n" << report.str();
    }
  }
}

}  // namespace
}  // namespace doxa
