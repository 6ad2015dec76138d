"""Records with one field that holds something else, sealed again: what a careless or hostile program leaves.

No seal tells of it. Each command after it still tells something, says what is wrong, or refuses, in time and memory.
"""

from __future__ import annotations

import copy
import dataclasses
import json
import os
import shutil
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

from chaos import gates
from chaos.children import command, fork, several, wait
from chaos.damaged import LOOK_STUDY, LOOKS, MENDS, crude, prepare
from chaos.faults import ASK, STUDY
from chaos.tally import Tally
from damage import Damage
from striate.base.disk.sealed_json import is_sealed, seal
from striate.studies.running import execute, pool

PART = "fields of records, sealed again"
GATE = (
    *("gate", "--control", "sh acc 0.80 {seed}", "--treatment", "sh acc 0.81 {seed}", "--measure", "acc: (.*)"),
    *("--until-decided", "--least", "2", "--most", "6", "--out", "gate", "--night", "night.json"),
)
UNTIL = ("study", "./ask.py", "--until-decided", "--least", "2", "--most", "3", "--out", "s")
# The commands that look at a folder and go on with it, and which of its records are changed.
KINDS: dict[str, tuple[tuple[tuple[str, ...], ...], str]] = {
    "finished": ((*LOOKS, *MENDS), "run/*.json"),
    "stopped": ((*LOOKS, *MENDS), "run/*.json"),
    "study": ((*LOOK_STUDY, STUDY), "s/*.json"),
    "until": ((*LOOK_STUDY, UNTIL), "s/*.json"),
    "gate": ((("list", "runs", "."), GATE), "**/*.json"),
}
VALUES: tuple[Any, ...] = (
    *(None, True, -1, 0, 3, 10**30, 1e308, -0.5, "", "x", "../../x", "\x1b[2J\n", "9" * 400, [], [[]], [None, "a", 2]),
    *({}, {"a": {}}, {"name": "a", "least": 10**12, "most": 10**12}),
)


def fields(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Yield the way to every field of a record and of what it holds: of a list, to its first and last element."""
    inside: list[Any] = []
    if isinstance(value, dict):
        inside = [*value]
    elif isinstance(value, list):
        inside = sorted({0, len(value) - 1}) if value else []
    for key in inside:
        yield (*path, key)
        yield from fields(value[key], (*path, key))


def changed(record: Any, path: tuple[Any, ...], value: Any) -> bytes:
    """Return the record as it is written, with ``value`` at ``path``, or without the field where that is `Ellipsis`."""
    made = copy.deepcopy(record)
    place = made
    for key in path[:-1]:
        place = place[key]
    if value is ...:
        del place[path[-1]]
    else:
        place[path[-1]] = value
    was_sealed = is_sealed(made)
    made.pop("seal", None)
    if was_sealed:
        made["seal"] = seal(made)
    return json.dumps(made).encode()


def forgeries(folder: Path, pattern: str) -> list[Damage]:
    """Return a change of every field of every record there: each field is left out, and holds each of VALUES."""
    found: list[Damage] = []
    for file in sorted(folder.glob(pattern)):
        record = json.loads(file.read_text())
        for path in fields(record):
            if path[0] != "seal":
                told = ".".join(map(str, path))
                for value in (..., *VALUES):
                    what = f"{told} = {'nothing' if value is ... else repr(value)[:40]}"
                    found.append(Damage(file, what, changed(record, path, value)))
    return found


def made(place: Path) -> dict[str, Path]:
    """Return a folder of each of KINDS."""
    folders = prepare(place) | {name: place / name for name in ("until", "gate")}
    execute.run_jobs = pool.run_jobs  # which preparing has replaced by what does no looks
    folders["until"].mkdir()
    (folders["until"] / "ask.py").write_text(ASK)

    def until() -> int:
        os.chdir(folders["until"])
        return command(*UNTIL)

    for work, name in ((until, "until"), (partial(gates.asked, gates.placed(folders["gate"])), "gate")):
        # It starts workers as programs, which on a busy machine takes its time.
        if (end := wait(fork(work, place / f"{name}-made"), place / f"{name}-made", 900)).code:
            raise RuntimeError(f"exit {end.code}: {end.out} {end.err}")
    return folders


def run(count: int, seed: int, place: Path, number: int, jobs: int) -> list[Tally]:
    """Change ``count`` fields, evenly over all kinds of folders and all that can be changed there."""
    tally, folders = Tally(PART), made(place)
    share = max(1, count // len(KINDS))
    for kind, (commands, pattern) in KINDS.items():
        every = forgeries(folders[kind], pattern)
        work, step = place / "work", max(1.0, len(every) / (share * jobs))
        for place_of in [int(step * (turn * jobs + number + seed % 97 / 97)) for turn in range(share)]:
            if place_of >= len(every):
                continue
            forged = every[place_of]
            shutil.rmtree(work, ignore_errors=True)
            shutil.copytree(folders[kind], work)
            dataclasses.replace(forged, path=work / forged.path.relative_to(folders[kind])).do()
            told = f"{kind}, {forged.path.relative_to(folders[kind])}, {forged.what}"
            ends = several(commands, work, place / "trial")
            wrong = [
                f"{' '.join(words)[:40]}: {fault}"
                for words, end in zip(commands, ends, strict=True)
                if (fault := crude(end))
            ]
            if wrong:
                tally.fault("defects", f"{told}: {wrong[0]}")
            else:
                tally.hold()
    os.chdir(place)
    return [tally]
