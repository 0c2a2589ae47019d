#!/usr/bin/env python3
"""The exhibits in their pages, in a real browser, say what the native program says.

    tests/book/exhibits_test.py build/web/book build/tests/bin [--only REGEX] [--pictures DIR]

Each exhibit is opened from its folder and moved by the keyboard alone; after every move its numbers, its listing and its
sentence are held against bin/exhibits, which is told the same lines. Besides: nothing is loaded before it is touched, what
is refused is said beside its field, Tab reaches every control, pictures are there, two widths in two themes, and no page
asks anything of a server. --pictures saves how each looks. Takes Debian's chromium, and nothing but Python's standard
library."""
import argparse
import json
import pathlib
import re
import subprocess
import sys
import time

import browser as looks
from devtools import Browser
from expectations import expect, failed
from run_test import tables_differ

# Of each exhibit a page that has it, and what is done: (control, key or text) in turn.
moves = {
    "tape": ("01-tape", [("f", "exp(sin(a)) / (a^2 + b)"), ("at", "a = 0.3, b = 2"), ("f", "max(a, b) * log("), ("f", "abs(a - 1)"),
                         ("at", "a = 1"), ("at", "a = 1, c = 2")]),
    "evidence-bar": ("03-evidence-bound", [("mean", "ArrowRight"), ("deviation", "ArrowLeft"), ("x", "End"), ("noise", "PageUp"),
                                           ("optimum", "Enter"), ("mean", "Home"), ("deviation", "Home")]),
    "estimators": ("04-estimators", [("sigma", "ArrowLeft"), ("draw", " "), ("draws", "End"), ("delta", "Home"), ("sigma", "Home"),
                                     ("draw", "Enter")]),
    "play-tiger": ("08-belief", [("listen", "Enter"), ("listen", " "), ("advice", "Enter"), ("listen", "Enter"), ("open-left", "Enter"),
                                 ("listen", "Enter"), ("open-right", " "), ("seed", "7"), ("listen", "Enter"), ("seed", "seven"),
                                 ("new", "Enter"), ("listen", "Enter")]),
    "learned-filter": ("10-filtering-posterior", [("listen", "Enter"), ("listen", " "), ("listen", "Enter"), ("open-left", "Enter"),
                                                  ("listen", "Enter"), ("seed", "3"), ("listen", "Enter"), ("listen", "Enter")]),
}
keys = {"ArrowRight": 39, "ArrowLeft": 37, "Home": 36, "End": 35, "PageUp": 33, "Enter": 13, " ": 32, "Tab": 9}


class Native:
    """bin/exhibits, told line by line."""

    def __init__(self, programs, name):
        self.process = subprocess.Popen([str(programs / "exhibits"), name, "--json"], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        text=True)
        self.first = json.loads(self.process.stdout.readline())

    def say(self, line):
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()
        return json.loads(self.process.stdout.readline())

    def close(self):
        self.process.stdin.close()
        self.process.wait()


class Exhibit:
    """An exhibit in its page, which is opened."""

    def __init__(self, browser, site, chapter, name):
        self.browser, self.name, self.complaints = browser, name, []
        self.complaints += browser.open((site / "tutorials" / chapter / "index.html").as_uri())

    def do(self, script):
        self.complaints += self.browser.complaints()
        return self.browser.evaluate(f"(() => {{ const section = document.getElementById('exhibit-{self.name}');"
                                     f"const find = (s) => section.querySelector(s); {script} }})()")

    def press(self, key):
        text = {"Enter": "\r", " ": " "}.get(key, "")
        for kind in ("rawKeyDown", "char", "keyUp"):
            if kind != "char" or text:
                self.browser.call("Input.dispatchKeyEvent", type=kind, key=key, code="Space" if key == " " else key,
                                  windowsVirtualKeyCode=keys[key], text=text)

    def move(self, control, how):
        """Moves a control by the keyboard; returns the line that it then says."""
        self.do(f"find('[name=\"{control}\"]').focus()")
        if how in keys:
            self.press(how)
        else:
            self.do("document.activeElement.select()")
            self.browser.call("Input.insertText", text=how)
            self.press("Enter")
        value = self.do("return document.activeElement.localName === 'input' ? ' ' + document.activeElement.value : ''")
        until = time.monotonic() + 60
        while self.do("return section.dataset.busy") and time.monotonic() < until:
            time.sleep(0.02)
        return control + (" " + how if value and how not in keys else value)

    def shown(self):
        return self.do("return {news: find('.news').textContent, refused: find('.refused').textContent, listing: find('pre').textContent,"
                       "numbers: [...section.querySelectorAll('dl > div')].map((d) => [...d.children].map((c) => c.textContent)),"
                       "pictures: [...section.querySelectorAll('img')].map((i) => i.alt),"
                       "controls: [...section.querySelectorAll('form [name]')].map((c) => [c.name, c.localName === 'button' ? '' : c.value])}")


def texts_differ(here, there):
    """Numbers are those of the native program but for the last digit that is printed, words are the same."""
    pattern = re.compile(r"-?\d+(?:\.\d+)?(?:e[-+]?\d+)?")
    if pattern.sub("#", here) != pattern.sub("#", there):
        return True
    for a, b in zip(pattern.findall(here), pattern.findall(there)):
        last = 10.0 ** -len(b.partition("e")[0].partition(".")[2]) * 10.0 ** int(b.partition("e")[2] or 0)
        if abs(float(a) - float(b)) > 1.01 * last:
            return True
    return False


