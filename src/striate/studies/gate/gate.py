"""A gate from its question to its verdict: seed by seed the control and then the treatment, so that both always have equal n.

On the disk, as a study's folder:

    gate.json                       what was asked, before anything ran, and the SHA-256 of the programs that the commands name
    runs/control/SEED/TRY/          stdout, stderr, result.json; a command that failed is tried again when the gate goes on
    verdict.json, report.html       the answer
"""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import count, islice
from pathlib import Path
from typing import Any

from striate.base.disk.files import digest, make_folder, read_json, write_json
from striate.base.disk.lock import locked, unused
from striate.base.disk.sealed_json import Form, read_own, sealed
from striate.base.errors import StudyError, listed, printable
from striate.studies.gate import night as nights
from striate.studies.gate.command_line import Command, files_of
from striate.studies.gate.measuring import find, read_output, value_of
from striate.studies.gate.question import LEVEL, SIDES, Gate, Gated
from striate.studies.gate.running import Try, Watch, run, tried, watching
from striate.studies.judged.judging import Judged
from striate.studies.judged.logged import Logged

LARGEST = 1 << 26  # bytes of a file whose changes are seen
SAME = 3  # seeds with one and the same output, from which on it is no coincidence
Say = Callable[[str], None]


class GateForm(Form):
    """What gate.json must hold for a gate to go on."""

    asked: dict[str, Any]
    measure: str
    last: bool
    files: dict[str, str]
    where: str


def run_gate(gate: Gate, folder: Path, *, night: Path | None = None, say: Say = lambda _: None) -> Gated:
    """Run what ``folder`` does not hold yet, and judge; raises StudyError, with everything kept, where a run cannot count.

    ``night`` is the file of a night of gates, of which this one then has its level. ``say`` is told of each run.
    """
    make_folder(folder)
    if not (folder / "gate.json").exists() and not unused(folder):
        raise StudyError(f'"{printable(str(folder))}" is not empty and holds no gate; choose another folder with `out`')
    with locked(folder), watching() as watch:
        _claim(gate, folder)
        for one in gate.commands:
            if one.shell:
                say(f"the {one.side} is run by /bin/sh, since it has {printable(one.shell)}")
        entered = nights.enter(night, folder) if night is not None else None
        judged = _judged(gate, folder, entered, say, watch)
        made = Gated(folder, gate, judged, entered)
        write_json(folder / "verdict.json", made.to_json())
        if night is not None:
            nights.leave(night, folder, made.answer)
        return made


def _judged(gate: Gate, folder: Path, entered: tuple[int, float] | None, say: Say, watch: Watch) -> Judged:
    """Run seed by seed to the next look, and judge there, until it is decided or there is no look left."""
    plan = gate.plan(entered[1] if entered else LEVEL)
    coming, runs, path = _runs(gate, folder, say, watch), list[Logged](), list[dict[str, Any]]()
    verdict, claim = None, gate.claim(LEVEL)
    for seeds in plan.sizes:
        level = plan.level(seeds) / 2
        runs += islice(coming, 2 * seeds - len(runs))
        claim = gate.claim(level)
        verdict = claim.judge(runs)
        compared = verdict.comparisons[0][2]
        path.append(
            {"seeds": seeds, "effect": compared.effect, "low": compared.low, "high": compared.high, "level": level}
        )
        if verdict.answer != "undecided":
            break
    assert verdict is not None
    if len(plan.sizes) > 1:
        told = f"look {len(path)} of at most {len(plan.sizes)}, and the interval holds for all of them together"
        details = {**verdict.details, "looks": path}
        verdict = replace(verdict, reason=f"{verdict.reason}; {told}", details=details)
    notes = [f"the control is: {gate.control}", f"the treatment is: {gate.treatment}"]
    if entered:
        notes.append(
            f"gate {entered[0]} of its night, at the level {entered[1]:.2g}, so that of all changes kept at most"
            f" {100 * nights.ALPHA:g} % have no effect ({nights.RULE})"
        )
    return Judged("gate", "gate", (verdict,), (claim,), tuple(runs), "", tuple(notes), SIDES)


def _runs(gate: Gate, folder: Path, say: Say, watch: Watch) -> Iterator[Logged]:
    printed: dict[str, list[tuple[int, str, str]]] = {side: [] for side in SIDES}
    for seed in count():
        for one in gate.commands:
            place = folder / "runs" / one.side / str(seed)
            done = tried(place)
            fresh = done is None or bool(done.failed and gate.failed_as is None)
            if fresh or done is None:
                done = run(one, seed, place, gate.timeout, watch)
                _leave_outputs(gate, folder)
            begun = any(printed.values())
            made = _measured(gate, one, seed, done, printed[one.side], begun=begun)
            _refuse_sameness(one.side, printed[one.side], place)
            say(f"{one.side}, seed {seed}: {gate.measure.name} {made.end:g}{'' if fresh else ' (run before)'}")
            yield made


