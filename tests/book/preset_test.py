#!/usr/bin/env python3
"""The presets `book` and `web`: what they say where pandoc or Emscripten is missing or too old, and that the book shows the
reader's own last run.

    tests/book/preset_test.py

Builds the book of a copy of the source tree in which chapter 10 has been run, with numbers that no run gives."""
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

from expectations import expect, failed

root = pathlib.Path(__file__).resolve().parents[2]
chapter = "10-filtering-posterior"


def configure(tree, build, *options):
    return subprocess.run(["cmake", "-G", "Ninja", "-S", tree, "-B", build, "-DDOXA_BOOK=ON", *options],
                          capture_output=True, text=True)


def own_run(tree):
    """results.json and a figure in out/, other than the committed ones; returns the results."""
    results = json.loads((root / "tutorials" / chapter / "results.json").read_text())
    results["seed"] = 77
    for name in results:
        if isinstance(results[name], float) and not name.startswith("claim."):
            results[name] += 0.3
    results["claim.1"], results["claim.1.holds"], results["claim.1.got"] = "own <sentence>", 0, 0.25
    out = tree / "out" / chapter
    out.mkdir(parents=True)
    (out / "results.json").write_text(json.dumps(results))
    figure = sorted((root / "tutorials" / chapter / "figures").glob("*.svg"))[0]
    (out / figure.name).write_text(figure.read_text().replace("</svg>", "<!-- own --></svg>"))
    return results, figure.name


def bound_numbers(tree):
    """The numbers of the page that are bound by a plain word right before the comment: name and digits."""
    text = (tree / "tutorials" / chapter / "README.md").read_text()
    return re.findall(r"(?<![\d.$·^{−-])(\d+\.\d+)<!--=([\w.]+)-->", text)


def main():
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        missing = configure(root, folder / "missing", "-DDOXA_PANDOC=DOXA_PANDOC-NOTFOUND", "-DCMAKE_FIND_USE_CMAKE_SYSTEM_PATH=OFF",
                            "-DCMAKE_FIND_USE_SYSTEM_ENVIRONMENT_PATH=OFF", "-DCMAKE_MAKE_PROGRAM=" + shutil.which("ninja"))
        expect("without pandoc one line says what to install",
               missing.returncode != 0 and "apt-get install -y pandoc\n" in missing.stderr, missing.stderr)
        old = folder / "pandoc"
        old.write_text("#!/bin/sh\necho pandoc 2.9.2.1\n")
        old.chmod(0o755)
        outdated = configure(root, folder / "outdated", f"-DDOXA_PANDOC={old}")
        expect("an old pandoc is named", outdated.returncode != 0 and "not 2.9.2.1: apt-get install -y pandoc\n" in outdated.stderr,
               outdated.stderr)

        toolchain = f"-DCMAKE_TOOLCHAIN_FILE={root}/.cmake/web.cmake"
        without = configure(root, folder / "without", "-DDOXA_BOOK=OFF", "-DDOXA_WEB=ON", toolchain,
                            "-DDOXA_EM_CONFIG=DOXA_EM_CONFIG-NOTFOUND", "-DCMAKE_FIND_USE_CMAKE_SYSTEM_PATH=OFF",
                            "-DCMAKE_FIND_USE_SYSTEM_ENVIRONMENT_PATH=OFF", "-DCMAKE_MAKE_PROGRAM=" + shutil.which("ninja"))
        expect("without Emscripten one line says what to install",
               without.returncode != 0 and "apt-get install -y emscripten\n" in without.stderr, without.stderr)
        emscripten = folder / "emscripten"
        (emscripten / "cmake/Modules/Platform").mkdir(parents=True)
        (emscripten / "cmake/Modules/Platform/Emscripten.cmake").write_text("set(EMSCRIPTEN_VERSION 3.1.6)\n")
        (emscripten / "em-config").write_text(f"#!/bin/sh\necho '{emscripten}'\n")
        (emscripten / "em-config").chmod(0o755)
        older = configure(root, folder / "older", "-DDOXA_BOOK=OFF", "-DDOXA_WEB=ON", toolchain,
                          f"-DDOXA_EM_CONFIG={emscripten}/em-config")
        expect("an old Emscripten is named", older.returncode != 0 and "not 3.1.6: Debian 13 has it\n" in older.stderr, older.stderr)

        # A path with what scripts forget to quote: capital letters, blanks, parentheses, an apostrophe, accents.
        tree = folder / "Étude Ü" / "Doxa (1)'s copy"
        shutil.copytree(root, tree, ignore=lambda at, names: [n for n in names if pathlib.Path(at) == root and n in ("build", "out", ".git")])
        results, figure = own_run(tree)
        made = subprocess.run(["cmake", "--workflow", "--preset", "book"], cwd=tree, capture_output=True, text=True)
        expect("the book is built", made.returncode == 0, made.stdout + made.stderr)
        expect("without a compiler", "CMAKE_CXX_COMPILER" not in (tree / "build/book/CMakeCache.txt").read_text())
        site = tree / "build/book/book/tutorials" / chapter
        page = (site / "index.html").read_text()
        expect("it shows the reader's figure", (site / "figures" / figure).read_text().endswith("<!-- own --></svg>\n")
               or "<!-- own -->" in (site / "figures" / figure).read_text())
        numbers = bound_numbers(tree)
        shown = [f'title="committed with the chapter: {digits}">{results[name]:.{len(digits.partition(".")[2])}f}</span>'
                 for digits, name in numbers]
        expect(f"it shows the reader's numbers, {len(numbers)} of them", bool(numbers) and all(each in page for each in shown),
               str([each for each in shown if each not in page][:3]))
        expect("its table of claims is the reader's, with the seed", "your own last run" in page and "seed 77" in page
               and "own &lt;sentence&gt;" in page and "✗ failed" in page)
        other = (site.parent / "11-rssm" / "index.html").read_text()
        expect("that of a chapter that was not run is the committed one", "committed with the chapter" in other)
        (tree / "models/vae/vae.h").write_text((tree / "models/vae/vae.h").read_text() + "// (06.3) again\n")
        again = subprocess.run(["cmake", "--build", "build/book", "--target", "book"], cwd=tree, capture_output=True, text=True)
        expect("what did not change is not made again", "The book: models" in again.stdout and "The book: engine" not in again.stdout,
               again.stdout)
        expect("and a new citation is linked", '#eq-06.3">06.3</a>) again' in (site.parents[1] / "models/vae/vae.h.html").read_text())
    return 1 if failed() else 0


if __name__ == "__main__":
    sys.exit(main())
