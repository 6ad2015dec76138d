"""A gate from its question to its verdict: look by look, both sides always with equal n.

On the disk, as a study's folder:

    gate.json                       what was asked, before anything ran, its looks, and the SHA-256 of the programs that the
                                    commands name
    runs/control/SEED/TRY/          stdout, stderr, result.json; a command that failed is tried again when the gate goes on
    verdict.json, report.html       the answer
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

from striate.base.disk.files import make_folder, write_json
from striate.base.disk.lock import locked, unused
from striate.base.errors import StudyError, listed, printable
from striate.studies.gate import ledger
from striate.studies.gate import night as nights
from striate.studies.gate.command_line import Command
from striate.studies.gate.measuring import find, in_percent, read_output, value_of
from striate.studies.gate.question import LEVEL, SIDES, Gate, Gated
from striate.studies.gate.running import Job, Try, run_jobs, tried
from striate.studies.judged.judging import Judged, same_arms
from striate.studies.judged.logged import Logged, countable, uncounted
from striate.studies.judged.runs import margin_fault, refuse_units
from striate.studies.looks.pairing import with_pairing
from striate.studies.looks.path import price, walk
from striate.studies.looks.plan import Plan

SAME = 3  # seeds with one and the same output, from which on it is no coincidence
Say = Callable[[str], None]


def run_gate(
    gate: Gate, folder: Path, *, night: Path | None = None, workers: int = 1, say: Say = lambda _: None
) -> Gated:
    """Run what ``folder`` does not hold yet, and judge; raises StudyError, with everything kept, where a run cannot count.

    ``night`` is the file of a night of gates, of which this one then has its level. ``workers`` runs go side by side, never
    beyond the seeds of the next look. ``say`` is told of each run.
    """
    make_folder(folder)
    if not (folder / "gate.json").exists() and not unused(folder):
        raise StudyError(f'"{printable(str(folder))}" is not empty and holds no gate; choose another folder with `out`')
    with locked(folder):
        claimed = ledger.claim(gate, folder, night=night)
        gate = claimed.gate
        for one in gate.commands:
            if one.shell:
                hides = ", which hides a failure of what stands before it" if one.shell == "|" else ""
                say(f"the {one.side} is run by /bin/sh, since it has {printable(one.shell)}{hides}")
        entered = None
        if night is not None:
            entered = nights.enter(night, folder, claimed.key, answered=(folder / "verdict.json").exists())
        plan, shown = claimed.plan(entered[1] if entered else LEVEL)
        ledger.keep_plan(folder, plan, shown, night)
        judged = replace(
            _judged(Runs(gate, folder, workers, say), plan, shown, entered), plan=plan, asked=claimed.asked
        )
        made = Gated(folder, gate, judged, entered)
        write_json(folder / "verdict.json", made.to_json())
        if night is not None:
            nights.leave(night, claimed.key, made.answer)
        return made


def _judged(runs: Runs, plan: Plan, shown: Mapping[int, float], entered: tuple[int, float] | None) -> Judged:
    """Run to the next look, and judge there, until it is decided or there is no look left."""
    gate = runs.gate
    claim, verdict = gate.claim(plan.alpha / 2), None
    for seeds in plan.sizes:
        path = walk(claim.arms, claim.judge, runs.until(seeds), plan, range(plan.sizes[-1]))
        verdict = path.verdict
        if not path.next:
            break
    assert verdict is not None
    verdict = with_pairing(verdict)
    cost = [clause] if (clause := price(plan, shown)) else []
    verdict = replace(verdict, reason="; ".join([verdict.reason, *same_arms(runs.made), *cost]))
    notes = [f"the control is: {gate.control}", f"the treatment is: {gate.treatment}"]
    if entered:
        notes.append(
            f"gate {entered[0]} of its night, at the level {entered[1]:.2g}, so that of all changes kept at most"
            f" {100 * nights.ALPHA:g} % have no effect ({nights.RULE})"
        )
    return Judged("gate", "gate", (verdict,), (claim,), tuple(runs.made), "", (*notes, *cost), SIDES)


class Runs:
    """The runs of ``gate`` in ``folder``, seed by seed the control and then the treatment, ``workers`` of them side by side."""

    def __init__(self, gate: Gate, folder: Path, workers: int, say: Say) -> None:
        self.gate, self.folder, self.workers, self.say = gate, folder, workers, say
        self.made: list[Logged] = []
        self._printed: dict[str, list[tuple[int, str, str]]] = {side: [] for side in SIDES}

    def until(self, seeds: int) -> list[Logged]:
        """Return the runs of the first ``seeds`` seeds; raises StudyError where one cannot count, in the order of the seeds."""
        gate = self.gate
        jobs: list[Job] = [
            (one, seed, self.folder / "runs" / one.side / str(seed)) for seed in range(seeds) for one in gate.commands
        ][len(self.made) :]
        known: dict[Path, tuple[Try, bool]] = {}
        for _, _, place in jobs:
            done = tried(place)
            if done is not None and (not done.failed or gate.failed_as is not None):
                # A run that failed is done again, unless the gate says what a failure counts as.
                known[place] = done, False
        wrong: list[StudyError] = []

        def told() -> bool:
            """Take what has ended into account, in the order of the seeds; whether further runs are of use."""
            while jobs and not wrong and jobs[0][2] in known:
                one, seed, place = jobs.pop(0)
                try:
                    self._take(one, seed, place, *known[place])
                except StudyError as error:
                    wrong.append(error)
            # A run waits for its turn, so that what counts never depends on which was faster.
            lost = gate.failed_as is None and any(done.failed for done, _ in known.values())
            return not wrong and not lost

        def took(job: Job, done: Try) -> bool:
            known[job[2]] = done, True
            ledger.leave_outputs(gate, self.folder)
            return told()

        if told():
            run_jobs([job for job in jobs if job[2] not in known], self.workers, gate.timeout, took)
        if wrong:
            raise wrong[0]
        return self.made

    def _take(self, one: Command, seed: int, place: Path, done: Try, fresh: bool) -> None:
        begun = any(self._printed.values())
        made = _measured(self.gate, one, seed, done, self._printed[one.side], begun=begun)
        _refuse_sameness(one.side, self._printed[one.side], place)
        _refuse_percent(self._printed, self.folder)
        self.made.append(made)
        refuse_units([run for run in self.made if not run.failed], self.gate.measure.name)
        if len({run.arm for run in self.made}) > 1 and (
            fault := margin_fault(self.gate.margin, self.gate.measure.name, [run.end for run in self.made])
        ):
            raise StudyError(
                f"{fault}, and ask in another folder with `out` (this one is {printable(str(self.folder))})"
            )
        counts = "failed, counts as" if made.failed else self.gate.measure.name
        self.say(f"{one.side}, seed {seed}: {counts} {made.end:g}{'' if fresh else ' (run before)'}")


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
                why = "" if countable(value) else f"printed {value} as {name}, {uncounted(value)}"
                counts = bool(why)
                if not why:
                    printed.append((seed, text, out))
        except StudyError as error:
            why = str(error)
    if why and counts and gate.failed_as is not None:
        return Logged(one.side, seed, str(seed), name, (), gate.failed_as, failed=True)
    if why:
        anew = "; where failing is part of what is judged, ask anew with `failed_as`" if counts else ""
        raise StudyError(
            f"the {one.side} with seed {seed} {why}; what it said is in {printable(str(done.folder))}, and the same command"
            f" with `out` {printable(str(done.folder.parents[3]))} goes on from there{anew}"
        )
    return Logged(one.side, seed, str(seed), name, ((0.0, value),), value)


def _refuse_percent(printed: Mapping[str, list[tuple[int, str, str]]], folder: Path) -> None:
    """Raise StudyError where some numbers were printed in percent and others not."""
    every = [(side, seed, text) for side in SIDES for seed, text, _ in printed[side]]
    percent, plain = ([one for one in every if in_percent(one[2]) is sign] for sign in (True, False))
    if percent and plain:
        (side, seed, text), (other, other_seed, other_text) = percent[0], plain[0]
        raise StudyError(
            f"the {side} with seed {seed} printed {printable(text)} and the {other} with seed {other_seed} printed"
            f" {printable(other_text)}, without a unit; let both print one unit, and ask in another folder with `out` (this one"
            f" is {printable(str(folder))})"
        )


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
