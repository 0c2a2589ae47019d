#!/usr/bin/env python3
"""The checks of the book can fail: each defect below, put into a page of the built book on purpose, is found.

    tests/book/broken_pages_test.py build/book/book [--browser]

With --browser the browser's checks are tried, else those of links.py. The book itself is left alone."""
import pathlib
import re
import shutil
import sys
import tempfile

import links

root = pathlib.Path(__file__).resolve().parents[2]
page = "tutorials/10-filtering-posterior/index.html"

# What is done to the page (or to another one), and what the check must say of it.
broken_links = {
    "a link to nothing": (page, '</main>', '<a href="nothing.html">x</a></main>', "leads to nothing"),
    "an anchor that is not there": (page, '</main>', '<a href="#nowhere">x</a></main>', "leads to no anchor"),
    "a picture that is not there": (page, 'src="figures/', 'src="figures/no-', "leads to nothing"),
    "an equation without anchor": (page, 'id="eq-10.6"', 'id="eq-x"', "(10.6) has no anchor"),
    "an equation that leads nowhere": (page, 'class="number" href="', 'class="number" href="#main" data-x="', "does not cite it"),
    "an equation without link": (page, 'class="number"', 'class="nothing"', "does not lead to code"),
    "a comment that does not lead back": ("models/beliefs/filtering_posterior.cpp.html", r'<a href="[^"]*#eq-10.5">10.5</a>', "10.5", "no link leads to it"),
    "a citation that leads to another equation": (page, r'#eq-10\.6">\(10\.6\)', '#eq-10.5">(10.6)', "(10.6) leads to"),
    "a tag that was left": (page, "</main>", "\\tag{10.6}</main>", "tag{10.6}"),
    "a formula that pandoc did not understand": (page, "</main>", '<span class="math display">x</span></main>', "span class"),
    "a path of this machine": (page, "</main>", str(root) + "/x</main>", str(root)),
    "a place on this machine": (page, "</main>", '<a href="file:///x">x</a></main>', "file:"),
    "a comment that binds a number": (page, "</main>", "<!--=kl--></main>", "<!--="),
    "a quote that is gone": (page, 'figure class="quote', 'figure class="no', "in the book"),
    "an anchor twice": (page, "</main>", '<p id="eq-10.6"></p></main>', "two elements"),
    "a tag that is not closed": (page, "</main>", "<div></main>", "closes"),
}


def styled(rule, wanted):
    return "</head>", f"<style>{rule}</style></head>", wanted


broken_looks = {
    "an error in the console": ("</main>", "<script>console.error('x')</script></main>", "console"),
    "an exception": ("</main>", "<script>null.x</script></main>", "exception"),
    "a style sheet that is not there": ("</head>", '<link rel="stylesheet" href="no.css"></head>', "failed to load"),
    "a picture that is not there": ('src="figures/', 'src="figures/no-', "picture missing"),
    "a line too long for a narrow screen": ("</main>", '<p style="width: 400px">x</p></main>', "390 px, light: scrolls sideways"),
    "a line too long for any screen": ("</main>", '<p style="width: 1500px; max-width: none">x</p></main>', "1440 px, dark: scrolls sideways"),
    "a text that does not stand out": ("</main>", '<p style="color: #8a8a8a">x</p></main>', "light: contrast"),
    "one that does not in the dark": ("</main>", '<p style="color: #555">x</p></main>', "dark: contrast"),
    "one in a folded solution": ("</main>", '<details><summary>x</summary><p style="color: #8a8a8a">x</p></details></main>', "contrast"),
    "a formula without size": ("</main>", "<math></math></main>", "formula without size"),
    "a formula that is not MathML": ("</main>", "<svg><math></math></svg></main>", "MathML"),
    "an equation number elsewhere": ('id="eq-10.6" class="', 'id="eq-10.6" style="margin-right: 2em" class="', "equation number (10.6) ends at"),
    "code broken in an expression": styled(".pair code.sourceCode > span { white-space: pre-wrap !important; width: 20em; }", "code is broken"),
    "output broken": styled("pre.output { white-space: pre-wrap; }", "output is broken"),
    "a column left empty": styled(".pair > .code { display: none; }", "the right column is empty"),
    "a text left empty": styled(".pair > .lead, .pair > .rest { display: none; }", "the column of the text is empty"),
    "formulas that do not fit": styled(".equation math { font-size: 3em !important; }", "1440 px, light: does not fit"),
    "figures that do not fit": styled(".figure img { max-width: none; }", "390 px, light: figure wider"),
    "figures out of shape": styled(".figure img { height: 100px; }", "figure out of shape"),
    "contents that scroll away": styled(".bar { position: static; }", "the contents are out of reach"),
    "a box that the keyboard cannot reach": ("</main>", '<div style="overflow: auto; width: 9em"><p style="width: 20em">x</p></div></main>', "keyboard"),
}


def broken(file, pattern, replacement):
    """Puts the defect into a page; returns the page as it was."""
    text = file.read_text(encoding="utf-8")
    changed = re.sub(pattern, lambda _: replacement, text)
    if changed == text:
        raise SystemExit(f"{pattern!r} is not in {file.name}: nothing is broken by this")
    file.write_text(changed, encoding="utf-8")
    return text


def try_links(site):
    failed = 0
    for name, (target, pattern, replacement, wanted) in broken_links.items():
        file = site / target
        text = broken(file, pattern, replacement)
        problems, _ = links.check(site, root)
        file.write_text(text, encoding="utf-8")
        failed += report(name, any(wanted in problem for problem in problems))
    problems, _ = links.check(site, root)
    failed += report("nothing: no complaint", not problems)
    return failed


def try_browser(site):
    import browser
    from devtools import Browser
    opened = Browser()
    failed = 0
    try:
        for name, (pattern, replacement, wanted) in broken_looks.items():
            file = site / page
            text = broken(file, pattern, replacement)
            found = browser.problems_of(opened, file)["problems"]
            file.write_text(text, encoding="utf-8")
            failed += report(name, any(wanted in problem for problem in found))
        failed += report("nothing: no complaint", not browser.problems_of(opened, site / page)["problems"])
    finally:
        opened.close()
    return failed


def report(name, found):
    print(("found: " if found else "NOT FOUND: ") + name)
    return not found


def main():
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    with tempfile.TemporaryDirectory() as folder:
        site = pathlib.Path(folder)
        shutil.copytree(sys.argv[1], site, dirs_exist_ok=True)
        return 1 if (try_browser if "--browser" in sys.argv else try_links)(site) else 0


if __name__ == "__main__":
    sys.exit(main())
