#!/usr/bin/env python3
"""The chapters run in their pages, in a real browser, and find what the native programs find.

    tests/book/run_test.py build/web/book build/tests/bin [--only REGEX]

Every chapter is run with --quick, by page and by program: all claims hold in both, the numbers of the claims agree within the
claims' tolerances, the printed tables as far as two machines' may differ, and the figures are in the text. Then what a reader
may do besides: stop a run, give a wrong flag, a model of their own, a wrong one; by the keyboard alone; at two widths in two
themes; and no page asks anything of a server. Takes Debian's chromium, and nothing but Python's standard library."""
import argparse
import json
import pathlib
import re
import subprocess
import sys
import tempfile
import time

import browser as looks
from devtools import Browser
from expectations import expect, failed


class Page:
    """A chapter's page, opened, and its panel."""

    def __init__(self, browser, site, chapter):
        self.browser, self.chapter, self.complaints = browser, chapter, []
        self.file = site / "tutorials" / chapter / "index.html"
        self.look(browser.open(self.file.as_uri()))

    def look(self, complaints):
        self.complaints += complaints

    def do(self, script):
        self.look(self.browser.complaints())
        return self.browser.evaluate("(() => { const panel = document.querySelector('section.run');"
                                     f"const find = (s) => panel.querySelector(s); {script} }})()")

    def set(self, flag, value):
        self.do(f"const field = find('[name=\"{flag}\"]'); const value = {json.dumps(value)};"
                "if (field.type === 'checkbox') field.checked = value; else field.value = value;"
                "field.dispatchEvent(new Event('input', {bubbles: true}));")

    def start(self):
        self.do("find('form').requestSubmit()")

    def wait(self, condition, seconds):
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            if self.do("return " + condition):
                return True
            time.sleep(0.1)
        return False

    def run(self, seconds=600):
        self.start()
        return self.wait("panel.dataset.running === undefined", seconds)

    def status(self):
        return self.do("return find('.status').textContent")

    def claims(self):
        return self.do("return [...panel.querySelectorAll('.claims-here li')].map((li) => li.innerText || li.textContent)")

    def results(self):
        text = self.browser.evaluate("fetch(document.querySelector('.run a[download=\"results.json\"]').href).then((r) => r.text())")
        return json.loads(text)


def native(programs, chapter, *flags, cwd=None):
    """Runs the native program: exit status, standard error, results and output."""
    with tempfile.TemporaryDirectory() as out:
        command = [programs / chapter, *flags]
        ended = subprocess.run([*map(str, command), "--out", out], capture_output=True, text=True, cwd=cwd)
        file = pathlib.Path(out) / "results.json"
        figures = {figure.name for figure in pathlib.Path(out).glob("*.svg")}
        return ended, json.loads(file.read_text()) if file.exists() else {}, figures


number = re.compile(r"(?<![\w.])[-+]?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?")


def tables_differ(here, there):
    """Two prints of one table: other words, or numbers off by a quarter of themselves and a twentieth of the largest. Of the
    report of a gradient check, which lists the derivatives that came closest to failing by rounding, the first line."""
    if re.match("pass: |fail: ", there):
        here, there = here.partition("\n")[0], there.partition("\n")[0]
    words = [re.sub(r"[\s─]+", "", number.sub("#", text)) for text in (here, there)]
    if words[0] != words[1]:
        return f"{words[0][:200]} instead of {words[1][:200]}"
    if "seconds" in here:
        return ""
    here, there = ([float(each) for each in number.findall(text)] for text in (here, there))
    largest = max(map(abs, there), default=0)
    for a, b in zip(here, there):
        if abs(a - b) > 0.25 * abs(b) and abs(a - b) > 0.05 * largest:
            return f"{a} instead of {b}"
    return ""


def results_differ(here, there, equalities):
    """What is not the same in two results; `equalities` are the numbers of the claims that state one."""
    if here.keys() != there.keys():
        return f"other names: {sorted(here.keys() ^ there.keys())[:5]}"
    for name, value in there.items():
        claim = re.fullmatch(r"claim\.(\d+)(\.got)?", name)
        if name.startswith("printed."):
            if wrong := tables_differ(here[name], value):
                return f"{name}: {wrong}"
        elif claim and not claim[2] and here[name] != value:
            return f"{name}: {here[name]}"
        elif claim and claim[2] and int(claim[1]) in equalities:
            if here[name] == value:  # "inf" and "nan" are texts
                continue
            if not abs(float(here[name]) - float(value)) <= 2 * there[f"claim.{claim[1]}.tolerance"] + 1e-12 * abs(float(value)):
                return f"{name}: {here[name]} instead of {value}"
    return ""


