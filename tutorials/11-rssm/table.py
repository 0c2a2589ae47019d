#!/usr/bin/env python3
"""All variants of chapter 11 on the shipped models, to table.csv and table.json beside this script.

    tutorials/11-rssm/table.py PROGRAM [--seeds 1,2,3] [--steps N]

PROGRAM is the built bin/11-rssm. One row a model, seed and variant; rows of runs that are in the file already are
kept and not run again, so that it can be stopped and gone on with. The means over seeds go to table.json, which the
chapter's text is held against (bin/quotes).
"""
import argparse
import csv
import json
import pathlib
import subprocess
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
CLASSICS = HERE.parents[1] / "models" / "pomdp" / "classics"
MODELS = {"tiger": ["--action-weights", "0.9,0.05,0.05"], "t-maze": [], "cheese": [], "4x3": [], "shuttle": []}
FIELDS = ["model", "seed", "steps", "variant", "memory_score", "memory_score_se", "exact_nll", "last_nll",
          "model_nll", "elbo", "kl", "seconds"]


def run(program, model, seed, steps):
    with tempfile.TemporaryDirectory() as out:
        command = [program, "--pomdp", str(CLASSICS / f"{model}.pomdp"), *MODELS[model], "--seed", str(seed),
                   "--steps", str(steps), "--out", out]
        done = subprocess.run(command, stdout=subprocess.DEVNULL)
        if done.returncode not in (0, 1):  # 1: a claim failed; below 0: a signal has stopped it
            raise SystemExit(f"{' '.join(command)}: exit status {done.returncode}")
        results = json.loads((pathlib.Path(out) / "results.json").read_text())
    suffix = ".memory_score"
    variants = [name[:-len(suffix)] for name in results if name.endswith(suffix) and name != "live" + suffix]
    for variant in variants:
        row = {"model": model, "seed": seed, "steps": steps, "variant": variant}
        row.update({field: results[f"{variant}.{field}"] for field in FIELDS[4:]})
        yield row


def summary(rows):
    """variant.model.field → mean over seeds: what the chapter's text quotes."""
    means = {}
    for variant in dict.fromkeys(row["variant"] for row in rows):
        for model in MODELS:
            of = [row for row in rows if row["variant"] == variant and row["model"] == model]
            for field in ("memory_score", "kl", "elbo"):
                if of:
                    means[f"{variant}.{model}.{field}"] = sum(float(row[field]) for row in of) / len(of)
    return means


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program")
    parser.add_argument("--seeds", default="1,2,3")
    parser.add_argument("--steps", type=int, default=3000)
    parser.add_argument("--csv", default=str(HERE / "table.csv"))
    arguments = parser.parse_args()
    path = pathlib.Path(arguments.csv)
    rows = list(csv.DictReader(path.open())) if path.exists() else []
    for seed in arguments.seeds.split(","):
        for model in MODELS:
            if any(row["model"] == model and row["seed"] == seed and row["steps"] == str(arguments.steps) for row in rows):
                continue
            rows += [{key: str(value) for key, value in row.items()}
                     for row in run(arguments.program, model, seed, arguments.steps)]
            with path.open("w", newline="") as file:
                writer = csv.DictWriter(file, FIELDS, lineterminator="\n")
                writer.writeheader()
                writer.writerows(rows)
    means = summary([row for row in rows if row["steps"] == str(arguments.steps)])
    path.with_suffix(".json").write_text(json.dumps(means, indent=2) + "\n")


if __name__ == "__main__":
    main()
