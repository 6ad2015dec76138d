"""From Python: keep a change or discard it, by what two commands print; what `striate gate` calls too."""

from __future__ import annotations

import shlex
from collections.abc import Callable
from itertools import count
from pathlib import Path
from typing import cast

from striate.app.options.flags import FLAGS
from striate.base.disk.outputs import claim_folder, write_output
from striate.base.errors import StudyError
from striate.studies.gate.gate import run_gate
from striate.studies.gate.measuring import Measure
from striate.studies.gate.question import REPORT, Gate, Gated
from striate.studies.looks.plan import Until

__all__ = ["Gated", "gate"]


def gate(
    control: str,
    treatment: str,
    measure: str,
    out: str | Path | None = None,
    *,
    lower: bool = False,
    margin: float = 0.0,
    seeds: int | Until = 5,
    timeout: float | None = None,
    failed_as: float | None = None,
    last: bool = False,
    night: str | Path | None = None,
    workers: int = 1,
    say: Callable[[str], None] = lambda _: None,
) -> Gated:
    """Run two commands with seeds and judge what they print: whether the treatment is better than the control.

    Each command has {seed} where its seed belongs. ``measure`` is a pattern that finds the number in what it prints, once, or
    the ``last`` time; ``lower`` says that smaller is better, ``margin`` is the smallest gain worth having, in the unit of the
    measure. ``seeds`` is how many runs each gets, or ``Until(least, most)``, which looks after each seed until it is decided.
    ``timeout`` is in seconds for each run. ``failed_as`` is what counts for a run that fails. Everything is kept in ``out``,
    by default a new folder runs/gate-N; the same gate goes on in the folder that it was begun in, and with more seeds it has a
    further look. ``workers`` runs go side by side. ``night`` is a file that shares the error among all gates that are given it.
    Raises StudyError for a run that cannot count.
    """
    asked = Gate(control, treatment, Measure(measure, last), lower, margin, seeds, failed_as, timeout)
    if not isinstance(cast("object", workers), int) or workers < 1:
        raise StudyError(f"`workers` is {workers!r}, and must be a whole number of runs side by side, 1 or more")
    folder = new_folder() if out is None else Path(out)
    claim_folder(folder, REPORT)
    made = run_gate(asked, folder, night=Path(night) if night is not None else None, workers=workers, say=say)
    from striate.reports.study.judged import judged_page

    write_output(folder / REPORT, judged_page(made.judged, repeat(made)))
    return made


def new_folder() -> Path:
    """Return the first of runs/gate-1, runs/gate-2 ... that does not exist: a command may mean another program each time."""
    return next(path for number in count(1) if not (path := Path("runs") / f"gate-{number}").exists())


def repeat(made: Gated) -> str:
    """Return the command that asks again."""
    asked = made.gate
    words = ["striate", "gate", FLAGS["control"], asked.control, FLAGS["treatment"], asked.treatment]
    words += [FLAGS["measure"], asked.measure.pattern, FLAGS["margin"], f"{asked.margin:g}"]
    if isinstance(asked.seeds, int):
        words += [FLAGS["seeds"], str(asked.seeds)]
    else:
        words += [FLAGS["until_decided"], FLAGS["least"], str(asked.seeds.least), FLAGS["most"], str(asked.seeds.most)]
    words += [FLAGS["lower_is_better"]] if asked.lower else []
    words += [FLAGS["last"]] if asked.measure.last else []
    words += [FLAGS["failed_as"], f"{asked.failed_as:g}"] if asked.failed_as is not None else []
    words += [FLAGS["timeout"], f"{asked.timeout:g}"] if asked.timeout is not None else []
    return shlex.join([*words, FLAGS["out"], made.folder.name])
