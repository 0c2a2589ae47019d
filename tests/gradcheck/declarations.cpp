#include "declarations.h"

#include <algorithm>
#include <cctype>
#include <stdexcept>

namespace doxa {
namespace {

using Tokens = std::vector<std::string>;

bool is_word(char c) { return std::isalnum(static_cast<unsigned char>(c)) || c == '_'; }

// Words, "::", literals, and every other character by itself; comments and preprocessor lines are left out.
Tokens tokens_of(std::string_view text) {
  Tokens all;
  bool line_start = true;
  for (std::size_t i = 0; i < text.size();) {
    const char c = text[i];
    const std::string_view rest = text.substr(i);
    std::size_t n = 1;
    if (c == '\n' || std::isspace(static_cast<unsigned char>(c))) {
      line_start = line_start || c == '\n';
      ++i;
      continue;
    }
    if (rest.starts_with("//")) {
      n = std::min(rest.find('\n'), rest.size());
    } else if (rest.starts_with("/*")) {
      n = std::min(rest.find("*/", 2), rest.size() - 2) + 2;
    } else if (c == '#' && line_start) {
      n = std::min(rest.find('\n'), rest.size());
      while (n < rest.size() && rest[n - 1] == '\\') n = std::min(rest.find('\n', n + 1), rest.size());
    } else {
      if (c == '"' || c == '\'') {
        while (n < rest.size() && rest[n] != c) n += rest[n] == '\\' ? 2 : 1;
        n = std::min(n + 1, rest.size());
      } else if (is_word(c)) {
        // 20'000 is one number.
        const bool number = std::isdigit(static_cast<unsigned char>(c));
        while (n < rest.size() && (is_word(rest[n]) || (number && rest[n] == '\''))) ++n;
      } else if (rest.starts_with("::")) {
        n = 2;
      }
      all.emplace_back(rest.substr(0, n));
      line_start = false;
    }
    i += n;
  }
  return all;
}

std::string joined(const Tokens& tokens, std::size_t begin, std::size_t end) {
  std::string text;
  for (std::size_t i = begin; i < end; ++i) text += (text.empty() ? "" : " ") + tokens[i];
  return text;
}

// The position after the bracket that closes the one at `open`.
std::size_t after_bracket(const Tokens& t, std::size_t open) {
  const std::string opening = t[open];
  const std::string closing = opening == "(" ? ")" : opening == "{" ? "}" : opening == "[" ? "]" : ">";
  int depth = 0;
  for (std::size_t i = open; i < t.size(); ++i) {
    if (opening == "<" && t[i] == "(") i = after_bracket(t, i);
    depth += t[i] == opening ? 1 : t[i] == closing ? -1 : 0;
    if (depth == 0) return i + 1;
  }
  throw std::invalid_argument("declarations: '" + opening + "' is not closed");
}

class Reader {
 public:
  explicit Reader(std::string_view text) : t_(tokens_of(text)) {}

  Header read() {
    scope("", true);
    if (i_ < t_.size()) throw std::invalid_argument("declarations: '}' closes nothing");
    return std::move(header_);
  }

 private:
  bool at(std::string_view token) const { return i_ < t_.size() && t_[i_] == token; }

  // Declarations up to the bracket that closes this scope. `name` is the class's; empty: a namespace.
  void scope(const std::string& name, bool is_public) {
    while (i_ < t_.size() && !at("}")) {
      if (i_ + 1 < t_.size() && t_[i_ + 1] == ":" && (at("public") || at("private") || at("protected"))) {
        is_public = at("public");
        i_ += 2;
      } else {
        statement(name, is_public);
      }
    }
  }

  void statement(const std::string& outer, bool is_public) {
    bool is_template = false;
    if (at("template")) {
      is_template = true;
      if (t_.at(++i_) == "<") i_ = after_bracket(t_, i_);
    }
    if (at("namespace") || at("extern")) {
      while (i_ < t_.size() && !at("{") && !at(";")) ++i_;
      if (i_ < t_.size() && t_[i_++] == "{") close([&] { scope(outer, true); });
      return;
    }
    const bool is_class = at("class") || at("struct") || at("union");
    Tokens words;        // of the declaration
    bool value = false;  // after an '=' or the ':' of a constructor, nothing is declared any more
    while (i_ < t_.size() && !at(";") && !at("}")) {
      if (at("{")) {
        if (is_class && !value) return aggregate(outer, words, is_public);
        const bool body = !value && std::ranges::find(words, "(") != words.end();
        i_ = after_bracket(t_, i_);
        if (body || (value && initialises_ && !at(",") && !at("{"))) break;
        continue;
      }
      if (at("[") && i_ + 1 < t_.size() && t_[i_ + 1] == "[") {
        i_ = after_bracket(t_, i_);
        continue;
      }
      if (!value && is_operator(words)) {
        // "operator()" and "operator==" look like a list of parameters and like a value.
        do words.back() += t_[i_++];
        while (i_ < t_.size() && (!at("(") || words.back() == "operator("));
        continue;
      }
      if (at("=") && !value) value = true;
      if (at(":") && !value && !is_class && std::ranges::find(words, "(") != words.end())
        value = initialises_ = true;
      const bool bracket = at("(") || (at("<") && !value && !words.empty());
      const std::size_t end = bracket ? after_bracket(t_, i_) : i_ + 1;
      if (!value) words.insert(words.end(), t_.begin() + offset(i_), t_.begin() + offset(end));
      i_ = end;
    }
    initialises_ = false;
    if (at(";")) ++i_;
    if (is_public && !is_class) add(outer, words, is_template);
  }

