#!/usr/bin/env python3
"""doxa beside PyTorch on this machine: the time of one training step of each case, as a Markdown table.

    tests/benchmarks/compare.py build/bin/bench
    tests/benchmarks/compare.py build/bin/bench build-float/bin/bench      # single precision too

The programs are run in turn, case by case and several rounds, on the same number of threads, and the medians over
the rounds are compared; PyTorch eager and traced, the better of the two counting. Needs Debian's python3-torch and
libopenblas0-pthread.

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
SIZES = [64, 128, 256, 1024]


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
    """(program, case, dtype) -> the values of all rounds."""

    def __init__(self):
        self.values = {}

    def add(self, text):
        for line in text.splitlines():
            fields = line.split(",")
            if len(fields) >= 5:
                self.values.setdefault(tuple(fields[:3]), []).append(float(fields[4]))

    def median(self, program, case, dtype):
        found = self.values.get((program, str(case), dtype))
        return statistics.median(found) if found else None


def table(headers, rows):
    def line(cells):
        return "| " + " | ".join(cells) + " |"
    return "\n".join([line(headers), line(["---"] + ["---:"] * (len(headers) - 1))] + [line(row) for row in rows])


def number(value):
    return "" if value is None else f"{value:,.0f}" if value >= 100 else f"{value:.1f}"


def steps_table(found, cases, dtype):
    rows = []
    for case in cases:
        eager, traced = (found.median(program, case, dtype) for program in ("torch", "torch-trace"))
        ours, manual = found.median("doxa", case, dtype), found.median("manual", case, dtype)
        rows.append([case, number(eager), number(traced), number(ours),
                     f"**{min(eager, traced) / ours:.1f}**", number(manual),
                     f"{ours / manual:.2f}" if manual else ""])
    return table([f"{dtype}, µs", "PyTorch eager", "traced", "doxa", "ratio", "by hand", "tape / by hand"], rows)


def matmul_table(found, dtype):
    rows = []
    for n in SIZES:
        ours, theirs = found.median("doxa-matmul", n, dtype), found.median("torch-matmul", n, dtype)
        rows.append([str(n), number(theirs), number(ours), f"{100 * ours / theirs:.0f} %"])
    return table([f"{dtype}, GFLOP/s", "PyTorch", "doxa", "share"], rows)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("bench", nargs="+", help="the program bench, of one or several builds")
    parser.add_argument("--case", choices=CASES, action="append", help="only this case; may be repeated")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=1.0, help="for each program, case and round")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--python", help="a Python that has PyTorch")
    arguments = parser.parse_args()
    if arguments.rounds < 1 or arguments.seconds <= 0 or arguments.threads < 1:
        fail("--rounds, --seconds and --threads: expected positive numbers")
    python, cases = find_python(arguments.python), arguments.case or CASES
    threads, seconds = str(arguments.threads), str(arguments.seconds)

    def run(*words):
        return output_of(list(words), threads)

    builds = {bench: run(bench, "--about").strip() for bench in arguments.bench}

    found, dtypes = Measurements(), []
    for bench, about in builds.items():
        dtype = about.split(",")[0]
        if dtype in dtypes:
            fail(f"{bench}: a second build for {dtype}")
        dtypes.append(dtype)
        ours = [bench, "--seconds", seconds, "--threads", threads]
        theirs = [python, PEER, "--seconds", seconds, "--threads", threads, "--dtype", dtype]
        for case in cases:
            print(f"{dtype} {case}", file=sys.stderr, flush=True)
            for _ in range(arguments.rounds):
                found.add(run(*ours, "--case", case))
                found.add(run(*theirs, "--case", case))
                found.add(run(*theirs, "--case", case, "--trace"))
        if arguments.threads == 1 and not arguments.case:
            print(f"{dtype} matmul", file=sys.stderr, flush=True)
            sizes = [word for n in SIZES for word in ("--matmul", str(n))]
            for _ in range(arguments.rounds):
                found.add(run(*ours, "--case", "matmul"))
                found.add(run(*theirs, *sizes))

    print(f"{processor()}, {os.cpu_count()} cores, {platform.system()}; {threads} thread(s), medians of "
          f"{arguments.rounds} rounds in turn. {run(python, PEER, '--about').strip()}.")
    for about in builds.values():
        print(f"doxa: {about}.")
    for dtype in dtypes:
        print("\n" + steps_table(found, cases, dtype))
        if arguments.threads == 1 and not arguments.case:
            print("\n" + matmul_table(found, dtype))


if __name__ == "__main__":
    main()
