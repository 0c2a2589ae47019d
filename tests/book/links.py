#!/usr/bin/env python3
"""Looks at the book without a browser: what leads where, and whether anything was left half made.

    tests/book/links.py build/book/book

Every href and src leads to a file of the site, every #anchor to an element; every numbered equation of the chapters has
its anchor and a link to a line of code that cites it, and every citation in code leads back to it; every quoted block
stands beside its text; no formula was left in TeX, nothing names a place outside the site."""
import collections
import functools
import html.parser
import pathlib
import posixpath
import re
import sys
import urllib.parse

number = re.compile(r"\((\d\d\.\d+)\)")
void = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}


class Page(html.parser.HTMLParser):
    """Anchors, links (with their text and the text of the line of code that they are in), and lines of one page."""

    def __init__(self, text):
        super().__init__(convert_charrefs=True)
        self.ids, self.links, self.lines, self.problems = collections.Counter(), [], {}, []
        self.open, self.equation, self.quotes = [], None, 0
        self.feed(text)
        self.close()
        if self.open:
            self.problems.append(f"<{self.open[-1][0]}> is not closed")

    def handle_starttag(self, tag, attributes):
        given = dict(attributes)
        name = given.get("id")
        if name:
            self.ids[name] += 1
            if name.startswith("eq-"):
                self.equation = name[3:]
            if tag == "span" and re.search(r"-\d+$", name):
                self.lines[name] = ""
        if tag == "figure" and "quote" in given.get("class", ""):
            self.quotes += 1
        for attribute in ("href", "src"):
            if attribute in given:
                self.links.append([given[attribute] or "", "", self.equation if "number" in given.get("class", "") else None])
        if tag not in void:
            self.open.append((tag, name if name in self.lines else None, len(self.links) - 1 if tag == "a" else None))

    def handle_startendtag(self, tag, attributes):
        self.handle_starttag(tag, attributes)
        if tag not in void:
            self.open.pop()

    def handle_endtag(self, tag):
        if not self.open or self.open[-1][0] != tag:
            self.problems.append(f"</{tag}> closes " + (f"<{self.open[-1][0]}>" if self.open else "nothing"))
        while self.open and self.open.pop()[0] != tag:
            pass

    def handle_data(self, text):
        for _, line, link in self.open:
            if line:
                self.lines[line] += text
            if link is not None:
                self.links[link][1] += text


read = functools.lru_cache(maxsize=None)(Page)  # of the same text, when a site is checked again


def page_of(path):
    return re.sub(r"\.md$", ".html", re.sub(r"README\.md$", "index.html", path))


def check(site, sources):
    """All problems of the site, as lines; `sources` is the tree that it was made from."""
    pages, problems, labelled = {}, [], set()
    for file in sorted(site.rglob("*.html")):
        name = file.relative_to(site).as_posix()
        text = file.read_text(encoding="utf-8")
        pages[name] = page = read(text)
        problems += [f"{name}: {problem}" for problem in page.problems]
        problems += [f"{name}: two elements are called {each}" for each, count in page.ids.items() if count > 1]
        for wrong in (r"\\tag\b", r'<span class="math', r"file:/", r"\blocalhost\b", r"127\.0\.0\.1", r"<!--\s*(=|quote|output)",
                      r"\{\{\w+\}\}", re.escape(sources.resolve().as_posix()) + "/"):
            found = re.search(wrong, text)
            if found:
                problems.append(f"{name}: {text[max(0, found.start() - 30):found.end() + 30]!r}")
        for element in ('<html lang="', "<main ", "<h1", "</h1>"):
            if element not in text:
                problems.append(f"{name}: without {element}")

    files = {file.relative_to(site).as_posix() for file in site.rglob("*") if file.is_file()}
    for name, page in pages.items():
        for target, text, equation in page.links:
            parts = urllib.parse.urlsplit(target)
            if parts.scheme or target.startswith("//"):
                if parts.scheme not in ("https", "http", "data", "mailto") or (parts.scheme == "data" and target != "data:,"):
                    problems.append(f"{name}: leads to {target}")
                continue
            path = name if not parts.path else posixpath.normpath(posixpath.join(posixpath.dirname(name), urllib.parse.unquote(parts.path)))
            if target == "" or path not in files:
                problems.append(f"{name}: leads to nothing: {target!r}")
                continue
            to = pages.get(path)
            anchor = urllib.parse.unquote(parts.fragment)
            if anchor and (to is None or anchor not in to.ids):
                problems.append(f"{name}: leads to no anchor: {target}")
                continue
            cited = number.fullmatch(text) or re.fullmatch(r"(\d\d\.\d+)", text)
            if equation:
                line = to.lines.get(anchor, "") if to else ""
                if not re.search(r"\(" + re.escape(equation) + r"[),]", line):
                    problems.append(f"{name}: equation ({equation}) leads to a line that does not cite it: {target}")
                else:
                    labelled.add((name, equation))
            elif cited and anchor.startswith("eq-") and anchor != "eq-" + cited[1]:
                problems.append(f"{name}: ({cited[1]}) leads to {target}")

    equations = citations = 0
    for file in sorted(sources.glob("tutorials/*/*.md")):
        name = page_of(file.relative_to(sources).as_posix())
        page, text = pages.get(name), file.read_text(encoding="utf-8")
        if page is None:
            problems.append(f"{name}: missing")
            continue
        for tag in re.findall(r"\\tag\{([\w.]+)\}", text):
            equations += 1
            if "eq-" + tag not in page.ids:
                problems.append(f"{name}: equation ({tag}) has no anchor")
            elif (name, tag) not in labelled:
                problems.append(f"{name}: equation ({tag}) does not lead to code")
        quotes = len(re.findall(r"(?m)^\s*<!-- quote: ", text))
        if page.quotes != quotes:
            problems.append(f"{name}: {quotes} quotes in the text, {page.quotes} in the book")
    known = {anchor[3:] for page in pages.values() for anchor in page.ids if anchor.startswith("eq-")}
    for name, page in pages.items():
        back = collections.Counter(text for target, text, _ in page.links if "#eq-" in target)
        wanted = collections.Counter()
        for anchor, line in page.lines.items():
            comment = line.partition("//")[2]
            wanted.update(cited for cited in re.findall(r"\((\d\d\.\d+)[),]", comment) if cited in known)
        citations += wanted.total()
        for cited, times in wanted.items():
            if back[cited] < times:
                problems.append(f"{name}: a comment cites ({cited}), and no link leads to it")
    links = sum(len(page.links) for page in pages.values())
    return problems, f"{len(pages)} pages, {links} links, {equations} equations, {citations} citations in code"


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    site = pathlib.Path(sys.argv[1])
    problems, summary = check(site, pathlib.Path(__file__).resolve().parents[2])
    for problem in problems[:100]:
        print(problem)
    print(f"{summary}; {len(problems)} problems")
    return 1 if problems or not any(site.glob("tutorials/*/index.html")) else 0


if __name__ == "__main__":
    sys.exit(main())
