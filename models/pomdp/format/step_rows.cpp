#include "doxa/models/pomdp/format/step_rows.h"

#include <algorithm>
#include <unordered_map>

#include "doxa/autograd/internal/number_text.h"
#include "doxa/models/files/file.h"
#include "doxa/models/pomdp/format/lexer.h"

namespace doxa::trajectory_format {
namespace {

std::string describe_line(std::string_view line) { return line.empty() ? "an empty line" : quote(line); }

// The lines of a text, each without its LF or CRLF.
class Lines {
 public:
  explicit Lines(std::string_view text) : rest_(text) {}

  bool at_end() const { return rest_.empty(); }
  std::size_t number() const { return number_; }  // of the line that came last, from 1
  bool only_empty_lines_left() const { return rest_.find_first_not_of("\r\n") == rest_.npos; }
  std::string_view next() {
    const std::size_t length = std::min(rest_.find('\n'), rest_.size());
    std::string_view line = rest_.substr(0, length);
    rest_.remove_prefix(std::min(length + 1, rest_.size()));
    if (line.ends_with('\r')) line.remove_suffix(1);
    ++number_;
    return line;
  }

 private:
  std::string_view rest_;
  std::size_t number_ = 0;
};

// The actions or the observations of a model, to be looked up by name or by index.
class Members {
 public:
  Members(const char* what, const std::vector<std::string>& names) : what_(what), names_(names) {
    for (std::size_t i = 0; i < names.size(); ++i) index_.emplace(names[i], i);
  }

  // names.size() if there is none.
  std::size_t find(std::string_view field) const {
    if (const auto found = index_.find(field); found != index_.end()) return found->second;
    const auto index = read_whole_number(field);
    return index && *index < names_.size() ? static_cast<std::size_t>(*index) : names_.size();
  }
  std::size_t size() const { return names_.size(); }

  // "one of the actions listen, open-left, open-right or an index from 0 to 2"
  std::string expected() const {
    constexpr std::size_t most = 8;
    std::string text = std::string("one of the ") + what_ + "s ";
    for (std::size_t i = 0; i < std::min(most, size()); ++i)
      text += (i ? ", " : "") + pomdp_format::shortened(names_[i]);
    if (size() > most) text += ", ... (" + std::to_string(size()) + " in all)";
    return text + " or an index from 0 to " + std::to_string(size() - 1);
  }
  std::string found(std::string_view field) const {
    return field.empty() ? std::string("no ") + what_
                         : std::string("the unknown ") + what_ + " " + quote(field);
  }

 private:
  const char* what_;
  const std::vector<std::string>& names_;
  std::unordered_map<std::string_view, std::size_t> index_;
};

}  // namespace

std::string quote(std::string_view field) { return "'" + pomdp_format::shortened(field) + "'"; }

void refuse(const std::string& file, std::size_t line, std::size_t column, const std::string& found,
            const std::string& expected) {
  throw FileError(file, line, column, "found " + found + ", expected " + expected);
}

void read_step_rows(std::string_view text, const Pomdp& m, const std::string& file, bool with_episode,
                    const std::function<void(const StepRow&)>& row) {
  const std::string_view header = with_episode ? "episode,action,observation" : "action,observation";
  const std::size_t fields = with_episode ? 3 : 2;
  const std::string fields_expected =
      with_episode ? "an episode, an action and an observation with one comma between two"
                   : "an action and an observation with one comma between them";

  Lines lines(text.starts_with("\xEF\xBB\xBF") ? text.substr(3) : text);
  const auto refuse_at = [&](std::size_t column, const std::string& found, const std::string& expected) {
    refuse(file, std::max<std::size_t>(lines.number(), 1), column, found, expected);
  };
  const std::string header_expected = "the header '" + std::string(header) + "'";
  if (lines.at_end()) refuse_at(1, "an empty file", header_expected);
  if (const std::string_view line = lines.next(); line != header)
    refuse_at(1, describe_line(line), header_expected);

  const Members actions("action", m.actions), observations("observation", m.observations);
  bool any = false;
  for (; !lines.only_empty_lines_left(); any = true) {
    const std::string_view line = lines.next();
    std::size_t begin[4] = {0};  // of each field; the last one is past the end
    std::size_t n = 1;
    for (std::size_t comma = line.find(','); comma != line.npos && n <= fields;
         comma = line.find(',', comma + 1))
      begin[n++] = comma + 1;
    if (n == 1) refuse_at(1, describe_line(line), fields_expected);
    if (n != fields)
      refuse_at(n > fields ? begin[fields] : line.size() + 1,
                std::to_string(std::count(line.begin(), line.end(), ',') + 1) + " fields", fields_expected);
    begin[n] = line.size() + 1;
    const auto field = [&](std::size_t i) { return line.substr(begin[i], begin[i + 1] - 1 - begin[i]); };

    StepRow r{.line = lines.number(), .episode = with_episode ? field(0) : "", .action = 0, .observation = 0};
    if (with_episode && r.episode.empty()) refuse_at(1, "no episode", "its number or name");
    const auto member = [&](const Members& of, std::size_t i) {
      const std::size_t index = of.find(field(i));
      if (index == of.size()) refuse_at(begin[i] + 1, of.found(field(i)), of.expected());
      return index;
    };
    r.action = member(actions, fields - 2);
    r.observation = member(observations, fields - 1);
    row(r);
  }
  if (!any) refuse_at(header.size() + 1, "nothing after the header", fields_expected);
}

}  // namespace doxa::trajectory_format