  static std::ptrdiff_t offset(std::size_t i) { return static_cast<std::ptrdiff_t>(i); }
  static bool is_operator(const Tokens& words) { return !words.empty() && words.back() == "operator"; }

  template <class Inside>
  void close(Inside inside) {
    inside();
    if (!at("}")) throw std::invalid_argument("declarations: '{' is not closed");
    ++i_;
  }

  void aggregate(const std::string& outer, const Tokens& words, bool is_public) {
    std::size_t last = 1;  // of the name: what bases follow, follow a ':'
    while (last < words.size() && words[last] == "final") ++last;
    const std::string own = last < words.size() ? words[last] : "";
    const std::string name = outer.empty() ? own : outer + "::" + own;
    const bool open = words.at(0) != "class";
    if (is_public) header_.aggregates.push_back({name, {}});
    ++i_;
    close([&] {
      if (is_public)
        scope(name, open);
      else {
        Header kept = header_;  // nothing inside a private class is public
        scope(name, false);
        header_ = std::move(kept);
      }
    });
    while (i_ < t_.size() && !at(";") && !at("}")) ++i_;
    if (at(";")) ++i_;
  }

  void add(const std::string& outer, Tokens words, bool is_template) {
    Declaration d;
    d.scope = outer;
    d.is_template = is_template;
    while (!words.empty()) {
      static constexpr std::string_view specifiers[] = {"inline",   "static",  "constexpr", "consteval",
                                                        "explicit", "virtual", "mutable",   "thread_local"};
      if (std::ranges::find(specifiers, words[0]) == std::end(specifiers)) break;
      d.is_static = d.is_static || words[0] == "static";
      words.erase(words.begin());
    }
    if (words.empty()) return;
    static constexpr std::string_view others[] = {"using",   "typedef",       "enum",  "friend",
                                                  "concept", "static_assert", "union", "requires"};
    if (std::ranges::find(others, words[0]) != std::end(others)) return;
    // The parameters are the first round brackets that stand in no angle brackets.
    std::size_t open = 0;
    while (open < words.size() && words[open] != "(")
      open = words[open] == "<" ? after_bracket(words, open) : open + 1;
    if (open >= words.size()) {
      if (!outer.empty() && !d.is_static) member(outer, joined(words, 0, words.size()));
      return;
    }
    if (open < 2) return;  // a constructor has no result
    std::size_t name = open - 1;
    if (words[name] == "~") return;
    d.name = words[name];
    if (name >= 1 && words[name - 1] == "~") return;
    while (name >= 2 && words[name - 1] == "::") name -= 2;  // a definition outside of its class
    if (name != open - 1) d.scope = joined(words, name, open - 2);
    if (name == 0) return;
    d.result = joined(words, 0, name);
    const std::size_t close = after_bracket(words, open) - 1;
    for (std::size_t begin = open + 1, i = begin; i <= close; ++i) {
      if (i < close && (words[i] == "(" || words[i] == "{" || words[i] == "<")) {
        i = after_bracket(words, i) - 1;
      } else if (i == close || words[i] == ",") {
        if (i > begin) d.parameters.push_back(joined(words, begin, i));
        begin = i + 1;
      }
    }
    header_.functions.push_back(std::move(d));
  }

  void member(const std::string& outer, std::string text) {
    for (Aggregate& a : header_.aggregates)
      if (a.name == outer) return a.members.push_back(std::move(text));
  }

  Tokens t_;
  std::size_t i_ = 0;
  bool initialises_ = false;  // inside the list of initialisers of a constructor
  Header header_;
};

bool mentions_any(std::string_view tokens, const std::vector<std::string>& words) {
  return std::ranges::any_of(words, [&](const std::string& word) { return mentions(tokens, word); });
}

}  // namespace

Header read_header(std::string_view text) { return Reader(text).read(); }

bool mentions(std::string_view tokens, std::string_view word) {
  for (std::size_t i = tokens.find(word); i != std::string_view::npos; i = tokens.find(word, i + 1)) {
    const std::size_t end = i + word.size();
    if ((i == 0 || !is_word(tokens[i - 1])) && (end == tokens.size() || !is_word(tokens[end]))) return true;
  }
  return false;
}

std::vector<std::string> holders(const std::vector<Header>& headers, const std::string& word) {
  std::vector<std::string> all{word};
  for (std::size_t before = 0; before != all.size();) {
    before = all.size();
    for (const Header& header : headers)
      for (const Aggregate& a : header.aggregates)
        if (std::ranges::find(all, a.name) == all.end() &&
            std::ranges::any_of(a.members, [&](const std::string& m) { return mentions_any(m, all); }))
          all.push_back(a.name);
  }
  return all;
}

std::vector<Declaration> differentiable(const std::vector<Header>& headers) {
  const std::vector<std::string> values = holders(headers, "Var"), models = holders(headers, "Parameter");
  const auto depends = [&](const std::string& type) {
    return mentions_any(type, values) || mentions_any(type, models);
  };
  std::vector<Declaration> all;
  for (const Header& header : headers)
    for (const Declaration& f : header.functions) {
      const bool member = !f.is_static && !f.scope.empty() && depends(f.scope);
      const bool of_something = member || std::ranges::any_of(f.parameters, depends);
      if (of_something && (mentions(f.result, "auto") || mentions_any(f.result, values))) all.push_back(f);
    }
  return all;
}

}  // namespace doxa
