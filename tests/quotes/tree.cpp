#include "tree.h"

#include <algorithm>
#include <cctype>
#include <fstream>
#include <set>
#include <sstream>
#include <stdexcept>
#include <variant>

#include "support/committed.h"
#include "support/results_file.h"

namespace doxa::quotes {
namespace {

namespace fs = std::filesystem;
using support::ResultsFile;

std::string bytes(const fs::path& file) {
  std::ostringstream text;
  text << std::ifstream(file, std::ios::binary).rdbuf();
  return text.str();
}

// Why a results file is not of a default run whose claims all hold; empty if it is.
std::string not_to_be_committed(const ResultsFile& results, const std::string& chapter) {
  const auto is = [&](const char* name, double value) {
    const auto at = results.find(name);
    return at != results.end() && std::holds_alternative<double>(at->second) &&
           std::get<double>(at->second) == value;
  };
  const auto name = results.find("chapter");
  if (name == results.end() || name->second != std::variant<double, std::string>(chapter))
    return "is not of " + chapter;
  if (!is("seed", 1) || !is("quick", 0)) return "is not of the run with seed 1 in full";
  for (const auto& [entry, value] : results)
    if (entry.starts_with("claim.") && entry.ends_with(".holds") && std::get<double>(value) != 1)
      return "has a claim that failed: " + entry;
  return "";
}

}  // namespace

std::vector<fs::path> pages(const fs::path& root) {
  std::vector<fs::path> all{root / "README.md"};
  for (const char* room : {"autograd", "distributions", "models", "tutorials", "tests"})
    for (const auto& entry : fs::recursive_directory_iterator(root / room))
      if (entry.path().extension() == ".md") all.push_back(entry.path());
  std::ranges::sort(all);
  return all;
}

std::vector<fs::path> chapters(const fs::path& root) {
  std::vector<fs::path> all;
  for (const auto& entry : fs::directory_iterator(root / "tutorials"))
    if (std::isdigit(static_cast<unsigned char>(entry.path().filename().string()[0])))
      all.push_back(entry.path());
  std::ranges::sort(all);
  return all;
}

std::vector<fs::path> pages_of(const fs::path& chapter) {
  std::vector<fs::path> all;
  for (const auto& entry : fs::directory_iterator(chapter))
    if (entry.path().extension() == ".md") all.push_back(entry.path());
  std::ranges::sort(all);  // capitals come first
  return all;
}

std::vector<std::string> further_runs(const fs::path& chapter) {
  std::vector<std::string> all;
  for (const auto& entry : fs::directory_iterator(chapter)) {
    const std::string name = entry.path().filename().string();
    if (name.starts_with("results-") && name.ends_with(".json"))
      all.push_back(name.substr(8, name.size() - 13));
  }
  std::ranges::sort(all);
  return all;
}

std::vector<std::string> faults(const fs::path& chapter) {
  const fs::path file = chapter / "results.json";
  if (!fs::exists(file)) return {"results.json is missing"};
  const ResultsFile results = support::read_results(file);
  std::vector<std::string> found;
  if (const std::string why = not_to_be_committed(results, chapter.filename().string()); !why.empty())
    found.push_back("results.json " + why);
  std::string text;
  for (const fs::path& page : pages_of(chapter)) text += bytes(page);
  std::set<std::string> drawn;
  const auto check = [&](const ResultsFile& run, const std::string& suffix) {
    for (const auto& [name, sum] : run) {
      if (!name.starts_with("figure.") || !name.ends_with(".svg")) continue;
      const std::string figure = name.substr(7, name.size() - 11) + suffix + ".svg";
      if (!suffix.empty() && !fs::exists(chapter / "figures" / figure)) continue;
      drawn.insert(figure);
      const std::string svg = bytes(chapter / "figures" / figure);
      if (ResultsFile::mapped_type(support::checksum(svg)) != sum)
        found.push_back("figures/" + figure + " is not of the run that results" + suffix + ".json is of");
      if (svg.size() >= 100'000) found.push_back("figures/" + figure + " has 100 kB or more");
      if (text.find("](figures/" + figure + ")") == text.npos)
        found.push_back("no page shows figures/" + figure);
    }
  };
  check(results, "");
  for (const std::string& run : further_runs(chapter))
    check(support::read_results(chapter / ("results-" + run + ".json")), "-" + run);
  for (const auto& entry : fs::directory_iterator(chapter / "figures"))
    if (!drawn.contains(entry.path().filename().string()))
      found.push_back("figures/" + entry.path().filename().string() + " is drawn by no run");
  return found;
}

void take(const fs::path& run, const fs::path& chapter) {
  const ResultsFile results = support::read_results(run / "results.json");
  if (const std::string why = not_to_be_committed(results, chapter.filename().string()); !why.empty())
    throw std::runtime_error((run / "results.json").string() + " " + why);
  fs::create_directories(chapter / "figures");
  std::set<std::string> drawn;
  for (const auto& [name, sum] : results) {
    if (!name.starts_with("figure.")) continue;
    drawn.insert(name.substr(7));
    fs::copy_file(run / name.substr(7), chapter / "figures" / name.substr(7),
                  fs::copy_options::overwrite_existing);
  }
  for (const std::string& further : further_runs(chapter)) {
    const fs::path from = run.string() + "-" + further;
    const fs::path file = chapter / ("results-" + further + ".json");
    if (fs::exists(from / "results.json"))
      fs::copy_file(from / "results.json", file, fs::copy_options::overwrite_existing);
    for (const auto& [name, sum] : support::read_results(file)) {
      if (!name.starts_with("figure.") || !name.ends_with(".svg")) continue;
      const std::string figure = name.substr(7, name.size() - 11) + "-" + further + ".svg";
      if (!fs::exists(chapter / "figures" / figure)) continue;
      drawn.insert(figure);
      if (fs::exists(from / name.substr(7)))
        fs::copy_file(from / name.substr(7), chapter / "figures" / figure,
                      fs::copy_options::overwrite_existing);
    }
  }
  std::vector<fs::path> old;
  for (const auto& entry : fs::directory_iterator(chapter / "figures"))
    if (!drawn.contains(entry.path().filename().string())) old.push_back(entry.path());
  for (const fs::path& figure : old) fs::remove(figure);
  fs::copy_file(run / "results.json", chapter / "results.json", fs::copy_options::overwrite_existing);
}

}  // namespace doxa::quotes
