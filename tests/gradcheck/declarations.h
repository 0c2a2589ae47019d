#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace doxa {

/// A function that a header declares.
struct Declaration {
  std::string scope;                    ///< the class that it is a member of, "Normal"; empty: none
  std::string name;                     ///< "log_prob", "operator+", "operator()"
  std::string result;                   ///< its type, tokens between single blanks: "std :: vector < Var >"
  std::vector<std::string> parameters;  ///< the same of each parameter, with name and default argument
  bool is_static = false, is_template = false;
};

/// A class or structure, and its public data members: type and name, as above.
struct Aggregate {
  std::string name;  ///< of a nested one "Outer::Inner"
  std::vector<std::string> members;
};

/// What a header declares in its namespaces and, publicly, in its classes.
struct Header {
  std::vector<Declaration> functions;
  std::vector<Aggregate> aggregates;
};

/// Reads the text of a header of this library: comments, preprocessor lines, bodies, initialisers, concepts,
/// constructors and whatever is not public are skipped. It is a reader of declarations, not a compiler:
/// macros are not expanded. Throws std::invalid_argument if brackets do not match.
Header read_header(std::string_view text);

/// Does this word occur among the tokens? mentions("const Var & x", "Var") is true, of "Variable" it is not.
bool mentions(std::string_view tokens, std::string_view word);

/// The functions of these headers, read together, that return a Var or something that holds Vars (or auto)
/// and that depend on another: take, or belong to, a Var, something that holds Vars, or something that holds
/// Parameters.
std::vector<Declaration> differentiable(const std::vector<Header>& headers);

/// Names of those aggregates that hold `word`, directly or inside one another, and `word` itself.
std::vector<std::string> holders(const std::vector<Header>& headers, const std::string& word);

}  // namespace doxa
