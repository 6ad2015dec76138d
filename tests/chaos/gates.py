"""Gates whose driver or whose commands are killed, and that go on to the same numbers and answer; nobody is left behind.

Each is a gate of a night, two runs side by side, seeds until it is decided. The driver is killed at a random moment, or
before, half through or after the k-th operation on the disk; or one of its commands is, or the driver with its commands.
"""

from __future__ import annotations

import os
import shutil
import signal
import time
from functools import partial
from pathlib import Path

import numpy as np

from chaos import trained
from chaos.children import MARK, Ended, ended, fork, left_over, wait
from chaos.kills import HOWS
from chaos.studies import children
from chaos.tally import Tally
from chaos.writes import Writes, counted, dies
from striate.base.disk.files import read_json
from striate.base.errors import StriateError
from striate.studies.gate.gate import run_gate
from striate.studies.gate.measuring import Measure
from striate.studies.gate.question import Gate
from striate.studies.looks.plan import Until

PART = "kills of gates: driver, command, both"
# The margin between the sides is that of some four standard deviations, so that some looks decide and some do not.
PROGRAM = """sleep 0.02
case $2 in 0) d=13;; 1) d=87;; 2) d=42;; 3) d=65;; 4) d=29;; *) d=71;; esac
echo "acc: $1$d"
"""
VICTIMS = ("moment", "operation", "command", "all")


def asked(place: Path) -> int:
    """Ask the gate in ``place``, as far as it is not answered; return 2 where a run of it cannot count."""
    os.setsid()
    os.chdir(place)
    gate = Gate("sh acc 0.80 {seed}", "sh acc 0.81 {seed}", Measure("acc: (.*)"), seeds=Until(2, 6))
    try:
        run_gate(gate, place / "gate", night=place / "night.json", workers=2)
    except StriateError as error:
        os.write(2, str(error).encode())
        return 2
    return 0


def results(place: Path) -> dict[str, bytes]:
    """Return what a gate is about: its verdict, the looks that it had, and what its night holds of it."""
    gates = [(gate["level"], gate["answer"]) for gate in read_json(place / "night.json")["gates"]]
    asked = read_json(place / "gate/gate.json")
    looks = {name: asked[name] for name in ("asked", "files", "plan")}
    found = {"verdict": read_json(place / "gate/verdict.json"), "looks": looks, "night": gates}
    return {name: repr(held).encode() for name, held in found.items()}


def placed(place: Path) -> Path:
    """Make a folder with the program that both commands run, and return it."""
    place.mkdir()
    (place / "acc").write_text(PROGRAM)
    return place


def kill(rng: np.random.Generator, place: Path, seconds: float, operations: int) -> tuple[int, Ended]:
    """Ask, and kill a part of it; return how many processes that lived were hit, and how the driver ended."""
    victim = str(rng.choice(VICTIMS, p=(0.25, 0.35, 0.25, 0.15)))
    if victim == "operation":
        at, how = int(rng.integers(1, operations + 1)), HOWS[int(rng.integers(3))]

        def watched() -> int:
            Writes(place, dies(at, how)).watch()
            return asked(place)

        end = ended(watched, place.with_name(f"{place.name}-killed"))
        return int(end.killed), end
    driver = fork(partial(asked, place), place.with_name(f"{place.name}-killed"))
    time.sleep(rng.uniform(0, seconds))
    hit = 0
    # The first child is the process that watches over the others; what it does when it is killed itself is not a promise.
    commands = children(driver)[1:] if victim in ("command", "all") else []
    if victim in ("moment", "all"):
        os.kill(driver, signal.SIGKILL)
    for pid in sorted(commands)[:1] if victim == "command" else commands:
        try:
            os.kill(pid, signal.SIGKILL)
            hit = 1
        except ProcessLookupError:
            continue
    end = wait(driver, place.with_name(f"{place.name}-killed"))
    return hit or int(end.killed), end


def run(count: int, seed: int, place: Path) -> list[Tally]:
    """Kill gates until ``count`` kills have hit."""
    trained.warm(place)
    tally = Tally(PART)
    first = placed(place / "whole")
    began = time.monotonic()
    if (whole := ended(partial(asked, first), place / "first")).code:
        raise RuntimeError(whole.err)
    seconds, wanted = time.monotonic() - began, results(first)
    second = placed(place / "again")

    def counting() -> None:
        writes = Writes(second, counted)
        writes.watch()
        asked(second)
        os.write(1, str(writes.count).encode())

    operations = int(ended(counting, place / "counted").out)
    if trained.differing(results(second), wanted):
        raise RuntimeError("two undisturbed gates differ")
    number = 0
    while tally.tried < count:
        rng = np.random.default_rng([seed, number])
        folder, hits, wrong = placed(place / f"gate-{number}"), 0, ""
        for _ in range(int(rng.integers(1, 4))):
            hit, end = kill(rng, folder, seconds, operations)
            hits += hit
            wrong = wrong or ("" if end.killed else end.defect())
        left = len(left_over(os.environ.get(MARK, "")))
        last = ended(partial(asked, folder), place / f"last-{number}")
        left += len(left_over(os.environ.get(MARK, "")))
        wrong = wrong or (f"exit {last.code}: {last.err[-600:]}" if last.code else "")
        off = 0 if wrong else trained.differing(results(folder), wanted)
        told = f"gate {number} of seed {seed}: {wrong}"
        if wrong:
            tally.fault("defects", told, tried=hits)
        elif left:
            tally.fault("processes left", told, left, tried=hits)
        elif off:
            tally.fault("bytes differing", told, off, tried=hits)
        else:
            tally.hold(hits)
            shutil.rmtree(folder)
        number += 1
    return [tally]
