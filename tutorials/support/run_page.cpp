#include "support/run_page.h"

#include <string_view>

#include "support/chapter.h"

namespace doxa::support {
namespace {

constexpr std::string_view style = R"(
  :root { color-scheme: light dark; }
  body { font: 16px/1.5 system-ui, sans-serif; max-width: 800px; margin: 2rem auto; padding: 0 1rem; }
  pre { overflow-x: auto; font-size: 13px; line-height: 1.3; }
  img { max-width: 100%; }
  figure { margin: 2rem 0; }
  details p { margin: 0 0 .5rem 1.5rem; }
)";

std::string escaped(std::string_view text) {
  std::string safe;
  for (const char c : text) {
    if (c == '&')
      safe += "&amp;";
    else if (c == '<')
      safe += "&lt;";
    else if (c == '"')
      safe += "&quot;";
    else
      safe += c;
  }
  return safe;
}

std::string claims(const Chapter& chapter) {
  std::string text = "<h2>Claims</h2>\n";
  for (const Claim& claim : chapter.claims.all())
    text += std::string("<details") + (claim.holds() ? "" : " open") + "><summary>" +
            (claim.holds() ? "✓ " : "✗ ") + escaped(claim.sentence) + "</summary><p>" +
            escaped(claim.numbers()) + "</p></details>\n";
  if (!chapter.complete()) text += "<p>The run was stopped " + escaped(chapter.stop()) + ".</p>\n";
  return text;
}

}  // namespace

std::string run_page(const Chapter& chapter) {
  const Arguments& run = chapter.arguments();
  const std::string title = escaped(run.chapter() + ": " + run.title());
  std::string text = "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n";
  text += "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n";
  text += "<title>" + title + "</title>\n<style>" + std::string(style) + "</style>\n</head>\n<body>\n";
  text += "<h1>" + title + "</h1>\n<p>Seed " + std::to_string(run.seed()) + (run.quick() ? ", quick" : "") +
          ". All numbers: <a href=\"results.json\">results.json</a>.</p>\n" + claims(chapter);
  if (!chapter.tables().empty()) text += "<h2>Tables</h2>\n";
  for (const auto& [name, table] : chapter.tables())
    text += "<h3>" + escaped(name) + "</h3>\n<pre>" + escaped(table) + "</pre>\n";
  bool figures = false;
  for (const auto& [name, content] : chapter.files()) {
    if (!name.ends_with(".svg")) continue;
    if (!figures) text += "<h2>Figures</h2>\n";
    figures = true;
    text += "<figure><img src=\"" + escaped(name) + "\" alt=\"" + escaped(name) + "\"></figure>\n";
  }
  return text + "</body>\n</html>\n";
}

}  // namespace doxa::support