def equalities(output):
    """The claims, by number, that --verbose says are equalities: "got x, expected y"."""
    blocks = re.split(r"(?m)^(?=[✓✗] )", output)[1:]
    return {n for n, block in enumerate(blocks, 1) if re.search(r"^    got \S+, expected ", block, re.M)}


def check_chapter(browser, site, programs, chapter):
    page = Page(browser, site, chapter)
    loaded = page.do("return [...document.scripts].filter((s) => s.src.includes('/run/0') || s.src.includes('/run/1')).length")
    expect(f"{chapter}: the page has not loaded the program", loaded == 0)
    page.set("quick", True)
    expect(f"{chapter}: the run ends", page.run(), page.status())
    status, claims = page.status(), page.claims()
    expect(f"{chapter}: {status}", re.match(r"all \d+ claims hold · ", status) and all(c.startswith("✓ ") for c in claims), claims)
    ended, results, figures = native(programs, chapter, "--quick", "--verbose")
    expect(f"{chapter}: the native program's claims are as many, and hold",
           ended.returncode == 0 and len(claims) == sum(name.endswith(".holds") for name in results), ended.stderr)
    wrong = results_differ(page.results(), results, equalities(ended.stdout))
    expect(f"{chapter}: the results agree with the native ones", not wrong, wrong)
    shown = page.do("return [...document.querySelectorAll('main img:not(.run img)')].filter((i) => "
                    "i.src.startsWith('blob:')).length")
    others = page.do("return panel.querySelectorAll('.found img').length")
    wanted = page.do("return document.querySelectorAll('button.switch').length")
    in_text = {name for name in figures if f'"figures/{name}"' in page.file.read_text()}
    expect(f"{chapter}: {shown} figures of the run are in the text", shown == wanted == len(in_text) > 0, (shown, wanted, in_text))
    expect(f"{chapter}: {others} figures of its other pages are in the panel", others == len(figures - in_text), (others, figures))
    page.do("for (const details of panel.querySelectorAll('details')) details.open = true")
    probe = (pathlib.Path(__file__).parent / "probe.js").read_text()
    for width, height in looks.sizes:
        for theme in looks.themes:
            browser.show(width, height, theme)
            seen = browser.evaluate(probe)
            expect(f"{chapter}: {width} px, {theme}, after the run: least contrast {seen['least']:.2f}", not seen["problems"],
                   seen["problems"][:5])
    page.do("return 0")
    expect(f"{chapter}: the console is empty, and nothing was asked of a server",
           not page.complaints and page.browser.asked <= {"file", "blob", "data"}, (page.complaints, page.browser.asked))


def check_stop(browser, site):
    page = Page(browser, site, "12-planning")
    page.set("quick", False)
    page.start()
    expect("a run shows what it prints while it runs", page.wait("find('pre').textContent.includes('12-planning')", 60))
    expect("progress is a bar", page.wait("!find('.doing').hidden && find('progress').max > 1", 120), page.status())
    page.do("find('.stop').click()")
    expect("Stop stops", page.do("return panel.dataset.running === undefined") and page.status().startswith("stopped"), page.status())
    page.set("quick", True)
    page.set("only", "bet")
    expect("and Run runs again", page.run(60) and page.status().startswith("all "), page.status())


