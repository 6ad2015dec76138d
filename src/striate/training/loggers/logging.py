"""All loggers of one run together: opened before the first update, told of each epoch once, also over kills and resumes.

loggers.json beside the history says as what a run is known to each of them, and up to which update each surely has it. After a
kill, what a logger has lost is told again, and what it has is not, though the run does these epochs again. A logger that fails
while a run trains is left out from there on, with a warning: a run never ends for its sake.
"""

from __future__ import annotations

import itertools
import re
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from importlib.util import find_spec
from pathlib import Path
from types import TracebackType
from typing import Any, Protocol, Self

from pydantic import Field

from striate.base.catalog import loaded
from striate.base.disk.files import write_json
from striate.base.disk.sealed_json import Form, read_own, sealed
from striate.base.errors import RunError, printable, reason
from striate.training.folder.tables import Row
from striate.training.loggers.catalog import LOGGERS, TENSORBOARD

FILE = "loggers.json"


FORM = r"^[A-Za-z0-9._-]{1,200}$"  # of a key, which W&B makes a part of a path


@dataclass(frozen=True)
class Known:
    """A run for a logger: its folder, what it asks, the ``key`` by which the logger finds it again, and the updates so far."""

    folder: Path
    recipe: Mapping[str, Any]
    key: str
    step: int

    @property
    def name(self) -> str:
        """What people call it: the name of its folder; a run of a study, where that is a seed, by study and arm too."""
        folder = self.folder.absolute()
        if not (folder.parent.parent.name == "runs" and folder.name.isdecimal()):
            return folder.name
        return f"{folder.parents[2].name}-{folder.parent.name}-{folder.name}"


class Logger(Protocol):
    """Takes what a run learns; made with `Known`, at the start of each session. ``key`` is kept for the next one."""

    key: str

    def has(self) -> int | None:
        """Return up to which update it has the run; None where it cannot tell, and all that was not closed may be lost."""
        ...

    def write(self, rows: Sequence[Row]) -> None:
        """Take the rows of one epoch, which are all of one update."""
        ...

    def close(self) -> None:
        """Write what is left. The run may go on another day."""
        ...


class LoggedForm(Form):
    """What is known of one logger: the run's key there, and the update up to which it surely has the run."""

    key: str = Field(pattern=FORM)
    step: int = Field(ge=0)


class LoggersForm(Form):
    """What loggers.json must hold."""

    loggers: dict[str, LoggedForm]


@dataclass
class Open:
    """A logger that takes rows: up to which update it surely has the run, and up to which it was told of it."""

    logger: Logger
    sure: int
    told: int


def asked(folder: Path, names: Sequence[str]) -> dict[str, tuple[str, int]]:
    """Return the key of each logger, and up to which update it surely has the run: those that are known, and ``names``.

    A new one has no key yet. Raises RunError for a name that is none, for one whose package is not installed, and for a
    damaged loggers.json.
    """
    found: dict[str, tuple[str, int]] = {}
    if (folder / FILE).exists():
        record = read_own(folder / FILE, LoggersForm, todo="remove it, and the run begins anew in its loggers")
        found = {LOGGERS.entry(name).name: (one["key"], one["step"]) for name, one in record["loggers"].items()}
    every = {LOGGERS.entry(name).name: ("", 0) for name in names} | found
    for name, (key, _) in every.items():
        if find_spec(name) is None:
            raise RunError(
                f"the logger {name} needs the package {name}, which is not installed; install it, as with pip install"
                f' "striate[{name}]", or {_without(name, folder, key)}'
            )
    return every


class Loggers:
    """The loggers of the run in ``folder``, which stands after update ``step`` with ``rows`` as its history; a context."""

    def __init__(
        self,
        names: Sequence[str],
        folder: Path,
        recipe: Mapping[str, Any],
        rows: Sequence[Row],
        step: int,
        warn: Callable[[str], None],
    ) -> None:
        self._folder, self._warn = folder, warn
        self._open, self._kept = dict[str, Open](), dict[str, dict[str, Any]]()
        try:
            for name, (key, sure) in asked(folder, names).items():
                self._open[name] = _opened(name, Known(folder, recipe, key, step), sure)
        except BaseException:
            self._close()
            raise
        self._keep()
        epochs = (row for row in rows if row.metric != "batch_loss")
        for _, epoch in itertools.groupby(epochs, key=lambda row: row.step):
            self.write(list(epoch))

    def write(self, rows: Sequence[Row]) -> None:
        """Tell each logger of the rows of one epoch, unless it has them."""
        step = rows[0].step
        for name, one in list(self._open.items()):
            if step <= one.told:
                continue
            try:
                one.logger.write(rows)
                one.told = step
            except Exception as error:
                del self._open[name]
                self._warn(
                    f"{name} takes no more of this run ({reason(error)}); it goes on, and its numbers are in history.csv"
                )

    def _keep(self) -> None:
        """Write down what the next session has to know; nothing where TensorBoard, which needs no key, is alone."""
        self._kept |= {
            name: {"key": one.logger.key, "step": one.sure} for name, one in self._open.items() if name != TENSORBOARD
        }
        if self._kept:
            write_json(self._folder / FILE, sealed({"loggers": self._kept}))

    def _close(self) -> None:
        for name, one in self._open.items():
            try:
                one.logger.close()
                one.sure = one.told
            except Exception as error:
                self._warn(f"{name} could not be closed ({reason(error)}); the run's numbers are in history.csv")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._close()
        self._keep()


def _opened(name: str, known: Known, sure: int) -> Open:
    """Return the logger, ready; raises RunError where it refuses."""
    key = known.key or f"{re.sub('[^A-Za-z0-9._-]', '-', known.name)[:100]}-{secrets.token_hex(4)}"
    try:
        logger: Logger = loaded(LOGGERS[name].home)(replace(known, key=key))
        has = logger.has()
    except Exception as error:
        raise RunError(
            f"the logger {name} cannot be used ({reason(error)}); set it right, or"
            f" {_without(name, known.folder, known.key)}"
        ) from error
    return Open(logger, sure, sure if has is None else has)


def _without(name: str, folder: Path, key: str) -> str:
    """Return how the run goes on without a logger, which it has already where there is a key."""
    return f"remove {printable(str(folder / FILE))}" if key else f"leave {name} out of `log`"
