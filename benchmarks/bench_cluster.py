"""What a cluster costs: a head and two nodes of Ray on this machine, of one run at a time each.

study    the same runs by this machine's two processes and by the two nodes, in alternating pairs; time ratio, median
stubs    tasks that only wait, through the same driver: seconds per task beyond the wait; memory of driver and head
kills    a study whose nodes are killed at random while it goes on: runs lost, done twice, with other bytes

python benchmarks/bench_cluster.py [study|stubs|kills] [--runs N] [--pairs N] [--epochs N] [--kills N] [--seed N]
"""

from __future__ import annotations

import argparse
import os
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Generator, Mapping
from pathlib import Path
from typing import Any

TESTS = Path(__file__).parents[1] / "tests"
sys.path.append(str(TESTS))
os.environ["PYTHONPATH"] = os.pathsep.join(sys.path)  # of the nodes
os.environ["RAY_USAGE_STATS_ENABLED"] = "0"

from ray_nodes import Nodes  # noqa: E402
from striate.data import load  # noqa: E402
from striate.studies.running.pool import Job, run_jobs  # noqa: E402
from striate.studies.running.ray.driver import Ray  # noqa: E402
from striate.training.recipe.recipe import Recipe  # noqa: E402

STUB = 0.2  # seconds
SAME = ("recipe.json", "history.csv", "test.json")


def jobs_of(folder: Path, runs: int, epochs: int) -> list[Job]:
    """Return the runs of one recipe with as many seeds."""
    recipe = Recipe(data="digits", epochs=epochs)
    known = load("digits").fingerprint
    return [Job(recipe.change(seed=n).to_json(), folder / f"runs/arm/{n}", None, images=known) for n in range(runs)]


def quiet(*given: object) -> None:
    """Hear nothing."""


def here(folder: Path, runs: int, epochs: int) -> float:
    """Return the seconds that two processes of this machine take."""
    start = time.perf_counter()
    failures = run_jobs(jobs_of(folder, runs, epochs), 2, 1, quiet)
    if failures:
        raise SystemExit(str(failures))
    return time.perf_counter() - start


def there(folder: Path, runs: int, epochs: int, nodes: Nodes, beat: Callable[[], None] = quiet, **how: Any) -> float:
    """Return the seconds that the nodes take."""
    start, failures = time.perf_counter(), dict[Path, str]()
    Ray(folder, nodes.address, **how)(jobs_of(folder, runs, epochs), beat, quiet, failures)
    if failures:
        raise SystemExit(str(failures))
    return time.perf_counter() - start


def study(nodes: Nodes, root: Path, given: argparse.Namespace) -> None:
    """Print how long the nodes take, in units of what this machine alone takes."""
    ratios = list[float]()
    for pair in range(given.pairs):
        times = dict[str, float]()
        for name in ("here", "there") if pair % 2 else ("there", "here"):
            folder = root / f"{name}-{pair}"
            run = here if name == "here" else there
            times[name] = run(folder, given.runs, given.epochs, *([nodes] if name == "there" else []))
        ratios.append(times["there"] / times["here"])
        print(
            f"pair {pair + 1}: {times['here']:.1f} s here, {times['there']:.1f} s on two nodes, ratio {ratios[-1]:.3f}"
        )
    print(
        f"{given.runs} runs of {given.epochs} epochs: ratio {statistics.median(ratios):.3f}, the median of {given.pairs} pairs"
    )


def stub(asked: Mapping[str, Any]) -> Generator[dict[str, Any]]:
    """Wait, in the place of a run."""
    import ray

    yield {"node": ray.get_runtime_context().get_node_id(), "host": "", "process": os.getpid()}
    time.sleep(STUB)
    yield {"reason": ""}


def resident(process: int | str) -> float:
    """Return the memory of a process in MB."""
    pages = int(Path(f"/proc/{process}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def stubs(nodes: Nodes, root: Path, given: argparse.Namespace) -> None:
    """Print what a task costs beyond its own time, and what driver and head hold."""
    heads = [info.process.pid for kind in ("gcs_server", "raylet") for info in nodes.head.all_processes[kind]]
    there(root / "warm", 4, 1, nodes, task=stub)
    driver, head = resident("self"), sum(resident(pid) for pid in heads)
    seconds = there(root / "stubs", given.runs, 1, nodes, task=stub)
    each = (seconds - given.runs * STUB / 2) / given.runs
    print(
        f"{given.runs} stubs of {STUB} s on two nodes: {seconds:.1f} s, {1000 * each:.1f} ms each beyond the wait; driver "
        f"{driver:.0f} -> {resident('self'):.0f} MB, head {head:.0f} -> {sum(resident(pid) for pid in heads):.0f} MB"
    )


def kills(nodes: Nodes, root: Path, given: argparse.Namespace) -> None:
    """Print what became of the runs while nodes were killed."""
    rng, killed, due = random.Random(given.seed), 0, time.monotonic() + 3  # noqa: S311 no secret

    def beat() -> None:
        """Kill a node, and start another one in its place: by the driver's own thread, as Ray's nodes want it."""
        nonlocal killed, due
        if killed < given.kills and time.monotonic() >= due:
            nodes.kill(rng.choice(nodes.added))
            nodes.add()
            killed, due = killed + 1, time.monotonic() + rng.uniform(1, 4)

    there(root / "study", given.runs, given.epochs, nodes, beat, every=1.0)
    here(root / "here", given.runs, given.epochs)
    lost = twice = other = 0
    for n in range(given.runs):
        mine, theirs = root / f"here/runs/arm/{n}", root / f"study/runs/arm/{n}"
        lost += not (theirs / "test.json").exists()
        twice += (root / f"study/ray/arm/{n}.log").read_text().count(": done\n") != 1
        other += any((mine / name).read_bytes() != (theirs / name).read_bytes() for name in SAME)
    print(
        f"{given.runs} runs, {killed} nodes killed (seed {given.seed}): {lost} runs lost, {twice} not done exactly once, "
        f"{other} with other bytes than here"
    )


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=("study", "stubs", "kills"), nargs="?", default="study")
    parser.add_argument("--runs", type=int, help="[default: 20, of stubs 1000, with kills 40]")
    parser.add_argument("--pairs", type=int, default=3)
    parser.add_argument("--epochs", type=int, help="of each run  [default: 150, about 20 s; with kills 5]")
    parser.add_argument("--kills", type=int, default=10)
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    given.runs = given.runs or {"study": 20, "stubs": 1000, "kills": 40}[given.what]
    given.epochs = given.epochs or {"study": 150, "stubs": 1, "kills": 5}[given.what]
    with tempfile.TemporaryDirectory(prefix="ray-", dir="/tmp") as place, tempfile.TemporaryDirectory() as root:
        nodes = Nodes(Path(place))
        nodes.add()
        nodes.add()
        try:
            {"study": study, "stubs": stubs, "kills": kills}[given.what](nodes, Path(root), given)
        finally:
            nodes.end()


if __name__ == "__main__":
    main()