def check_input(browser, site, programs):
    page = Page(browser, site, "08-belief")
    model = "discount: 0.95\nvalues: reward\nstates: 2\nactions: a b\nobservations: x y\nT: a\nidentity\nT: c\nuniform\n"
    with tempfile.TemporaryDirectory() as folder:
        (pathlib.Path(folder) / "pasted.pomdp").write_text(model)
        ended, _, _ = native(programs, "08-belief", "--pomdp", "pasted.pomdp", cwd=folder)
    paste = "const t = find('textarea[data-for=\"flag-pomdp\"]'); t.value = {}; t.dispatchEvent(new Event('change', {{bubbles: true}}));"
    page.do(paste.format(json.dumps(model)))
    page.run(60)
    expect("a malformed .pomdp: the program's line", ended.returncode == 2 and page.status() == ended.stderr.strip(),
           page.status() + " / " + ended.stderr)
    tiger = (pathlib.Path(__file__).resolve().parents[2] / "models/pomdp/classics/t-maze.pomdp").read_text()
    page.do(paste.format(json.dumps(tiger)))
    page.set("quick", True)
    expect("a model of the reader's runs", page.run(120) and page.status().startswith("all "), page.status())
    dropped = ("const d = new DataTransfer(); d.items.add(new File(['states: x y\\n?'], 'mine.pomdp'));"
               "document.body.dispatchEvent(new DragEvent('drop', {dataTransfer: d, bubbles: true, cancelable: true}));")
    page.do(dropped)
    page.wait("find('[name=pomdp]').value === 'mine.pomdp'", 5)
    page.run(60)
    expect("one that is dropped is read", page.status().startswith("08-belief: mine.pomdp:"), page.status())

    page = Page(browser, site, "10-filtering-posterior")
    ended, _, _ = native(programs, "10-filtering-posterior", "--batch", "0")
    page.set("batch", "0")
    page.run(60)
    expect("a flag out of range: the program's line", page.status() == ended.stderr.strip(), page.status() + " / " + ended.stderr)
    expect("and its field has the focus", page.do("return document.activeElement.name === 'batch' && document.activeElement.ariaInvalid === 'true'"))
    page.do("return 0")
    expect("refused input leaves the console empty", not page.complaints, page.complaints)


def press(browser, key, code):
    for kind in ("rawKeyDown", "char", "keyUp"):
        if kind != "char" or key == "Enter":
            browser.call("Input.dispatchKeyEvent", type=kind, key=key, windowsVirtualKeyCode=code, text="\r" if key == "Enter" else "")


def check_keyboard(browser, site):
    page = Page(browser, site, "01-tape")
    page.do("for (const details of panel.querySelectorAll('details')) details.open = true")
    controls = page.do("return [...panel.querySelectorAll('button:not(:disabled), input, select, textarea, summary, pre')]"
                       ".filter((e) => e.checkVisibility()).map((e, n) => e.dataset.n = n).length")
    reached = set()
    for _ in range(80):
        press(browser, "Tab", 9)
        reached.add(page.do("return document.activeElement.dataset.n"))
        if len(reached - {None}) == controls:
            break
    expect(f"Tab reaches all {controls} controls of the panel", len(reached - {None}) == controls, reached)
    page.set("only", "line")
    page.do("find('button[type=submit]').focus()")
    press(browser, "Enter", 13)
    expect("Enter on Run runs", page.wait("find('.status').textContent.startsWith('all ')", 60), page.status())
    browser.call("Emulation.setEmulatedMedia", media="screen", features=[{"name": "prefers-reduced-motion", "value": "reduce"}])
    moving = page.do("return document.getAnimations().length + [...document.querySelectorAll('*')].filter((e) => {"
                     "const s = getComputedStyle(e); return s.scrollBehavior === 'smooth' || parseFloat(s.transitionDuration) > 0; }).length")
    expect("nothing moves for a reader who does not want it", moving == 0, moving)


def check_sizes(site):
    total = sum(file.stat().st_size for file in site.rglob("*") if file.is_file()) / 1e6
    expect(f"the site is {total:.1f} MB, less than 40", total < 40)
    worst = max((sum(file.stat().st_size for file in [page, *page.parent.glob("figures/*")]) / 1e6, page.parent.name)
                for page in site.glob("tutorials/*/index.html"))
    expect(f"a page with its figures is at most {worst[0]:.2f} MB ({worst[1]}), less than 1", worst[0] < 1)


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("site", type=pathlib.Path)
    arguments.add_argument("programs", type=pathlib.Path)
    arguments.add_argument("--only", default="", help="chapters whose name matches")
    given = arguments.parse_args()
    site, programs = given.site.resolve(), given.programs.resolve()
    chapters = [file.stem for file in sorted((site / "run").glob("[0-9]*.js")) if re.search(given.only, file.stem)]
    if not chapters:
        sys.exit(f"{site / 'run'} has no such chapter")
    browser = Browser()
    try:
        check_sizes(site)
        for chapter in chapters:
            check_chapter(browser, site, programs, chapter)
        if not given.only:
            check_stop(browser, site)
            check_input(browser, site, programs)
            check_keyboard(browser, site)
    finally:
        browser.close()
    print(f"{len(chapters)} chapters; {failed()} failed")
    return 1 if failed() else 0


if __name__ == "__main__":
    sys.exit(main())
