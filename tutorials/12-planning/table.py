#!/usr/bin/env python3
"""The variant `belief` of chapter 12 on models of the project, to table.json beside this script.

    tutorials/12-planning/table.py PROGRAM [--seeds 1,2,3]

PROGRAM is the built bin/12-planning. Models and seeds that are in the file already are not run again. The chapter's
text is held against the file (bin/quotes).
"""
import argparse
import json
import pathlib
import subprocess
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
CLASSICS = HERE.parents[1] / "models" / "pomdp" / "classics"
# The settings were found on these …
FOUND_ON = [CLASSICS / f"{name}.pomdp" for name in ["tiger", "tiger-wait", "cheese", "4x3", "shuttle", "t-maze"]]
FOUND_ON.append(HERE / "three-doors.pomdp")
# … and not on these.
UNSEEN = [HERE / f"{name}.pomdp" for name in ["four-boxes", "rock", "signal"]]


def run(program, file, seed):
    with tempfile.TemporaryDirectory() as out:
        command = [program, "--pomdp", str(file), "--variant", "belief", "--seed", str(seed), "--out", out]
        done = subprocess.run(command, stdout=subprocess.DEVNULL)
        if done.returncode not in (0, 1):  # 1: a claim failed
            raise SystemExit(f"{' '.join(command)}: exit status {done.returncode}")
        return json.loads((pathlib.Path(out) / "results.json").read_text())


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program")
    parser.add_argument("--seeds", default="1,2,3")
    arguments = parser.parse_args()
    path = HERE / "table.json"
    table = json.loads(path.read_text()) if path.exists() else {}
    for seed in arguments.seeds.split(","):
        for file in FOUND_ON + UNSEEN:
            model = file.stem
            name = f"{model}.seed{seed}."
            if name + "planning_score" in table:
                continue
            results = run(arguments.program, file, seed)
            for field in ("planning_score", "planning_score_se", "seconds"):
                table[name + field] = results[f"belief.{field}"]
            if model == "shuttle":
                table["shuttle.sequence"], table["shuttle.memoryless"] = results["sequence"], results["memoryless"]
            path.write_text(json.dumps(table, indent=2) + "\n")


if __name__ == "__main__":
    main()
