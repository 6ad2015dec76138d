"""`make chaos`: hurt runs, studies and files in every way that is known, and print what held.

    python -m chaos [--short] [--seed 0] [--only PART]      with tests/ on the path; needs Linux

Kills of runs, studies and gates, faults of the disk, damaged files, hostile inputs, mutations of what readers read. Each
job is a process of its own, some side by side; it ends with 1 unless all that was tried held. Scratch files go to $TMPDIR,
or to a disk in memory where there is one, for most of the time would else go into fsync.
"""

from __future__ import annotations

import argparse
import importlib
import json
import os
import secrets
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from chaos.children import MARK, left_over
from chaos.tally import Tally, merged, sound, table

# Module, jobs it is cut into, and what is tried in all: in full, and in the short form.
PARTS = {
    "studies": (3, 90, 3),
    "gates": (1, 120, 6),
    "kills": (4, 520, 24),
    "faults": (2, 160, 16),
    "damaged": (2, 360, 24),
    "forged": (2, 600, 15),
    "hostile": (2, 320, 28),
    "mutants": (2, 50_400, 360),
}
MEMORY = Path("/dev/shm")


@dataclass(frozen=True)
class Job:
    """``count`` trials of a part, with a seed of their own; ``number`` of ``jobs`` tells what of a fixed list is its own."""

    part: str
    count: int
    seed: int
    number: int
    jobs: int


def do(job: Job) -> list[Tally]:
    """Do a job in this process."""
    module = importlib.import_module(f"chaos.{job.part}")
    inside = None if "TMPDIR" in os.environ or not os.access(MEMORY, os.W_OK) else MEMORY
    with tempfile.TemporaryDirectory(prefix="striate-chaos-", dir=inside, ignore_cleanup_errors=True) as place:
        if job.part in ("kills", "studies", "gates", "faults"):
            return module.run(job.count, job.seed, Path(place))
        return module.run(job.count, job.seed, Path(place), job.number, job.jobs)


def started(job: Job) -> list[Tally]:
    """Do a job in a process of its own, and see that it leaves none."""
    mark = secrets.token_hex(8)
    begun = time.monotonic()
    words = [job.part, job.count, job.seed, job.number, job.jobs]
    done = subprocess.run(
        [sys.executable, "-m", "chaos", "--job", *map(str, words)],
        env={**os.environ, MARK: mark},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
    )
    if done.returncode:
        failed = Tally(job.part)
        failed.fault("defects", f"the job ended with {done.returncode}: {done.stderr.decode(errors='replace')[-3000:]}")
        found = [failed]
    else:
        found = [Tally(**tally) for tally in json.loads(done.stdout.splitlines()[-1])]
    if left := left_over(mark):
        found[0].fault("processes left", f"after job {job.number}", len(left), tried=0)
    seconds = time.monotonic() - begun
    sys.stderr.write(f"{job.part} {job.number + 1} of {job.jobs}: {seconds:.0f} s\n{table(found)}\n")
    return found


def main() -> int:
    """Do all parts, print the table, and return 1 unless everything held."""
    parser = argparse.ArgumentParser(description="Hurt runs, studies and files in every known way; print what held.")
    parser.add_argument("--short", action="store_true", help="a few of each")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--lanes", type=int, default=2, help="jobs side by side")
    parser.add_argument("--only", choices=PARTS, help="one part alone")
    parser.add_argument("--job", nargs=5, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.job:
        part, *numbers = asked.job
        answer = json.dumps([tally.to_json() for tally in do(Job(part, *map(int, numbers)))])
        sys.stdout.write(f"\n{answer}\n")
        return 0
    jobs: list[Job] = []
    for part, (pieces, full, short) in PARTS.items():
        if asked.only in (None, part):
            cut, count = (1, short) if asked.short else (pieces, -(-full // pieces))
            jobs += [Job(part, count, 100 * asked.seed + number, number, cut) for number in range(cut)]
    with ThreadPoolExecutor(asked.lanes) as pool:
        found = merged(tally for tallies in pool.map(started, jobs) for tally in tallies)
    sys.stdout.write(table(found))
    return 0 if sound(found) else 1


if __name__ == "__main__":
    for variable in ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
        os.environ[variable] = "1"  # read when PyTorch is imported; a pool of threads would not survive a fork
    os.environ.setdefault("MPLBACKEND", "Agg")
    sys.exit(main())
