"""Runs that are killed, again and again, and go on to the same bytes as one that was not.

A kill is SIGKILL: at a random moment; before, half through or after the k-th operation on the disk; or after an update.
It counts where it hit a process that lived.
"""

from __future__ import annotations

import os
import shutil
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from chaos import trained
from chaos.children import ended, fork, wait
from chaos.tally import Tally
from chaos.writes import Writes, counted, dies
from striate.training.loop import Tick, Watch
from striate.training.recipe.recipe import Recipe

NEW, RESUMED, TWICE, THREADS = (
    "kills of new runs",
    "kills of runs that had been resumed",
    "kills twice within one epoch",
    "kills of runs with 2 threads",
)
HOWS = ("before", "half", "after")
Work = Callable[[Watch | None], Callable[[], object]]


@dataclass(frozen=True)
class Reference:
    """A run that nothing disturbed: its result, how long it took, and how often it wrote."""

    recipe: Recipe
    threads: int
    result: dict[str, bytes]
    seconds: float
    operations: int


def reference(recipe: Recipe, threads: int, place: Path) -> Reference:
    """Train ``recipe`` undisturbed, twice: once for its time, once for what it writes."""
    work = trained.whole_run(recipe, place / "run", threads)
    began = time.monotonic()
    if (end := ended(work, place / "first")).code:
        raise RuntimeError(end.err)
    seconds = time.monotonic() - began
    found = trained.result(place / "run")

    def again() -> None:
        writes = Writes(place, counted)
        writes.watch()
        trained.whole_run(recipe, place / "again", threads)()
        os.write(1, str(writes.count).encode())

    told = ended(again, place / "second").out
    if trained.differing(trained.result(place / "again"), found):
        raise RuntimeError("two undisturbed runs differ")
    return Reference(recipe, threads, found, seconds, int(told))


def kill(rng: np.random.Generator, work: Work, place: Path, folder: Path, known: Reference, style: str) -> object:
    """Do ``work`` and kill it; return how it ended."""
    if style == "moment":
        pid = fork(work(None), place)
        time.sleep(rng.uniform(0, 1.05 * known.seconds))
        os.kill(pid, signal.SIGKILL)
        return wait(pid, place)
    if style == "operation":
        at, how = int(rng.integers(1, known.operations + 1)), HOWS[int(rng.integers(3))]

        def watched() -> None:
            Writes(folder, dies(at, how)).watch()
            work(None)()

        return ended(watched, place)
    return ended(work(_at(int(style))), place)


def _at(step: int) -> Watch:
    def watch(tick: Tick) -> None:
        if tick.step == step and tick.val is None:
            os.kill(os.getpid(), signal.SIGKILL)

    return watch


def styles(rng: np.random.Generator, twice: bool) -> list[str]:
    """Return how one run is killed, one after another."""
    if twice:  # after the first or second update of an epoch, and there again before the epoch has ended
        epoch = int(rng.integers(3))
        first = int(rng.integers(1, trained.STEPS))
        second = int(rng.integers(first, trained.STEPS))
        return [str(trained.STEPS * epoch + step) for step in (first, second)]
    return [str(rng.choice(["moment", "operation"])) for _ in range(1 + int(rng.choice(3, p=(0.4, 0.4, 0.2))))]


def chain(number: int, seed: int, known: Reference, tallies: dict[str, Tally], place: Path, name: str) -> int:
    """Kill one run as often as its number says, let it end, and compare it; return how many kills hit."""
    rng = np.random.default_rng([seed, number])
    place.mkdir()
    folder, twice = place / "run", number % 4 == 0
    extended = not twice and number % 9 == 1 and known.recipe.schedule == "constant" and known.threads == 1
    if extended:
        # Not tested yet, for a score of more epochs lists the earlier one.
        begun = trained.whole_run(known.recipe.change(epochs=2), folder, tested=False)
        assert ended(begun, place / "begun").code == 0

    def work(watch: Watch | None) -> Callable[[], object]:
        if extended:
            return trained.extension(folder, known.recipe.epochs)
        return trained.whole_run(known.recipe, folder, known.threads, watch)

    hits: dict[str, int] = {}
    wrong = ""
    for turn, style in enumerate(styles(rng, twice)):
        end = kill(rng, work, place / f"kill{turn}", folder, known, style)
        if end.killed and not end.slow:
            usual = RESUMED if turn or extended else NEW
            part = THREADS if known.threads > 1 else TWICE if twice else usual
            hits[part] = hits.get(part, 0) + 1
        elif end.code:
            wrong = wrong or f"going on after a kill: exit {end.code}: {end.err[-600:]}"
    last = ended(work(None), place / "last")
    wrong = wrong or (f"the last part: exit {last.code}: {last.err[-600:]}" if last.code else "")
    bytes_off = 0 if wrong else trained.differing(trained.result(folder), known.result)
    if not wrong and (left := trained.litter(folder)):
        wrong = f"left {left}"
    told = f"{name}, chain {number} of seed {seed}: {wrong}"
    for part, count in hits.items():
        if wrong:
            tallies[part].fault("defects", told, tried=count)
        elif bytes_off:
            tallies[part].fault("bytes differing", told, bytes_off, tried=count)
        else:
            tallies[part].hold(count)
    if not wrong and not bytes_off:
        shutil.rmtree(place)
    return sum(hits.values())


def run(count: int, seed: int, place: Path) -> list[Tally]:
    """Kill runs until ``count`` kills have hit."""
    trained.warm(place)
    tallies = {part: Tally(part) for part in (NEW, RESUMED, TWICE, THREADS)}
    names = list(trained.VARIANTS)
    known: dict[tuple[str, int], Reference] = {}
    done = number = 0
    while done < count:
        name, threads = names[number % len(names)], 2 if number % 6 == 5 else 1
        if (name, threads) not in known:
            beside = place / f"whole-{len(known)}"
            beside.mkdir()
            recipe = trained.BASE.change(**trained.VARIANTS[name])
            known[name, threads] = reference(recipe, threads, beside)
        done += chain(number, seed, known[name, threads], tallies, place / f"chain-{number}", name)
        number += 1
    return list(tallies.values())
