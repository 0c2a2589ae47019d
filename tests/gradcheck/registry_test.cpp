// The registry is complete: whatever the public headers declare that has a derivative has a case, and so has
// whatever the sources record on a tape. A new op, density, layer or objective without a case fails here.
//
// The headers are read line by line, as clang-format lays them out: what is declared in a namespace begins at
// the first column, what is declared in a class at the third. Not seen are functions that a macro declares,
// members of a class within a class, and that an overload of a function has no case where another one has.

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <set>
#include <sstream>
#include <utility>

#include "cases.h"
#include "tests/support/cursor.h"

namespace doxa {
namespace {

namespace fs = std::filesystem;
using Names = std::set<std::string, std::less<>>;

std::string contents(const fs::path& path) {
  std::ifstream in(path);
  std::stringstream text;
  text << in.rdbuf();
  EXPECT_TRUE(in.good()) << path;
  return text.str();
}

std::vector<fs::path> files(const std::string& folder, const std::string& extension) {
  std::vector<fs::path> all;
  for (const auto& entry : fs::directory_iterator(fs::path(DOXA_SOURCE_DIR) / folder))
    if (entry.path().extension() == extension) all.push_back(entry.path());
  std::ranges::sort(all);
  return all;
}

// ---- what headers declare

struct Function {
  std::string scope, result, name, parameters;
};

struct Declarations {
  std::vector<Function> functions;
  std::map<std::string, std::string> members;  // of each class, the declarations of its public data
};

// The words of a piece of code, in order.
std::vector<std::string_view> words(std::string_view code) {
  std::vector<std::string_view> all;
  for (Cursor c{code}; c.at < code.size();) {
    if (const auto word = c.take_while(is_word); !word.empty()) all.push_back(word);
    c.take_while([](char x) { return !is_word(x); });
  }
  return all;
}

bool mentions(std::string_view code, const Names& names) {
  return std::ranges::any_of(words(code), [&](std::string_view word) { return names.contains(word); });
}

// A declaration up to its semicolon or its body.
void add_declaration(std::string code, const std::string& scope, Declarations& to) {
  for (const char* word :
       {"using ", "template", "requires ", "concept ", "namespace ", "enum ", "friend ", "}"})
    if (code.starts_with(word)) return;
  for (const std::string word : {"[[nodiscard]] ", "static ", "inline ", "constexpr ", "virtual "})
    if (code.starts_with(word)) code.erase(0, word.size());
  std::size_t open = code.find('(');
  if (open != code.npos && code.substr(0, open).ends_with("operator")) open = code.find('(', open + 1);
  if (open == code.npos) {
    to.members[scope] += code;
    return;
  }
  const std::size_t blank = code.rfind(' ', open);
  if (blank == code.npos || blank > open) return;  // a constructor
  std::string name = code.substr(blank + 1, open - blank - 1), type = scope;
  if (const std::size_t colons = name.find("::"); colons != name.npos) {
    type = name.substr(0, colons);
    name.erase(0, colons + 2);
  }
  to.functions.push_back({type, code.substr(0, blank), name, code.substr(open)});
}

Declarations declarations(const std::string& header) {
  Declarations all;
  std::string scope, code;
  bool hidden = false, open = false;
  std::istringstream lines(header);
  for (std::string line; std::getline(lines, line);) {
    line.erase(std::min(line.find("//"), line.size()));
    const std::size_t indent = std::min(line.find_first_not_of(' '), line.size());
    if (indent == line.size() || line[0] == '#') continue;
    if (indent == 0 && (line.starts_with("struct ") || line.starts_with("class ")) &&
        line.find('{') != line.npos) {
      scope = words(line)[1];
      hidden = line.starts_with("class ");
      all.members[scope];
      open = false;
      if (line.find('}') != line.npos) all.members[std::exchange(scope, "")] = line;
    } else if (line.starts_with("};")) {
      scope.clear();
      hidden = open = false;
    } else if (indent == 1) {
      hidden = line != " public:";
    } else if (!hidden) {
      if (indent == (scope.empty() ? 0 : 2)) code.clear(), open = true;
      if (!open) continue;
      code += line.substr(indent == 0 || !code.empty() ? indent : 2) + ' ';
      if (code.find_first_of(";{") == code.npos && !code.starts_with("template")) continue;
      add_declaration(code, scope, all);
      open = false;
    }
  }
  return all;
}

// Those classes that hold one of `names`, directly or inside one another, and these names themselves.
Names holders(const Declarations& all, Names names) {
  for (std::size_t before = 0; before != names.size();) {
    before = names.size();
    for (const auto& [type, members] : all.members)
      if (mentions(members, names)) names.insert(type);
  }
  return names;
}

// ---- and which cases they need

constexpr const char* rooms[] = {"autograd",      "distributions", "models/nn", "models/beliefs",
                                 "models/kalman", "models/pomdp",  "models/vae"};

// What a case's name must begin with: "op/exp", "distribution/Normal/log_prob", "layer/Linear", "model/Vae/elbo";
// "*" stands for any type.
class Requirements {
 public:
  void read(const std::string& room, const std::string& header) {
    for (auto& [type, members] : declarations(header).members) all_.members[type] += members;
    for (Function& f : declarations(header).functions) functions_[room].push_back(std::move(f));
  }

