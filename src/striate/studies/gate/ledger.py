"""What a gate's folder says of it: what was asked, of which programs, and its looks, fixed before anything ran.

A gate that is given more seeds than it was to have becomes one with looks, as a study does, and says what that costs. Within a
night it does not, for the levels of later gates rest on how this one was answered.
"""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from striate.base.disk.files import digest, read_json, write_json
from striate.base.disk.sealed_json import Form, read_own, sealed
from striate.base.errors import StudyError, listed, printable
from striate.studies.gate.command_line import files_of
from striate.studies.gate.question import Gate
from striate.studies.looks.plan import Plan, PlanForm, Until, planned

LARGEST = 1 << 26  # bytes of a file whose changes are seen


class GateForm(Form):
    """What gate.json must hold for a gate to go on."""

    asked: dict[str, Any]
    measure: str
    last: bool
    files: dict[str, str]
    where: str
    plan: PlanForm | None = None
    key: str = ""
    night: str = ""


@dataclass(frozen=True)
class Claimed:
    """A gate as its folder has it, with the looks of before: the level at which each was made, by its number of seeds.

    ``asked`` is the SHA-256 of commands, claim and programs, from before the first run. ``key`` is what a night knows it by,
    and ``night`` the file of its own, empty where it has none.
    """

    gate: Gate
    before: Mapping[str, Any]
    grown: bool = False
    asked: str = ""
    key: str = ""
    night: str = ""

    def plan(self, level: float) -> tuple[Plan, dict[int, float]]:
        """Return the looks, which share the one-sided ``level``, and the level at which each was made or will be."""
        kept: Mapping[str, Any] = self.before.get("plan") or {}
        if kept and kept["alpha"] != 2 * level:
            kept = {}  # begun by itself and not answered, it came to a night: no look was made, and all are new
        shown: dict[int, float] = {int(n): float(at) for n, at in (kept.get("shown") or {}).items()}
        if kept and not self.grown:
            return Plan.from_json(kept), shown
        seeds = self.gate.seeds
        known = tuple(kept.get("looks") or ())
        plan = (
            Plan(tuple(sorted({*known, seeds})), 2 * level)
            if isinstance(seeds, int)
            else planned(seeds, known, 2 * level)
        )
        return plan, {n: shown.get(n, plan.level(n)) for n in plan.sizes}


def claim(gate: Gate, folder: Path, *, night: Path | None = None) -> Claimed:
    """Write gate.json, or compare the one that is there with what is asked.

    Raises StudyError where they differ, and where the ``night`` of the gate forbids it, with gate.json as it was.
    """
    files, here, path = _files(gate), os.getcwd(), folder / "gate.json"
    measure = {"measure": gate.measure.pattern, "last": gate.measure.last}
    record: dict[str, Any] = {"asked": gate.asked(), **measure, "files": files, "where": here}
    claimed = Claimed(gate, {})
    if path.exists():
        said, todo = printable(str(folder)), "choose another folder with `out`"
        before = read_own(path, GateForm, todo=todo, kind=StudyError)
        claimed = _grown(gate, before)
        record["asked"] = claimed.gate.asked()
        # More seeds are a further look at the same gate; anything else asks another question.
        ignored = ("seeds",) if claimed.grown else ()
        if different := [
            name
            for name, value in record["asked"].items()
            if name not in ignored and before["asked"].get(name) != value
        ]:
            named = listed([f"`{name}`" for name in _parts(different, before["asked"], record["asked"])])
            raise StudyError(f'"{said}" holds another gate, which differs in {named}; {todo}')
        if before["where"] != here:
            raise StudyError(f'the gate in "{said}" was begun in {printable(before["where"])}; go on with it there')
        if changed := [name for name, before_ in before["files"].items() if files.get(name) != before_]:
            raise StudyError(
                f'{printable(listed(changed))} changed since the gate in "{said}" began, and its runs would be of two programs;'
                f" {todo}"
            )
        same = all(before[name] == value for name, value in measure.items())
        # A pattern that read nothing may be corrected until there is an answer; after that it would choose the result.
        if same or not (folder / "verdict.json").exists():
            record = {**before, **measure, "asked": record["asked"]}
        else:
            raise StudyError(f'the gate in "{said}" was answered by the measure {printable(before["measure"])}; {todo}')
        _refuse_by_night(claimed, folder, night)
    fixed = {"asked": gate.asked(), **measure, "files": files}
    # The hash of what was fixed first stays, whatever is added later, for it names the gate in a night.
    kept = claimed.before.get("fixed") if claimed.before.get("measure") == gate.measure.pattern else None
    record["fixed"] = str(kept or digest(json.dumps(fixed, sort_keys=True).encode()))
    # One that begins anew in a folder of before is another gate, so a night does not know it by its folder.
    record["key"] = str(claimed.before.get("key") or secrets.token_hex(16))
    write_json(path, sealed(record))
    return replace(claimed, asked=record["fixed"], key=record["key"], night=str(claimed.before.get("night") or ""))


def _refuse_by_night(claimed: Claimed, folder: Path, night: Path | None) -> None:
    """Raise StudyError where a gate of a night would be asked without it, or go on after its answer."""
    said, before = printable(str(folder)), str(claimed.before.get("night") or "")
    if claimed.grown and night is not None and (folder / "verdict.json").exists():
        raise StudyError(
            f'the gate in "{said}" was answered, and later gates of its night rest on that, so it gets no more seeds; ask again'
            " in another folder with `out`"
        )
    if night is None and before:
        raise StudyError(
            f'the gate in "{said}" is one of the night "{printable(before)}", which has its level; name that with `night`, or'
            " ask anew in another folder with `out`"
        )


def _parts(different: Sequence[str], before: Mapping[str, Any], now: Mapping[str, Any]) -> list[str]:
    """Return what differs as it was given: of seeds until decided the least and the most, which have names of their own."""
    seeds: tuple[Any, Any] = before.get("seeds"), now["seeds"]
    if "seeds" not in different or not all(isinstance(one, dict) for one in seeds):
        return list(different)
    parts = [part for part in ("least", "most") if seeds[0].get(part) != seeds[1][part]]
    return [*(name for name in different if name != "seeds"), *parts]


def _grown(gate: Gate, before: Mapping[str, Any]) -> Claimed:
    """Return the gate with the seeds that its folder knows already, where it is given more than it was to have."""
    known: Any = before["asked"].get("seeds")
    most = known["most"] if isinstance(known, dict) else known
    asked = gate.seeds if isinstance(gate.seeds, int) else gate.seeds.most
    if known == gate.asked()["seeds"] or not isinstance(most, int) or asked <= most:
        return Claimed(gate, before)
    if isinstance(known, dict) and isinstance(gate.seeds, int):
        gate = replace(gate, seeds=Until(int(known["least"]), asked))
    return Claimed(gate, before, grown=True)


def keep_plan(folder: Path, plan: Plan, shown: Mapping[int, float], night: Path | None = None) -> None:
    """Write the looks and their levels into gate.json, and the ``night`` that gave the level."""
    record = read_json(folder / "gate.json")
    fixed = {**plan.to_json(), "shown": {str(n): level for n, level in shown.items()}}
    kept = {"plan": fixed} if night is None else {"plan": fixed, "night": str(night.absolute())}
    if any(record.get(name) != value for name, value in kept.items()):
        write_json(folder / "gate.json", sealed({**record, **kept}))


def leave_outputs(gate: Gate, folder: Path) -> None:
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
