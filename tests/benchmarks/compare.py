#!/usr/bin/env python3
"""doxa beside PyTorch on this machine: the time of one training step of each case, as a Markdown table.

    tests/benchmarks/compare.py build/bin/bench
    tests/benchmarks/compare.py build/bin/bench build-float/bin/bench      # single precision too

The programs are run in turn, case by case and several rounds, on the same number of threads, and the medians over
the rounds are compared; PyTorch eager and traced, or compiled from version 2 on, the better of the two counting. Needs
Debian's python3-torch and libopenblas0-pthread, and python3-setuptools, libtorch-dev and g++ to compile. A newer Debian
in a folder of its own will do: --python is then a script that enters it and runs its python3.

usage: compare.py [--case NAME]... [--rounds N] [--seconds S] [--threads N] [--python PATH] BENCH...
"""
import argparse
import os
import platform
import shutil
import statistics
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
PEER = os.path.join(HERE, "torch_steps.py")
CASES = ["vae-small", "vae-medium", "vae-large", "filter-small", "filter-medium", "filter-large", "rssm-medium",
         "rssm-large"]
OBJECTIVES = ["lstm-l2-c1024", "gmm-d2-k5", "gmm-d10-k25", "gmm-d64-k25", "gmm-d128-k25"]
MODES = {"torch": [], "torch-trace": ["--trace"], "torch-compile": ["--compile"]}
SIZES = [64, 128, 256, 512, 1024, 2048]


def fail(text):
    print(f"compare.py: {text}", file=sys.stderr)
    sys.exit(2)


def output_of(words, threads):
    # OpenBLAS chooses its kernels itself: a setting made for other programs could hold it back.
    environment = {name: value for name, value in os.environ.items() if not name.startswith("OPENBLAS_")}
    environment["OPENBLAS_NUM_THREADS"] = environment["OMP_NUM_THREADS"] = str(threads)
    try:
        done = subprocess.run(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment)
    except OSError as error:
        fail(f"cannot run {words[0]}: {error.strerror}")
    if done.returncode != 0:
        lines = done.stderr.strip().splitlines() or [f"exit status {done.returncode}"]
        fail(f"{' '.join(words)}: {lines[-1]}")
    return done.stdout


def find_python(chosen):
    """A Python that has PyTorch: the chosen one, else this one, else Debian's."""
    for python in [chosen] if chosen else [sys.executable, "/usr/bin/python3"]:
        if not shutil.which(python):
            continue
        if subprocess.run([python, "-c", "import torch"], stderr=subprocess.DEVNULL).returncode == 0:
            return python
    fail("found no Python with PyTorch; on Debian: apt-get install python3-torch libopenblas0-pthread")


def processor():
    try:
        with open("/proc/cpuinfo") as info:
            for line in info:
                if line.startswith("model name"):
                    return line.split(":", 1)[1].strip()
    except OSError:
        pass
    return platform.processor() or platform.machine()


class Measurements:
    """(program, case, dtype) -> the rows of all rounds."""

    def __init__(self):
        self.rows = {}

    def add(self, text):
        for line in text.splitlines():
            fields = line.split(",")
            if len(fields) >= 5:
                self.rows.setdefault(tuple(fields[:3]), []).append([float(field) for field in fields[3:]])

    def median(self, program, case, dtype, field=1):
        """Of the times or rates, or of another field behind the number of threads."""
        found = self.rows.get((program, str(case), dtype))
        return statistics.median(row[field] for row in found) if found else None


def table(headers, rows):
    def line(cells):
        return "| " + " | ".join(cells) + " |"
    return "\n".join([line(headers), line(["---"] + ["---:"] * (len(headers) - 1))] + [line(row) for row in rows])


def number(value):
    return "" if value is None else f"{value:,.0f}" if value >= 100 else f"{value:.1f}"


def theirs_and_ratio(found, case, dtype, ours, modes):
    """The cells of PyTorch's times, with the best one marked, and of the ratio to that."""
    times = {mode: found.median(mode, case, dtype) for mode in modes}
    best = min(time for time in times.values() if time is not None)
    cells = [number(time) + (" ←" if time == best else "") for time in times.values()]
    return cells, f"**{best / ours:.1f}**"


def steps_table(found, cases, dtype, modes):
    rows = []
    for case in cases:
        ours, manual = found.median("doxa", case, dtype), found.median("manual", case, dtype)
        cells, ratio = theirs_and_ratio(found, case, dtype, ours, modes)
        share = found.median("doxa", case, dtype, field=6)
        rows.append([case, *cells, number(ours), ratio, number(manual), f"{ours / manual:.2f}" if manual else "",
                     f"{100 * share:.0f} %"])
    return table([f"{dtype}, µs", *heads(modes), "doxa", "ratio", "by hand", "tape / by hand", "share of peak"],
                 rows)


