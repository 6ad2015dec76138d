"""W&B, and Trackio, which has its interface: a run of the project striate, found again by its name when it goes on.

Both stay on this machine unless their own settings say else: W&B is offline where WANDB_MODE is not set, with its files in the
run's folder, which `wandb sync` sends; Trackio has a database, which `trackio show` opens. Both write a moment later than they
are told, so that a process that is killed loses its last epochs there; hence `Logger.has`.
"""

from __future__ import annotations

import contextlib
import io
import os
from collections.abc import Callable, Sequence
from importlib import import_module
from typing import Any

from striate.training.folder.tables import Row
from striate.training.loggers.logging import Known

PROJECT = "striate"


class WandbRun:
    """One session of a run, as ``init`` of W&B or of Trackio gives it."""

    def __init__(self, key: str, run: Any, finish: Callable[[], None], has: int | None) -> None:
        self.key, self._run, self._finish, self._has = key, run, finish, has

    def has(self) -> int | None:
        """Return the last update in the database of Trackio, which lags a moment; offline W&B cannot tell."""
        return self._has

    def write(self, rows: Sequence[Row]) -> None:
        """Log one epoch at its update, by the tags that TensorBoard has."""
        self._run.log({f"{row.metric}/{row.split}": row.value for row in rows}, step=rows[0].step)

    def close(self) -> None:
        """End the session."""
        with quiet():
            self._finish()


def quiet() -> contextlib.redirect_stdout[io.StringIO]:
    """Return a context in which nothing comes between the lines of our own output."""
    return contextlib.redirect_stdout(io.StringIO())


def of_wandb(known: Known) -> WandbRun:
    """Begin, or go on in, a run of W&B: offline, unless WANDB_MODE says else."""
    wandb: Any = import_module("wandb")
    mode = os.environ.get("WANDB_MODE", "offline")
    run = wandb.init(
        project=os.environ.get("WANDB_PROJECT", PROJECT),
        name=os.environ.get("WANDB_NAME", known.name),
        id=known.key,
        dir=os.environ.get("WANDB_DIR", str(known.folder)),
        mode=mode,
        config=known.recipe,
        resume="allow" if mode == "online" else None,
        reinit="create_new",  # beside a run that the calling program has of its own
        settings=wandb.Settings(console="off", silent=True, disable_git=True, disable_code=True),
    )
    return WandbRun(known.key, run, run.finish, None)


def of_trackio(known: Known) -> WandbRun:
    """Begin, or go on in, a run of Trackio, in its local database."""
    trackio: Any = import_module("trackio")
    with quiet():
        run = trackio.init(project=PROJECT, name=known.key, config=known.recipe, resume="allow", embed=False)
    storage: Any = import_module("trackio.sqlite_storage").SQLiteStorage
    last = storage.get_max_step_for_run(PROJECT, known.key)
    return WandbRun(known.key, run, trackio.finish, last or 0)
