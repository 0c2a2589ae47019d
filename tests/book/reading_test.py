#!/usr/bin/env python3
"""What a reader of the book does besides reading, in a real browser: look up a symbol, search, get about by the keyboard alone,
enlarge a figure on a narrow screen, print.

    tests/book/reading_test.py build/book/book

Takes Debian's chromium, and nothing but Python's standard library. (browser.py looks at how every page is laid out.)"""
import base64
import pathlib
import re
import sys

from devtools import Browser
from expectations import expect, failed

root = pathlib.Path(__file__).resolve().parents[2]
chapter = "tutorials/10-filtering-posterior/index.html"


class Page:
    def __init__(self, site, width=1440, height=900):
        self.browser, self.site, self.complaints = Browser(), site, []
        self.browser.show(width, height, "light")

    def open(self, page):
        self.complaints += self.browser.open((self.site / page).as_uri())

    def do(self, script):
        self.complaints += self.browser.complaints()
        return self.browser.evaluate("(async () => { const wait = (ms) => new Promise((done) => setTimeout(done, ms));"
                                     "const find = (s) => document.querySelector(s); " + script + " })()")

    def press(self, key, text=None, **more):
        codes = {"Tab": 9, "Enter": 13, "Escape": 27, "ArrowDown": 40, "ArrowUp": 38}
        text = text or ("\r" if key == "Enter" else None)
        for kind in ("keyDown" if text else "rawKeyDown", "keyUp"):
            self.browser.call("Input.dispatchKeyEvent", type=kind, key=key, windowsVirtualKeyCode=codes.get(key, ord(key[0])),
                              **({"text": text} if text and kind == "keyDown" else {}), **more)

    def type(self, text):
        self.browser.call("Input.insertText", text=text)

    def point(self, selector):
        """Moves the pointer to an element and waits as long as a reader would."""
        x, y = self.do(f"const e = find({selector!r}); e.scrollIntoView({{block: 'center'}}); const b = e.getBoundingClientRect();"
                       "return [b.x + b.width / 2, b.y + b.height / 2]")
        self.browser.call("Input.dispatchMouseEvent", type="mouseMoved", x=x, y=y)
        self.do("await wait(400)")


def check_symbols(page):
    page.open(chapter)
    shown = "const box = find('#meaning'); return box.hidden ? '' : box.innerText"
    page.point("#eq-10\\.6 [data-n]")
    text = page.do(shown)
    expect(f"a symbol under the pointer says what it means: {text[:60]!r}", len(text) > 10)
    page.press("Escape")
    expect("Escape hides it", page.do(shown) == "")
    page.browser.call("Input.dispatchMouseEvent", type="mouseMoved", x=5, y=5)
    page.do("find('#eq-10\\\\.6').previousElementSibling.setAttribute('tabindex', '-1');"
            "find('#eq-10\\\\.6').previousElementSibling.focus()")
    for _ in range(20):
        page.press("Tab")
        if page.do("return document.activeElement.matches('.equation .scroll')"):
            break
    text, wanted = page.do(shown), page.do("const all = [...document.activeElement.querySelectorAll('[data-n]')];"
                                           "return new Set(all.flatMap((e) => e.dataset.n.split(' '))).size")
    count = page.do("return document.querySelectorAll('#meaning dt').length")
    expect(f"a formula that has the focus says what its {wanted} symbols mean", text and count == wanted > 3, (text, count))
    described = page.do("return document.activeElement.getAttribute('aria-describedby')")
    expect("and a screen reader is told of it", described == "meaning", described)
    inside = page.do("const b = find('#meaning').getBoundingClientRect(); return b.left >= 0 && b.right <= innerWidth")
    expect("it is on the screen", inside)


def check_notation(page, site):
    table = (root / "tutorials/README.md").read_text()
    rows = len(re.findall(r"(?m)^\| \$.*\| \d\d[^|]*\|$", table))
    pages = [each for each in sorted(site.glob("tutorials/[0-9]*/*.html")) if 'class="chapter"' in each.read_text()]
    marked = sheets = 0
    wrong = []
    for each in pages:
        text = each.read_text()
        marks = {n for list_ in re.findall(r'data-n="([\d ]+)"', text) for n in list_.split()}
        entries = set(re.findall(r'id="symbol-(\d+)"', text))
        marked, sheets = marked + len(re.findall(r'data-n="', text)), sheets + len(entries)
        if marks != entries:
            wrong.append(f"{each}: {sorted(marks ^ entries)[:5]}")
    expect(f"{marked} symbols of {len(pages)} pages lead to {sheets} entries of their sheets, from a table of {rows} rows",
           marked > 5000 and rows > 200 and not wrong, wrong[:3])
    # What a letter means depends on the chapter.
    meant = {"07-kalman": ("<mi>q</mi>", "variance of a scalar"), "10-filtering-posterior": ("<mi>q</mi>", "any distribution that")}
    for name, (symbol, words) in meant.items():
        text = (site / f"tutorials/{name}/index.html").read_text()
        sheet = text[text.index('class="sheet notation"'):text.index("</details>", text.index('class="sheet notation"'))]
        entries = re.findall(r"<dt>(.*?)</dt>\s*<dd>(.*?)</dd>", sheet, re.S)
        found = [meaning for given, meaning in entries if re.sub(r"</?(math|mrow|p)[^>]*>", "", given).strip() == symbol]
        expect(f"{name}: q is {words}", any(words in each for each in found), found)