  Names names() const {
    const Names vars = holders(all_, {"Var"}), models = holders(all_, {"Parameter"});
    Names required;
    for (const auto& [room, functions] : functions_) {
      const bool of_ops = room == "autograd", of_densities = room == "distributions";
      const std::string kind = of_ops                ? "op/"
                               : of_densities        ? "distribution/"
                               : room == "models/nn" ? "layer/"
                                                     : "model/";
      for (const Function& f : functions) {
        if (!mentions(f.result, vars) && !mentions(f.result, {"auto"})) continue;
        const bool depends = vars.contains(f.scope) || models.contains(f.scope) ||
                             mentions(f.parameters, vars) || mentions(f.parameters, models);
        if (!depends || f.scope == "Tape" || f.scope == "Parameter" || f.name == "record" ||
            f.name == "operator<<")
          continue;
        static const Names without_gradient = {"sample",   "noise",  "support",
                                               "detached", "choose", "nearest_corner"};
        if (of_densities && without_gradient.contains(f.name)) continue;
        std::string type = f.scope;
        for (const std::string_view word : words(f.parameters))
          if (type.empty() && word != "Var" && (of_densities ? vars : models).contains(word)) type = word;
        if (of_ops)
          required.insert(kind + (f.scope.empty() ? "" : f.scope + "::") + name_of_op(f, functions));
        else if (f.name == "operator()")
          required.insert(kind + type);
        else
          required.insert(kind + (type.empty() ? "*" : type) + "/" + f.name);
      }
    }
    return required;
  }

 private:
  // With a number in place of a Var, where both are possible, it is another op.
  static std::string name_of_op(const Function& f, const std::vector<Function>& all) {
    static const std::map<std::string, std::string> operators = {
        {"operator+", "add"}, {"operator-", "subtract"}, {"operator*", "multiply"}, {"operator/", "divide"}};
    const auto symbol = operators.find(f.name);
    const bool one_operand = f.parameters.find(',') == std::string::npos;
    if (f.name == "operator-" && one_operand) return "negate";
    const std::string name = symbol == operators.end() ? f.name : symbol->second;
    const auto takes_number = [](const Function& g) { return mentions(g.parameters, {"Real"}); };
    const bool also_of_two = std::ranges::any_of(all, [&](const Function& g) {
      return g.name == f.name && !takes_number(g) && g.parameters.find(',') != std::string::npos;
    });
    return takes_number(f) && also_of_two ? name + " constant" : name;
  }