def objectives_table(found, cases, dtype, modes):
    rows = []
    for case in cases:
        ours = found.median("doxa-objective", case, dtype)
        cells, ratio = theirs_and_ratio(found, case, dtype, ours, modes)
        rows.append([case, *cells, number(ours), ratio])
    return table([f"{dtype}, µs", *heads(modes), "doxa", "ratio"], rows)


def heads(modes):
    names = {"torch": "PyTorch eager", "torch-trace": "traced", "torch-compile": "compiled"}
    return [names[mode] for mode in modes]


def modes_of(case, modes):
    """A loop of a thousand steps is neither traced nor compiled in reasonable time."""
    return ["torch"] if case.startswith("lstm") else modes


def find_modes(python, version):
    """Version 2 compiles in place of tracing, which is deprecated there; if it can not here, a line says why."""
    if version.startswith("PyTorch 1."):
        return ["torch", "torch-trace"]
    words = [python, PEER, "--case", "vae-small", "--seconds", "0.01", "--compile"]
    done = subprocess.run(words, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    if done.returncode == 0:
        return ["torch", "torch-compile"]
    lines = [line for line in done.stderr.splitlines() if "rror" in line] or [f"exit status {done.returncode}"]
    print(f"compare.py: torch.compile does not work here, and is left out: {lines[-1].strip()}", file=sys.stderr)
    return ["torch"]


def matmul_table(found, dtype):
    rows = []
    for n in SIZES:
        ours, theirs = found.median("doxa-matmul", n, dtype), found.median("torch-matmul", n, dtype)
        share = found.median("doxa-matmul", n, dtype, 2)
        rows.append([str(n), number(theirs), number(ours), f"{100 * ours / theirs:.0f} %", f"{100 * share:.0f} %"])
    return table([f"{dtype}, GFLOP/s", "PyTorch", "doxa", "of PyTorch", "of doxa's 128 × 128"], rows)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("bench", nargs="+", help="the program bench, of one or several builds")
    parser.add_argument("--case", choices=CASES + OBJECTIVES, action="append", help="only this case; may be repeated")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=1.0, help="for each program, case and round")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--python", help="a Python that has PyTorch")
    arguments = parser.parse_args()
    if arguments.rounds < 1 or arguments.seconds <= 0 or arguments.threads < 1:
        fail("--rounds, --seconds and --threads: expected positive numbers")
    python = find_python(arguments.python)
    cases = arguments.case or CASES + (OBJECTIVES if arguments.threads == 1 else [])
    if arguments.threads > 1 and any(case in OBJECTIVES for case in cases):
        fail("--threads: an objective takes one thread")
    threads, seconds = str(arguments.threads), str(arguments.seconds)

    def run(*words):
        return output_of(list(words), threads)

    version = run(python, PEER, "--about").strip()
    modes = find_modes(python, version)
    builds = {bench: run(bench, "--about").strip() for bench in arguments.bench}

    found, dtypes = Measurements(), []
    for bench, about in builds.items():
        dtype = about.split(",")[0]
        if dtype in dtypes:
            fail(f"{bench}: a second build for {dtype}")
        dtypes.append(dtype)
        ours = [bench, "--seconds", seconds]
        theirs = [python, PEER, "--seconds", seconds, "--threads", threads, "--dtype", dtype]
        for case in cases:
            print(f"{dtype} {case}", file=sys.stderr, flush=True)
            for _ in range(arguments.rounds):
                found.add(run(*ours, "--case", case, *(["--threads", threads] if case in CASES else [])))
                for mode in modes_of(case, modes):
                    found.add(run(*theirs, "--case", case, *MODES[mode]))
        if arguments.threads == 1 and not arguments.case:
            print(f"{dtype} matmul", file=sys.stderr, flush=True)
            sizes = [word for n in SIZES for word in ("--matmul", str(n))]
            for _ in range(arguments.rounds):
                found.add(run(*ours, "--case", "matmul"))
                found.add(run(*theirs, *sizes))

    print(f"{processor()}, {os.cpu_count()} cores, {platform.system()}; {threads} thread(s), medians of "
          f"{arguments.rounds} rounds in turn. {version}.")
    for about in builds.values():
        print(f"doxa: {about}.")
    for dtype in dtypes:
        for chosen, as_table in ((CASES, steps_table), (OBJECTIVES, objectives_table)):
            if these := [case for case in cases if case in chosen]:
                print("\n" + as_table(found, these, dtype, modes))
        if arguments.threads == 1 and not arguments.case:
            print("\n" + matmul_table(found, dtype))


if __name__ == "__main__":
    main()