def check_search(page):
    page.open(chapter)
    page.press("/", text="/")
    expect("/ opens the search, and its field has the focus", page.do("return document.activeElement.type") == "search")

    def results(query):
        page.do("find('dialog input').value = ''; find('dialog [role=status]').textContent = ''")
        page.type(query)
        page.do("for (let n = 0; n < 40 && !find('dialog [role=status]').textContent; ++n) await wait(50); await wait(100)")
        return page.do("return [...document.querySelectorAll('dialog.search li a')].map((a) => a.textContent + ' ' + a.getAttribute('href'))")

    for query, wanted in (("smoother backward", "tutorials/08-belief/smoothing.html"), ("Cholesky", "tutorials/02"),
                          ("(10.6)", "#eq-10.6"), ("06.4", "tutorials/06-vae/index.html#eq-06.4"), ("kalman/smoother.h", "models/kalman/smoother.h.html")):
        found = results(query)
        expect(f"{query!r} finds {wanted}", any(wanted in each for each in found[:6]), found[:6])
    expect("nonsense finds nothing, and it is said", results("qzxv") == [] and page.do("return find('dialog [role=status]').textContent")
           == "nothing found")
    found = results("(10.6)")
    page.press("ArrowDown")
    expect("the arrow goes to the first result", page.do("return document.activeElement.textContent").startswith("Equation (10.6)"))
    page.press("ArrowUp")
    expect("and back", page.do("return document.activeElement.type") == "search")
    results("emission smoothing")
    page.press("Escape")
    expect("Escape closes it", page.do("return !find('dialog.search').open"))
    page.press("/", text="/")
    results("06.4")
    page.press("Enter")
    page.do("await wait(500)")
    expect("Enter opens the first result", page.do("return location.href").endswith("06-vae/index.html#eq-06.4"),
           page.do("return location.href"))


def check_keyboard(page):
    """Tab comes to whatever can be clicked or scrolled, where it can be seen, and shows where it is."""
    page.open(chapter)
    wanted = page.do("const all = [...document.querySelectorAll('a[href], button, summary, input, [tabindex=\"0\"]')]"
                     ".filter((e) => e.checkVisibility() && e.tabIndex >= 0 && !e.disabled);"
                     "all.forEach((e, n) => e.dataset.stop = n); return all.length")
    reached, unseen = set(), []
    for _ in range(wanted + 40):
        page.press("Tab")
        stop, seen = page.do("const e = document.activeElement; const b = e.getBoundingClientRect(), s = getComputedStyle(e);"
                             "return [e.dataset.stop ?? null, s.outlineStyle !== 'none' && b.bottom > 0 && b.top < innerHeight]")
        if stop is not None and not seen:
            unseen.append(stop)
        reached.add(stop)
        if len(reached - {None}) == wanted:
            break
    expect(f"Tab reaches all {wanted} of them", len(reached - {None}) == wanted, wanted - len(reached - {None}))
    expect("and each is seen when it has the focus", not unseen, unseen)
    page.open(chapter)
    page.do("find('.bar summary').focus()")
    page.press("Enter")
    expect("Enter unfolds the contents", page.do("return find('.bar details').open"))
    page.press("Escape")
    expect("Escape folds them, and the focus stays", page.do("return !find('.bar details').open && document.activeElement.matches('.bar summary')"))
    page.browser.call("Emulation.setEmulatedMedia", media="screen", features=[{"name": "prefers-reduced-motion", "value": "reduce"}])
    moving = page.do("return document.getAnimations().length + [...document.querySelectorAll('*')].filter((e) => {"
                     "const s = getComputedStyle(e); return s.scrollBehavior === 'smooth' || parseFloat(s.transitionDuration) > 0; }).length")
    expect("nothing moves for a reader who does not want it", moving == 0, moving)


