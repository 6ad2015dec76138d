"""The error over a whole night of gates: of the changes that are kept, at most a share ALPHA has no effect.

A gate keeps a change without effect with the probability of its level. A hundred such gates at 2.5 % keep two or three,
and what was gained by then cannot be told from luck. So the levels of all gates share one account, by LORD++ (an online
rule: each level depends on the decisions before it, and on nothing that comes later):

    level_t = W0 g(t) + (ALPHA - W0) g(t - tau_1) + ALPHA (g(t - tau_2) + g(t - tau_3) + ...)

with tau_j the gate at which the j-th change was kept, and g(t) = t^-1.6 / zeta(1.6), which sums to 1. The expected share
of false ones among the kept is then at most ALPHA after every gate, where the gates are independent, as they are when each
runs both of its commands anew; a night without any effect keeps something with probability ALPHA at most.

Why this rule: a bound on any false keep at all (alpha-spending) leaves the hundredth gate a level near 0 whatever was
found before, while here each change that is kept pays for later ones; and unlike SAFFRON and ADDIS it needs no p-value,
only the decision, so that a gate may look at its seeds as often as its own plan says.
A gate that was begun and not ended counts as one that kept nothing, and one that goes on has the level that it began with.
It is known by a key in its folder: another proposal that is asked in a folder of the same name is another gate.
Sources: Javanmard and Montanari, Annals of Statistics 46 (2018); Ramdas, Yang, Wainwright and Jordan, NeurIPS 30 (2017),
for LORD++ and its proof. The tests hold it by simulation.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
from collections.abc import Generator, Sequence
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field

from striate.base.disk.files import dump_json, kind_of, refusals
from striate.base.disk.outputs import MARK, claim, write_output
from striate.base.disk.sealed_json import Form, read_own, sealed
from striate.base.errors import StudyError, printable
from striate.studies.claims.comparison import Answer

ALPHA = 0.05
FIRST = ALPHA / 2  # W0
POWER = 1.6
ZETA = 2.2857656656801293  # of POWER
RULE = "LORD++"


class GateForm(Form):
    """One gate of a night; an earlier version wrote no key."""

    key: str = ""
    folder: str
    level: Annotated[float, Field(gt=0, le=ALPHA)]
    answer: Answer | None


class NightForm(Form):
    """What the file of a night must hold."""

    rule: str
    alpha: float
    gates: list[GateForm]


def levels(kept: Sequence[int], gate: int) -> float:
    """Return the level of the ``gate``-th gate, from 1 on, where those of the numbers ``kept`` were kept before it."""
    before = sorted(number for number in kept if number < gate)
    made = FIRST * _part(gate)
    return made + sum((ALPHA if place else ALPHA - FIRST) * _part(gate - number) for place, number in enumerate(before))


def _part(t: int) -> float:
    return t**-POWER / ZETA


def enter(path: Path, folder: Path, key: str, *, answered: bool = False) -> tuple[int, float]:
    """Return the number and the level, one-sided, of the gate in ``folder`` with ``key``, and write it into the night's file.

    Raises StudyError where the file is no night's, or the gate was ``answered`` before it came to it, StorageError where it
    cannot be written.
    """
    with _held(path):
        gates = _read(path)
        own = str(folder.absolute())
        for number, gate in enumerate(gates, 1):
            if gate["key"] == key or (not gate["key"] and answered and gate["folder"] == own):
                if not gate["key"]:
                    _write(path, [{**one, "key": key} if one is gate else one for one in gates])
                return number, gate["level"]
        if answered:
            raise StudyError(
                f'the gate in "{printable(str(folder))}" was answered before it came to the night "{printable(str(path))}", so'
                " its answer could choose whether it counts; ask anew in another folder with `out`"
            )
        kept = [number for number, gate in enumerate(gates, 1) if gate["answer"] == "supported"]
        level = levels(kept, len(gates) + 1)
        _write(path, [*gates, {"key": key, "folder": own, "level": level, "answer": None}])
        return len(gates) + 1, level


def leave(path: Path, key: str, answer: str) -> None:
    """Write down how the gate with ``key`` was answered."""
    with _held(path):
        _write(path, [{**gate, "answer": answer} if gate["key"] == key else gate for gate in _read(path)])


def _read(path: Path) -> list[dict[str, Any]]:
    if not kind_of(path):
        return []
    todo = "restore it, or begin another night with `night`"
    record = read_own(path, NightForm, todo=todo, kind=StudyError)
    if (record["rule"], record["alpha"]) != (RULE, ALPHA):
        raise StudyError(f'"{printable(str(path))}" is a night by another rule ({printable(record["rule"])}); {todo}')
    gates: list[dict[str, Any]] = [{"key": "", **gate} for gate in record["gates"]]
    kept = [number for number, gate in enumerate(gates, 1) if gate["answer"] == "supported"]
    for number, gate in enumerate(gates, 1):  # the level was given when fewer had ended, so it is no higher than this
        if gate["level"] > levels(kept, number) * (1 + 1e-9):
            raise StudyError(
                f'"{printable(str(path))}" gives gate {number} the level {gate["level"]:g}, which it cannot have; {todo}'
            )
    return gates


def _write(path: Path, gates: list[dict[str, Any]]) -> None:
    record = sealed({"written": MARK, "rule": RULE, "alpha": ALPHA, "gates": gates})
    write_output(path, dump_json(record))


@contextlib.contextmanager
def _held(path: Path) -> Generator[None]:
    """Hold the night while the block runs: gates that run side by side read and write it one after another."""
    claim(path)
    beside = path.with_name(f".{path.name}.lock")
    with refusals(beside):
        descriptor = os.open(beside, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK, 0o666)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)
