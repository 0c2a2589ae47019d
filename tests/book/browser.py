#!/usr/bin/env python3
"""The book in a real browser: each page at 390 and 1440 px in both themes (probe.js and reading.js say what is looked at).

    tests/book/browser.py build/book/book [--only REGEX] [--pictures DIR]

--pictures saves what is seen, instead of checking it. Takes Debian's chromium, and nothing but Python's standard library."""
import argparse
import pathlib
import re
import sys

from devtools import Browser

sizes = ((390, 844), (1440, 900))
themes = ("light", "dark")


def pages(site, only):
    return [page for page in sorted(site.rglob("*.html")) if re.search(only, page.relative_to(site).as_posix())]


def take_pictures(browser, site, only, folder, height):
    folder.mkdir(parents=True, exist_ok=True)
    for page in pages(site, only):
        browser.open(page.as_uri())
        name = page.relative_to(site).as_posix().replace("/", "_")[:-5]
        for width, window in sizes:
            for theme in themes:
                browser.show(width, window, theme)
                tall = browser.evaluate("document.documentElement.scrollHeight")
                for part, top in enumerate(range(0, min(tall, height), 2200)):
                    browser.picture(str(folder / f"{name}-{width}-{theme}-{part}.png"), top, width, min(2200, tall - top))


def problems_of(browser, page):
    """What is wrong with one page, and what was looked at."""
    probe, reading = ((pathlib.Path(__file__).parent / name).read_text() for name in ("probe.js", "reading.js"))
    problems, least = browser.open(page.as_uri()), float("inf")
    for width, height in sizes:
        for theme in themes:
            browser.show(width, height, theme)
            seen = browser.evaluate(probe)
            least = min(least, seen["least"] or least)
            found = seen["problems"] + (browser.evaluate(reading)["problems"] if theme == themes[0] else [])
            problems += [f"{width} px, {theme}: {problem}" for problem in found]
    return {**seen, "problems": problems + browser.complaints(), "least": least}


def check(browser, site, only):
    checked = failed = texts = formulas = images = 0
    least = float("inf")
    for page in pages(site, only):
        seen = problems_of(browser, page)
        texts, formulas, images = texts + seen["texts"], formulas + seen["formulas"], images + seen["images"]
        least = min(least, seen["least"])
        checked += 1
        failed += bool(seen["problems"])
        for problem in seen["problems"][:20]:
            print(f"{page.relative_to(site).as_posix()}: {problem}")
    print(f"{checked} pages at two widths in two themes: {texts} texts (least contrast {least:.2f}), {formulas} formulas, "
          f"{images} pictures; {failed} pages with problems")
    return 1 if failed or not checked else 0


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("site", type=pathlib.Path)
    arguments.add_argument("--only", default="", help="pages whose path matches")
    arguments.add_argument("--pictures", type=pathlib.Path)
    arguments.add_argument("--height", type=int, default=6600, help="of a page, how much is pictured")
    given = arguments.parse_args()
    browser = Browser()
    try:
        if given.pictures:
            take_pictures(browser, given.site.resolve(), given.only, given.pictures, given.height)
            return 0
        return check(browser, given.site.resolve(), given.only)
    finally:
        browser.close()


if __name__ == "__main__":
    sys.exit(main())