def check_ways(page, site):
    """By "next" alone one comes from the first page to the last, by "before" back."""
    way, at = [], "index.html"
    while at and len(way) < 200:
        way.append(at)
        text = (site / at).read_text()
        onward = re.search(r'<a rel="next" href="([^"]*)"', text)
        at = (site / at).parent.joinpath(onward[1]).resolve().relative_to(site).as_posix() if onward else None
    texts = {each.relative_to(site).as_posix() for each in site.rglob("*.html") if '<body class="chapter">' in each.read_text()}
    expect(f"next leads through all {len(texts)} pages of the text", set(way) == texts and len(way) == len(texts), texts ^ set(way))
    back = [re.search(r'<a rel="prev" href="([^"]*)"', (site / each).read_text()) for each in way]
    backs = [(site / each).parent.joinpath(found[1]).resolve().relative_to(site).as_posix() for each, found in zip(way[1:], back[1:])]
    expect("and before leads back", back[0] is None and backs == way[:-1])


def check_lines(page):
    page.open("models/kalman/filter.h.html")
    page.browser.show(1440, 900, "light")
    x, y = page.do("const b = find('#L-5').getBoundingClientRect(); return [b.x + 12, b.y + b.height / 2]")
    for kind in ("mousePressed", "mouseReleased"):
        page.browser.call("Input.dispatchMouseEvent", type=kind, x=x, y=y, button="left", clickCount=1)
    expect("the number of a line of a source file leads to the line", page.do("return location.hash") == "#L-5")


def check_narrow(page):
    page.browser.show(390, 844, "light")
    page.open(chapter)
    look = ("const f = find('.figure'), b = f.querySelector('.scroll'); f.scrollIntoView(); const i = f.querySelector('img');"
            "return [i.getBoundingClientRect().width, b.clientWidth, b.scrollWidth, document.documentElement.scrollWidth]")
    width, room, _, _ = page.do(look)
    expect(f"a figure fits a narrow screen: {width:.0f} px", width <= room)
    page.do("find('.figure .enlarge').click()")
    width, room, inside, whole = page.do(look)
    expect(f"and can be shown at full size, {width:.0f} px, in a box that scrolls", width > room and inside > room and whole <= 390,
           (width, room, inside, whole))


def check_print(page, site):
    for width in (718, 680):  # A4 and letter, less margins
        page.browser.show(width, 1000, "light")
        page.browser.call("Emulation.setEmulatedMedia", media="print", features=[])
        for each in (chapter, "tutorials/07-kalman/index.html", "tutorials/index.html"):
            page.open(each)
            wide = page.do("for (const d of document.querySelectorAll('details')) d.open = true; const edge = document.documentElement.clientWidth;"
                           "return [...document.querySelectorAll('main *')].filter((e) => e.checkVisibility() && e.getBoundingClientRect().right > edge + 1"
                           " && !e.closest('.places')).map((e) => e.localName + '.' + e.className + ' ' + e.textContent.slice(0, 40))")
            expect(f"{each} printed {width} px wide: nothing is cut off", not wide, wide[:4])
            shown = page.do("return [...document.querySelectorAll('.bar, .enlarge, .margin, footer')].filter((e) => e.checkVisibility()).length")
            expect("and what is for the screen is not there", shown == 0, shown)
    pdf = base64.b64decode(page.browser.call("Page.printToPDF", printBackground=False, preferCSSPageSize=True)["data"])
    expect(f"a page prints, {len(re.findall(rb'/Type /Page[^s]', pdf))} sheets", pdf.startswith(b"%PDF") and len(pdf) > 20000)


def check_sizes(site):
    shared = sum((site / name).stat().st_size for name in ("style.css", "page/reading.js", "page/search.js"))
    def size(page):
        figures = set(re.findall(r'<img src="(figures/[^"]*)"', page.read_text()))
        return page.stat().st_size + sum((page.parent / figure).stat().st_size for figure in figures) + shared
    worst = max((size(page), page.relative_to(site)) for page in site.glob("tutorials/*/*.html"))
    words = (site / "page/words.js").stat().st_size
    expect(f"a page with its figures and scripts is at most {worst[0] / 1e6:.2f} MB ({worst[1]}), less than 1", worst[0] < 1e6)
    expect(f"the words, loaded by the first search, are {words / 1e6:.2f} MB, less than a half", words < 0.5e6)


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    site = pathlib.Path(sys.argv[1]).resolve()
    page = Page(site)
    try:
        check_sizes(site)
        check_notation(page, site)
        check_symbols(page)
        check_search(page)
        check_keyboard(page)
        check_ways(page, site)
        check_lines(page)
        check_narrow(page)
        check_print(page, site)
        page.do("return 0")
        expect("the console is empty, and nothing was asked of a server", not page.complaints and page.browser.asked <= {"file", "blob", "data"},
               (page.complaints, page.browser.asked))
    finally:
        page.browser.close()
    print(f"{failed()} failed")
    return 1 if failed() else 0


if __name__ == "__main__":
    sys.exit(main())
