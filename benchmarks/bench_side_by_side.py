"""Ten runs on digits: side by side, one thread each, against one after another on all threads.

Whole studies, from the start of the worker processes to the last run folder, in alternating pairs.
python benchmarks/bench_side_by_side.py [--pairs 3] [--epochs 10]
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

from pairs import ratio, seconds

from striate.studies.running.pool import Job, cores, run_jobs
from striate.training.recipe.recipe import Recipe


def ten_runs(epochs: int, workers: int, threads: int) -> float:
    """Return the seconds that ten runs with seeds 0 to 9 take."""
    with tempfile.TemporaryDirectory() as folder:
        recipe = Recipe(net="convnet-cs7150", net_options={"norm": "batch"}, epochs=epochs)
        jobs = [Job(recipe.change(seed=seed).to_json(), Path(folder, str(seed)), None) for seed in range(10)]
        return seconds(lambda: run_jobs(jobs, workers, threads, lambda: None))


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pairs", type=int, default=3)
    parser.add_argument("--epochs", type=int, default=10)
    given = parser.parse_args()
    one_by_one, together = [], []
    for _ in range(given.pairs):
        one_by_one.append(ten_runs(given.epochs, 1, cores()))
        together.append(ten_runs(given.epochs, cores(), 1))
    print(f"ten runs of {given.epochs} epochs, {cores()} cores")
    ratio("one after another / side by side", one_by_one, together)


if __name__ == "__main__":
    main()