def difference(shown, native):
    """What the page shows otherwise than the native program says."""
    if "error" in native:
        return "" if shown["refused"] == native["error"] else f"{shown['refused']} instead of {native['error']}"
    if shown["refused"]:
        return "refused: " + shown["refused"]
    pairs = [(shown["news"], native["news"]), *zip(shown["pictures"], [p["description"] for p in native["pictures"]])]
    pairs += [(" ".join(a), " ".join(b)) for a, b in zip(shown["numbers"], native["numbers"])]
    if len(shown["numbers"]) != len(native["numbers"]) or len(shown["pictures"]) != len(native["pictures"]):
        return f"{shown['numbers']} instead of {native['numbers']}"
    for a, b in pairs:
        if texts_differ(a, b):
            return f"{a} instead of {b}"
    here, there = (re.split(r"(?m)^(?=pass: |fail: |kink: |inconclusive: )", text) for text in (shown["listing"], native["listing"]))
    for a, b in zip(here, there):
        if wrong := tables_differ(a.partition("\n")[0] if a[:1] in "pfki" else a, b.partition("\n")[0] if b[:1] in "pfki" else b):
            return wrong
    return "" if len(here) == len(there) else f"{shown['listing']} instead of {native['listing']}"


def check_sizes_and_themes(exhibit, name, pictures):
    probe = (pathlib.Path(__file__).parent / "probe.js").read_text()
    for width, height in looks.sizes:
        for theme in looks.themes:
            exhibit.browser.show(width, height, theme)
            seen = exhibit.browser.evaluate(probe)
            fits = exhibit.do("const w = document.documentElement.clientWidth; return [...section.querySelectorAll('img, input, button, dl > div')]"
                              ".every((e) => { const r = e.getBoundingClientRect(); return r.left >= 0 && r.right <= w; })")
            expect(f"{name}: {width} px, {theme}: least contrast {seen['least']:.2f}", fits and not seen["problems"], seen["problems"][:5])
            if pictures:
                top, tall = exhibit.do("const r = section.getBoundingClientRect(); return [r.top + scrollY - 20, r.height + 40]")
                exhibit.browser.picture(str(pictures / f"{name}-{width}-{theme}.png"), top, width, tall)


def check_exhibit(browser, site, programs, name, pictures):
    chapter, steps = moves[name]
    exhibit, native = Exhibit(browser, site, chapter, name), Native(programs, name)
    loaded = "return [...document.scripts].filter((s) => s.src.endsWith('/exhibits.js')).length"
    expect(f"{name}: before it is touched its program is not loaded", exhibit.do(loaded) == 0)
    wrong = difference(exhibit.shown(), native.first)
    expect(f"{name}: at rest it shows what the native program says first", not wrong, wrong)
    for control, how in steps:
        line = exhibit.move(control, how)
        said, shown = native.say(line), exhibit.shown()
        wrong = difference(shown, said)
        expect(f"{name}: {line}", not wrong, wrong)
        if "error" in said:
            expect(f"{name}: the field that is refused is marked, and keeps what was typed",
                   exhibit.do(f"const f = find('[name=\"{control}\"]'); return f.ariaInvalid === 'true' && f.value") == how)
        else:
            values = [[c["name"], c.get("value", "")] for c in said["controls"]]
            sliders = {c["name"] for c in said["controls"] if c["kind"] == "slider"}
            same = all(a == b if a[0] not in sliders else abs(float(a[1]) - float(b[1])) < 0.06
                       for a, b in zip(sorted(shown["controls"]), sorted(values)))
            expect(f"{name}: its controls stand where the program says", same, (shown["controls"], values))
    native.close()
    expect(f"{name}: the program is loaded once", exhibit.do(loaded) == 1)
    exhibit.do("section.scrollIntoView(); section.tabIndex = -1; section.focus()")
    wanted, reached = exhibit.do("return [...section.querySelectorAll('form [name]')].map((c) => c.name)"), set()
    for _ in range(len(wanted) + 2):
        exhibit.press("Tab")
        reached.add(exhibit.do("return section.contains(document.activeElement) ? document.activeElement.name : ''"))
    expect(f"{name}: Tab reaches all {len(wanted)} controls", set(wanted) <= reached, reached)
    named = exhibit.do("return [...section.querySelectorAll('input')].every((i) => i.labels.length === 1 && i.labels[0].textContent.trim())")
    expect(f"{name}: every field has its label", named)
    check_sizes_and_themes(exhibit, name, pictures)
    browser.call("Emulation.setEmulatedMedia", media="screen", features=[{"name": "prefers-reduced-motion", "value": "reduce"}])
    expect(f"{name}: nothing moves for a reader who does not want it", exhibit.do("return document.getAnimations().length") == 0)
    exhibit.do("return 0")
    expect(f"{name}: the console is empty, and nothing was asked of a server",
           not exhibit.complaints and exhibit.browser.asked <= {"file", "blob", "data"}, (exhibit.complaints, exhibit.browser.asked))


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("site", type=pathlib.Path)
    arguments.add_argument("programs", type=pathlib.Path)
    arguments.add_argument("--only", default="", help="exhibits whose name matches")
    arguments.add_argument("--pictures", type=pathlib.Path)
    given = arguments.parse_args()
    names = [name for name in moves if re.search(given.only, name)]
    if not names:
        sys.exit("no such exhibit")
    if given.pictures:
        given.pictures.mkdir(parents=True, exist_ok=True)
    browser = Browser()
    try:
        for name in names:
            check_exhibit(browser, given.site.resolve(), given.programs.resolve(), name, given.pictures)
    finally:
        browser.close()
    print(f"{len(names)} exhibits; {failed()} failed")
    return 1 if failed() else 0


if __name__ == "__main__":
    sys.exit(main())
