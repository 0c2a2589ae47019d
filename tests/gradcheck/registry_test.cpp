// The registry is complete: whatever the public headers declare that has a derivative has a case, and so has
// whatever the sources record on a tape. A new op without a case fails here.

#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <fstream>
#include <map>
#include <regex>
#include <set>
#include <sstream>

#include "cases.h"
#include "declarations.h"

namespace doxa {
namespace {

using Names = std::set<std::string>;
const std::filesystem::path source = DOXA_SOURCE_DIR;

std::string contents(const std::filesystem::path& path) {
  std::ifstream in(path);
  std::stringstream text;
  text << in.rdbuf();
  EXPECT_TRUE(in.good()) << path;
  return text.str();
}

std::vector<std::filesystem::path> files(const std::string& folder, const std::string& extension) {
  std::vector<std::filesystem::path> all;
  for (const auto& entry : std::filesystem::directory_iterator(source / folder))
    if (entry.path().extension() == extension) all.push_back(entry.path());
  std::ranges::sort(all);
  return all;
}

std::vector<Header> headers(std::initializer_list<const char*> folders) {
  std::vector<Header> all;
  for (const char* folder : folders)
    for (const auto& path : files(folder, ".h")) all.push_back(read_header(contents(path)));
  return all;
}

std::string signature(const Declaration& f) {
  std::string text = f.result + ' ' + f.scope + "::" + f.name;
  for (const std::string& parameter : f.parameters) text += ", " + parameter;
  return text;
}

/// The differentiable functions of a folder; the others say what their arguments are.
std::vector<Declaration> functions_of(const char* folder) {
  std::vector<Header> all =
      headers({"autograd", "distributions", "models/beliefs", "models/files", "models/kalman", "models/nn",
               "models/numerics", "models/pomdp", "models/vae"});
  Names here;
  for (const Header& header : headers({folder}))
    for (const Declaration& f : header.functions) here.insert(signature(f));
  std::vector<Declaration> found;
  for (Declaration& f : differentiable(all))
    if (here.contains(signature(f))) found.push_back(std::move(f));
  return found;
}

/// Those of the required cases that none of the names begins with. "*" in place of a type stands for any.
Names missing(const Names& required, const Names& cases) {
  Names all;
  for (const std::string& key : required) {
    const std::size_t star = key.find('*');
    const auto covers = [&](std::string name) {
      if (star != std::string::npos)
        name.replace(star, std::min(name.find('/', star), name.size()) - std::min(star, name.size()), "*");
      const char next = name.size() > key.size() ? name[key.size()] : '/';
      return name.starts_with(key) && !std::isalnum(static_cast<unsigned char>(next)) && next != '_';
    };
    if (std::ranges::none_of(cases, [&](const std::string& name) {
          return name.size() >= (star == std::string::npos ? key.size() : star) && covers(name);
        }))
      all.insert(key);
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

Names required_ops(const std::vector<Declaration>& functions) {
  static const std::map<std::string, std::string> operators = {
      {"operator+", "add"}, {"operator-", "subtract"}, {"operator*", "multiply"}, {"operator/", "divide"}};
  const auto is_constant = [](const std::string& parameter) { return parameter.starts_with("Real "); };
  Names of_two;  // ops that take two Vars, in one of their overloads
  for (const Declaration& f : functions)
    if (f.parameters.size() == 2 && std::ranges::none_of(f.parameters, is_constant)) of_two.insert(f.name);
  Names all;
  for (const Declaration& f : functions) {
    if (f.name == "record" || f.scope == "Tape") continue;  // by which all ops are recorded
    const auto symbol = operators.find(f.name);
    std::string name = symbol == operators.end() ? f.name : symbol->second;
    if (f.name == "operator-" && f.parameters.size() == 1) name = "negate";
    if (of_two.contains(f.name) && std::ranges::any_of(f.parameters, is_constant)) name += " constant";
    all.insert("op/" + (f.scope.empty() ? "" : f.scope + "::") + name);
  }
  return all;
}

Names required_of_distributions(const std::vector<Declaration>& functions) {
  Names types, reparametrised;
  for (const Declaration& f : functions) {
    if (!f.scope.empty()) types.insert(f.scope);
    if (f.name == "from_noise") reparametrised.insert(f.scope);
  }
  for (const Declaration& f : functions)
    if (f.name == "log_prob") {
      std::istringstream first(f.parameters.at(0));  // "const Normal & q"
      std::string type;
      first >> type >> type;
      types.insert(type);
    }
  Names all;
  for (const Declaration& f : functions) {
    static const Names without_gradient = {"sample",   "noise",  "support",
                                           "detached", "choose", "nearest_corner"};
    if (without_gradient.contains(f.name)) continue;
    if (!f.scope.empty()) {
      all.insert("distribution/" + f.scope + "/" + f.name);
      continue;
    }
    bool found = false;
    for (const std::string& type : types)
      if (mentions(f.parameters.at(0), type))
        found = all.insert("distribution/" + type + "/" + f.name).first != all.end();
    if (found) continue;
    if (f.is_template)  // over the distributions that have a path from noise
      for (const std::string& type : reparametrised) all.insert("distribution/" + type + "/" + f.name);
    else
      all.insert("distribution/" + f.name);
  }
  return all;
}

Names required_layers(const std::vector<Declaration>& functions) {
  Names all;
  for (const Declaration& f : functions)
    if (f.scope != "Parameter")  // a leaf of the tape, as in every other case
      all.insert(f.name == "operator()" ? "layer/" + f.scope : "layer/" + f.scope + "/" + f.name);
  return all;
}

Names required_of_models(const std::vector<Declaration>& functions) {
  const std::vector<std::string> models =
      holders(headers({"models/nn", "models/vae", "models/beliefs"}), "Parameter");
  Names all;
  for (const Declaration& f : functions) {
    std::string type = f.scope.empty() ? "*" : f.scope;
    for (const std::string& model : models)
      if (f.scope.empty() && std::ranges::any_of(f.parameters, [&](const std::string& parameter) {
            return mentions(parameter, model);
          }))
        type = model;
    all.insert("model/" + type + "/" + f.name);
  }
  return all;
}

std::string lines(const Names& names) {
  std::string text;
  for (const std::string& name : names) text += "\n  " + name + "/…";
  return text;
}

TEST(Registry, HasACaseForEveryOp) {
  const Names required = required_ops(functions_of("autograd")), none = missing(required, case_names());
  EXPECT_TRUE(none.empty()) << "no case is called" << lines(none);
  EXPECT_GE(required.size(), 61u);
  for (const char* known : {"op/add", "op/add constant", "op/negate", "op/exp", "op/where", "op/logsumexp",
                            "op/matmul", "op/affine", "op/split", "op/checkpoint", "op/straight_through"})
    EXPECT_TRUE(required.contains(known)) << known;
}

// Counted in another way: by lines that begin with such a result.
TEST(Registry, ReadsEveryDeclarationOfTheOps) {
  const std::string text = contents(source / "autograd/ops.h");
  const std::regex begin("(^|\n)(inline )?(Var|std::(vector|array)<Var[^>]*>)\\s+\\w+[^;{]*\\(");
  const auto count = std::distance(std::sregex_iterator(text.begin(), text.end(), begin), {});
  const Header header = read_header(text);
  EXPECT_EQ(
      std::ranges::count_if(header.functions, [](const Declaration& f) { return mentions(f.result, "Var"); }),
      count);
  EXPECT_GE(count, 80);
}

TEST(Registry, HasACaseForEveryFunctionOfADistribution) {
  const Names required = required_of_distributions(functions_of("distributions"));
  const Names none = missing(required, case_names());
  EXPECT_TRUE(none.empty()) << "no case is called" << lines(none);
  EXPECT_GE(required.size(), 16u);
  for (const char* known : {"Normal/log_prob", "Normal/from_log_scale", "DiagonalNormal/rsample",
                            "Categorical/kl_divergence", "Categorical/log_probs"})
    EXPECT_TRUE(required.contains(std::string("distribution/") + known)) << known;
}

TEST(Registry, HasACaseForEveryLayer) {
  const Names required = required_layers(functions_of("models/nn")), none = missing(required, case_names());
  EXPECT_TRUE(none.empty()) << "no case is called" << lines(none);
  for (const char* known : {"layer/Linear", "layer/Mlp", "layer/GruCell"})
    EXPECT_TRUE(required.contains(known)) << known;
}

TEST(Registry, HasACaseForEveryFunctionOfAModel) {
  Names required;
  for (const char* folder : {"models/vae", "models/beliefs", "models/kalman", "models/pomdp"})
    required.merge(required_of_models(functions_of(folder)));
  const Names none = missing(required, case_names());
  EXPECT_TRUE(none.empty()) << "no case is called" << lines(none);
  EXPECT_GE(required.size(), 13u);
  for (const char* known :
       {"model/Vae/elbo", "model/*/importance_weighted_bound", "model/FilteringPosterior/filtering_bound"})
    EXPECT_TRUE(required.contains(known)) << known;
}

TEST(Registry, NoticesWhatHasNoCase) {
  const auto functions = differentiable({read_header("Var erfc(Var x); Var exp(Var x); Var ex(Var x);")});
  EXPECT_EQ(missing(required_ops(functions), case_names()), (Names{"op/erfc", "op/ex"}));
  EXPECT_EQ(missing({"model/*/elbo", "model/*/iwae", "model/Vae/elb"}, case_names()),
            (Names{"model/*/iwae", "model/Vae/elb"}));
}

// Names of ops in the sources: what stands first in a call of record, of view or of the functions of
// autograd/ and distributions/ that lead there, and what is returned as one.
Names names_in_sources() {
  const std::regex recorded("(record|view)\\s*\\(\\s*\"([a-z]\\w*)\"");
  const std::regex passed_on("([\\w>])\\s*\\(\\s*\"([a-z]\\w*)\""), returned("(return) \"([a-z]\\w*)\";");
  Names all;
  const auto add = [&](const std::string& text, const std::regex& pattern) {
    for (std::sregex_iterator i(text.begin(), text.end(), pattern), end; i != end; ++i) all.insert((*i)[2]);
  };
  for (const char* folder : {"autograd", "distributions", "models/beliefs", "models/kalman", "models/nn",
                             "models/pomdp", "models/vae"})
    for (const auto& path : files(folder, ".cpp")) {
      const std::string text = contents(path), stem = path.stem().string();
      add(text, recorded);
      const bool of_ops = std::regex_search(text, std::regex("\\brecord\\("));
      if (folder[0] == 'm' || !of_ops || stem == "gradcheck") continue;
      add(text, passed_on);
      add(text, returned);
    }
  return all;
}

TEST(Registry, RecordsEveryOpOfTheSources) {
  Names recorded;
  for (const GradientCase& c : gradient_cases()) recorded.merge(c.records(1));
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
      EXPECT_EQ(report.verdict(), c.expected) << c.name << ", seed " << seed << "\n" << report.str();
    }
  }
}

}  // namespace
}  // namespace doxa