  Declarations all_;
  std::map<std::string, std::vector<Function>> functions_;
};

bool covers(std::string_view name, std::string_view required) {
  const std::size_t star = required.find('*');
  if (star != required.npos) {  // the type may be missing, too: "distribution/log_of_probs"
    if (!name.starts_with(required.substr(0, star))) return false;
    name.remove_prefix(star);
    required.remove_prefix(star + 2);
    if (covers(name, required)) return true;
    name.remove_prefix(std::min(name.find('/'), name.size() - 1) + 1);
  }
  return name.starts_with(required) && (name.size() == required.size() || !is_word(name[required.size()]));
}

const std::vector<GradientCase>& all_cases() {
  static const std::vector<GradientCase> cases = gradient_cases();
  return cases;
}

Names without_case(const Names& required) {
  Names missing;
  for (const std::string& key : required)
    if (std::ranges::none_of(all_cases(), [&](const GradientCase& c) { return covers(c.name, key); }))
      missing.insert(key);
  return missing;
}

Requirements requirements_of_headers() {
  Requirements all;
  for (const char* room : rooms)
    for (const fs::path& header : files(room, ".h")) all.read(room, contents(header));
  return all;
}

TEST(Registry, HasACaseForWhateverAHeaderDeclares) {
  const Names required = requirements_of_headers().names();
  for (const std::string& key : without_case(required)) ADD_FAILURE() << "no case is called " << key << "/…";
  EXPECT_GE(required.size(), 160u);
  for (const char* known : {"op/add",
                            "op/add constant",
                            "op/negate",
                            "op/exp",
                            "op/where",
                            "op/logsumexp",
                            "op/matmul",
                            "op/affine",
                            "op/split",
                            "op/checkpoint",
                            "op/straight_through",
                            "distribution/Normal/log_prob",
                            "distribution/Normal/from_log_scale",
                            "distribution/Mixture/mean",
                            "distribution/Categorical/kl_divergence",
                            "distribution/Categorical/log_probs",
                            "layer/Linear",
                            "layer/Mlp",
                            "layer/GruCell",
                            "model/Vae/elbo",
                            "model/*/importance_weighted_bound",
                            "model/FilteringPosterior/filtering_bound"})
    EXPECT_TRUE(required.contains(known)) << known;
}

TEST(Registry, NoticesWhatHasNoCase) {
  Requirements all = requirements_of_headers();
  const Names before = all.names();
  all.read("autograd",
           "Var erfc(Var x);\nVar ex(Var x);  ///< Var commented(Var x);\nVar one_hot(Tape& tape, Index "
           "depth);\n");
  all.read("distributions", R"(
struct Cauchy {
  Var loc, scale;
  explicit Cauchy(Var l);
  static Cauchy centred(Var scale) { return Cauchy(scale); }
  Var noise(Philox& random) const;

 private:
  Var hidden(Var x);
};

template <class D>
Var surprise(const D& q,
             Var x);
Var log_prob(const Cauchy& q, Var x);
)");
  all.read("models/nn", "class Attention {\n public:\n  Parameter query;\n  Var operator()(Var x);\n};\n");
  all.read("models/vae", R"(
struct Flow {
  Attention layers;
};
struct Terms { Var value; };
Terms flow_bound(Flow& model, const Tensor& x);
double evidence(Flow& model, Var x);
)");
  Names added;
  std::ranges::set_difference(all.names(), before, std::inserter(added, added.end()));
  EXPECT_EQ(added,
            (Names{"distribution/*/surprise", "distribution/Cauchy/centred", "distribution/Cauchy/log_prob",
                   "layer/Attention", "model/Flow/flow_bound", "op/erfc", "op/ex"}));
  EXPECT_EQ(without_case(added), added);
}

// ---- what sources record

// The names of records: texts of small letters right after an opening bracket or a return, in sources that record.
Names names_in_sources() {
  Names all;
  const auto add = [&](Cursor c) {
    c.take_while([](char x) { return x == ' ' || x == '\n'; });
    if (!c.take("\"")) return;
    const std::string_view name = c.take_while([](char x) { return is_word(x) && !(x >= 'A' && x <= 'Z'); });
    if (!name.empty() && !is_digit(name[0]) && c.take("\"")) all.emplace(name);
  };
  for (const char* room : rooms)
    for (const fs::path& path : files(room, ".cpp")) {
      const std::string text = contents(path);
      const bool of_ops = !std::string_view(room).starts_with("models") && path.stem() != "gradcheck";
      for (const char* before : {"record(", "view("}) for_each_after(text, before, add);
      if (!of_ops || text.find("record(") == text.npos) continue;
      for_each_after(text, "(", [&](Cursor c) {
        if (c.at > 1 && (is_word(text[c.at - 2]) || text[c.at - 2] == '>')) add(c);
      });
      for_each_after(text, "return ", add);
    }
  return all;
}

TEST(Registry, RecordsEveryOpOfTheSources) {
  Names recorded;
  for (const GradientCase& c : all_cases())
    for (const std::string& name : c.records(1)) recorded.insert(name);
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
    for (const GradientCase& c : all_cases()) {
      const GradientReport report = c.check(options);
      EXPECT_EQ(report.verdict(), c.expected) << c.name << ", seed " << seed << "\n" << report.str();
    }
  }
}

}  // namespace
}  // namespace doxa
