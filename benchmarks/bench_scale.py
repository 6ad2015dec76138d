"""What grows with the number of runs, epochs, arms and seeds: time per piece, which stays the same if all is well.

listing    copies of one run, listed
history    seconds of the table's end of an epoch, after so many epochs; and of reading them all
study      runs of a study: planned, found to be done, judged, reported

python benchmarks/bench_scale.py [listing|history|study] [--sizes 200 2000 20000] [--rounds 3]
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import shutil
import tempfile
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from pairs import seconds

from striate.app.options.repeating import study_command
from striate.reports.run.listing import list_runs
from striate.reports.study.page import write_study_report
from striate.studies.claims.better import Better
from striate.studies.question import Arm, Study
from striate.studies.running.execute import run_study, standing
from striate.studies.running.judge import judge
from striate.studies.running.pool import Job, Source, in_turn
from striate.studies.running.process import do
from striate.training.folder import checkpoints
from striate.training.folder.tables import Growing, Row, Timing, history_text, read_history, timing_text
from striate.training.recipe.recipe import Recipe
from striate.training.train import test, train

TINY = Recipe(data="digits", net_options={"widths": [[2]], "hidden": []}, train_images=40, epochs=1)
METRICS = (("train", "loss"), ("train", "accuracy"), ("train", "lr"), ("val", "loss"), ("val", "accuracy"))
SIZES = {"listing": [200, 2000, 20000], "history": [50, 500, 5000], "study": [20, 100, 400]}


def shortest(action: Callable[[], object], rounds: int) -> float:
    """Return the shortest of several times of ``action`` in seconds."""
    return min(seconds(action) for _ in range(rounds))


def listing(root: Path, sizes: list[int], rounds: int) -> None:
    """Print how long a folder of so many runs takes to list."""
    first = root / "runs/0"
    test(train(TINY, first).folder)
    for size in sizes:
        for n in range(len(os.listdir(root / "runs")), size):
            shutil.copytree(first, root / f"runs/{n}")
        each = shortest(partial(list_runs, root), rounds) / size
        print(f"listing of {size:>6,} runs: {1e3 * each:8.3f} ms a run")


def history(root: Path, sizes: list[int], rounds: int) -> None:
    """Print what one epoch more costs after so many, what writing the tables whole would, and what it costs to read them."""
    for size in sizes:
        rows, timing = list[Row](), list[Timing]()
        trained(rows, timing, 1, size)
        growing = Growing(root, rows, timing)

        def ten(
            one: Growing = growing, rows: list[Row] = rows, timing: list[Timing] = timing, last: int = size
        ) -> None:
            for epoch in range(last + 1, last + 11):
                trained(rows, timing, epoch, epoch)
                one.add(rows, timing)

        more = seconds(ten) / 10
        whole = shortest(partial(Growing, root, rows, timing), rounds)
        read = shortest(partial(read_history, root), rounds) / size
        saved = shortest(partial(saving, root, rows, timing), rounds)
        print(
            f"after {size:>6,} epochs: {1e3 * more:8.3f} ms for one more, {1e3 * whole:8.3f} ms for all again, "
            f"{1e3 * read:8.4f} ms an epoch to read, {1e3 * saved:8.3f} ms for the copy in a checkpoint"
        )


def saving(root: Path, rows: list[Row], timing: list[Timing]) -> None:
    """Write a checkpoint that holds nothing but its copy of the tables."""
    checkpoints.write(root, "step", 1, {}, {}, history=history_text(rows), timing=timing_text(timing))


def trained(rows: list[Row], timing: list[Timing], first: int, last: int) -> None:
    """Add the rows of some epochs."""
    for epoch in range(first, last + 1):
        rows.extend(Row(epoch, epoch, split, metric, 1 / epoch) for split, metric in METRICS)
        timing.append((epoch, epoch, epoch / 8))


def at_once(jobs: Sequence[Job] | Source, beat: object, warn: object, failures: dict[Path, str]) -> None:
    """Do the runs in this process, one after another: an executor without processes to start."""
    source, loaded = jobs if callable(jobs) else in_turn(jobs), dict[str, Any]()
    while (job := source([])) is not None:
        if why := do(json.loads(job.line()), loaded, print):
            failures[job.folder] = why


def study(root: Path, sizes: list[int], rounds: int) -> None:
    """Print what a study of so many runs costs when all are done, 10 seeds an arm: to look at, take up, judge and report."""
    for size in sizes:
        arms = tuple(Arm(f"a{n}", {"lr": 0.001 * (n + 1)}) for n in range(max(2, size // 10)))
        claim = Better("b", "one is better", treatment=("a1",), control="a0", measure="test", margin=0.01)
        asked = Study("scale", "?", TINY, arms, (claim,), tuple(range(10)))
        folder, runs = root / str(size), 10 * len(arms)
        first = seconds(partial(run_study, asked, folder, on=at_once))
        times = {
            "look at": shortest(partial(standing, asked, folder), rounds),
            "take up": shortest(partial(run_study, asked, folder), rounds),
            "judge": shortest(partial(judge, asked, folder), rounds),
            "report": shortest(partial(write_study_report, folder, study_command), rounds),
        }
        told = ", ".join(f"{name} {1e3 * value / runs:.2f}" for name, value in {"do": first, **times}.items())
        size_of_page = (folder / "report.html").stat().st_size / 1e6
        print(f"study of {runs:>5,} runs: ms a run: {told}; report of {size_of_page:.2f} MB")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=(*SIZES, "all"), nargs="?", default="all")
    parser.add_argument("--sizes", type=int, nargs="+")
    parser.add_argument("--rounds", type=int, default=3)
    given = parser.parse_args()
    print(f"Python {platform.python_version()}, {os.cpu_count()} cores, {platform.machine()}")
    for name, measure in (("listing", listing), ("history", history), ("study", study)):
        if given.what in (name, "all"):
            with tempfile.TemporaryDirectory() as root:
                measure(Path(root), given.sizes or SIZES[name], given.rounds)


if __name__ == "__main__":
    main()