def _measured(
    gate: Gate, one: Command, seed: int, done: Try, printed: list[tuple[int, str, str]], *, begun: bool
) -> Logged:
    """Return the run with the number that it printed; raises StudyError where it has none and nothing says what it counts.

    ``begun`` says that an earlier run printed one, so that one without is a failed run and no slip of the pattern.
    """
    name, why, value = gate.measure.name, done.failed, math.nan
    counts = bool(why)  # as a failed run
    if not why:
        try:
            out, err = (read_output(done.folder / stream) for stream in ("stdout", "stderr"))
            if (text := find(gate.measure, out, err)) is None:
                why, counts = f'printed nothing that fits "{printable(gate.measure.pattern)}"', begun
            else:
                value = value_of(text)
                why = "" if math.isfinite(value) else f"printed {value} as {name}, which counts as no number"
                counts = bool(why)
                printed.append((seed, text, out))
        except StudyError as error:
            why = str(error)
    if why and counts and gate.failed_as is not None:
        return Logged(one.side, seed, str(seed), name, (), gate.failed_as, failed=True)
    if why:
        raise StudyError(
            f"the {one.side} with seed {seed} {why}; what it said is in {printable(str(done.folder))}, and the same command"
            f" with `out` {printable(str(done.folder.parents[3]))} goes on from there"
        )
    return Logged(one.side, seed, str(seed), name, ((0.0, value),), value)


def _refuse_sameness(side: str, printed: list[tuple[int, str, str]], place: Path) -> None:
    """Raise StudyError where a command prints the same whatever its seed is."""
    texts = {text for _, text, _ in printed}
    whole = {out for _, _, out in printed}
    digits = sum(letter.isdigit() for letter in next(iter(texts), "").lstrip("0."))
    if len(texts) == 1 and (len(printed) >= SAME or (len(printed) == 2 and len(whole) == 1 and digits >= 6)):
        seeds = listed([str(seed) for seed, _, _ in printed])
        raise StudyError(
            f"the {side} printed {printable(next(iter(texts)))} with each of the seeds {seeds}, so it ignores its seed, or the"
            f" measure is too coarse to differ; see what it printed in {printable(str(place.parent))}"
        )


def _claim(gate: Gate, folder: Path) -> None:
    """Write gate.json, or compare the one that is there with what is asked; raises StudyError where they differ."""
    files, here, path = _files(gate), os.getcwd(), folder / "gate.json"
    measure = {"measure": gate.measure.pattern, "last": gate.measure.last}
    record: dict[str, Any] = {"asked": gate.asked(), **measure, "files": files, "where": here}
    if path.exists():
        said, todo = printable(str(folder)), "choose another folder with `out`"
        before = read_own(path, GateForm, todo=todo, kind=StudyError)
        if different := [name for name, value in record["asked"].items() if before["asked"].get(name) != value]:
            raise StudyError(f'"{said}" holds another gate, which differs in its {listed(different)}; {todo}')
        if before["where"] != here:
            raise StudyError(f'the gate in "{said}" was begun in {printable(before["where"])}; go on with it there')
        if changed := [name for name, before_ in before["files"].items() if files.get(name) != before_]:
            raise StudyError(
                f'{printable(listed(changed))} changed since the gate in "{said}" began, and its runs would be of two programs;'
                f" {todo}"
            )
        same = all(before[name] == value for name, value in measure.items())
        if same or not (folder / "verdict.json").exists():
            record = before | measure
        else:
            raise StudyError(f'the gate in "{said}" was answered by the measure {printable(before["measure"])}; {todo}')
    write_json(path, sealed(record))


def _leave_outputs(gate: Gate, folder: Path) -> None:
    """Take from gate.json the files that a command itself has just written, for they are none of its programs."""
    record = read_json(folder / "gate.json")
    now = _files(gate)
    kept = {name: made for name, made in record["files"].items() if now.get(name) == made}
    if kept != record["files"]:
        write_json(folder / "gate.json", sealed({**record, "files": kept}))


def _files(gate: Gate) -> dict[str, str]:
    """Return the SHA-256 of the files that the commands name."""
    names = [name for one in gate.commands for name in files_of(one.text)]
    paths = {name: Path(name) for name in dict.fromkeys(names) if len(name) < 1000}
    return {
        name: digest(p.read_bytes()) for name, p in paths.items() if os.path.isfile(p) and p.stat().st_size <= LARGEST
    }
