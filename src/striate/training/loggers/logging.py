"""All loggers of one run together: opened before the first update, told of each epoch once, also over kills and resumes.

loggers.json beside the history says as what a run is known to each of them, and up to which update each surely has it. After a
kill, what a logger has lost is told again, and what it has is not, though the run does these epochs again. A logger that fails
while a run trains is left out from there on, with a warning: a run never ends for its sake.
"""

from __future__ import annotations

import itertools
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from types import TracebackType
from typing import Any, Protocol, Self

from striate.base.catalog import loaded
from striate.base.disk.files import write_json
from striate.base.disk.sealed_json import Form, read_own, sealed
from striate.base.errors import RunError, reason
from striate.training.folder.tables import Row
from striate.training.loggers.catalog import LOGGERS, TENSORBOARD

FILE = "loggers.json"


@dataclass(frozen=True)
class Known:
    """A run for a logger: its folder, what it asks, the ``key`` by which the logger finds it again, and the updates so far."""

    folder: Path
    recipe: Mapping[str, Any]
    key: str
    step: int


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
    """What is known of one logger."""

    key: str
    step: int


class LoggersForm(Form):
    """What loggers.json must hold."""

    loggers: dict[str, LoggedForm]


def asked(folder: Path, names: Sequence[str]) -> dict[str, tuple[str, int]]:
    """Return the key of each logger, and up to which update it surely has the run: those that are known, and ``names``.

    Raises RunError for a name that is none, for one whose package is not installed, and for a damaged loggers.json.
    """
    found: dict[str, tuple[str, int]] = {}
    if (folder / FILE).exists():
        todo = "remove it, and the run begins anew in its loggers"
        record = read_own(folder / FILE, LoggersForm, todo=todo)
        found = {LOGGERS.entry(name).name: (one["key"], one["step"]) for name, one in record["loggers"].items()}
    every = {LOGGERS.entry(name).name: ("", 0) for name in names} | found
    for name in every:
        if find_spec(package := LOGGERS[name].package) is None:
            raise RunError(
                f"the logger {name} needs the package {package}, which is not installed; install it, as with pip install"
                f' "striate[{name}]", or leave {name} out of `log`'
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
        self._open: dict[str, Logger] = {}
        self._sure, self._told = dict[str, int](), dict[str, int]()
        self._keys = dict[str, str]()
        try:
            for name, (key, sure) in asked(folder, names).items():
                made = _opened(name, Known(folder, recipe, key or _new_key(folder), step))
                self._open[name] = made
                if name != TENSORBOARD:  # whose files are whole after every epoch, and drop what comes again
                    has = made.has()
                    self._keys[name], self._sure[name] = made.key, sure
                    self._told[name] = sure if has is None else has
        except BaseException:
            self._close()
            raise
        self._keep()
        for _, epoch in itertools.groupby(
            (row for row in rows if row.metric != "batch_loss"), key=lambda row: row.step
        ):
            self.write(list(epoch), again=True)

    def write(self, rows: Sequence[Row], *, again: bool = False) -> None:
        """Tell each logger of the rows of one epoch, unless it has them. ``again``: rows of a session before."""
        step = rows[0].step
        for name, logger in list(self._open.items()):
            if step <= self._told.get(name, -1) or (again and name not in self._told):
                continue
            try:
                logger.write(rows)
                if name in self._told:
                    self._told[name] = step
            except Exception as error:
                del self._open[name]
                self._warn(
                    f"{name} takes no more of this run ({reason(error)}); it goes on, and its numbers are in history.csv"
                )

    def _keep(self) -> None:
        """Write down what the next session has to know; nothing where TensorBoard, which needs no key, is alone."""
        kept = {name: {"key": key, "step": self._sure[name]} for name, key in self._keys.items()}
        if kept:
            write_json(self._folder / FILE, sealed({"loggers": kept}))

    def _close(self) -> None:
        for name, logger in self._open.items():
            try:
                logger.close()
                if name in self._sure:
                    self._sure[name] = self._told[name]
            except Exception as error:
                self._warn(f"{name} could not be closed ({reason(error)}); the run's numbers are in history.csv")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._close()
        self._keep()


def _new_key(folder: Path) -> str:
    return f"{folder.absolute().name}-{secrets.token_hex(4)}"


def _opened(name: str, known: Known) -> Logger:
    """Return the logger, ready; raises RunError where it refuses."""
    try:
        return loaded(LOGGERS.entry(name).home)(known)
    except Exception as error:
        raise RunError(
            f"the logger {name} cannot be used ({reason(error)}); set it right, or leave it out of `log`"
        ) from error
