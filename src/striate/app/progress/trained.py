"""Training from Python: what the library does, and in a notebook a bar that says how far it is."""

from __future__ import annotations

import warnings
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from striate.app.progress.notebook import notebook

if TYPE_CHECKING:
    from striate.data.imageset import ImageSet
    from striate.studies.running.execute import Beat
    from striate.training.folder.run import Run
    from striate.training.loop import Watch
    from striate.training.recipe.recipe import Recipe
    from striate.training.train import Warn


def train(
    recipe: Recipe,
    out: str | Path,
    *,
    images: ImageSet | None = None,
    data_dir: str | Path | None = None,
    watch: Watch | None = None,
    warn: Warn = warnings.warn,
    processes: int = 1,
    log: str | Sequence[str] = ("tensorboard",),
) -> Run:
    """Train ``recipe`` into the folder ``out`` and return the run, as `striate.training.train.train` does.

    In a notebook a bar shows the epochs, unless there is a ``watch`` of one's own.
    """
    from striate.training.train import train

    with watched(watch) as seen:
        return train(recipe, out, images=images, data_dir=data_dir, watch=seen, warn=warn, processes=processes, log=log)


def resume(
    folder: str | Path | Run,
    *,
    epochs: int | None = None,
    data_dir: str | Path | None = None,
    watch: Watch | None = None,
    warn: Warn = warnings.warn,
    processes: int = 1,
    log: str | Sequence[str] = ("tensorboard",),
) -> Run:
    """Continue the run in ``folder``, as `striate.training.train.resume` does; in a notebook with a bar."""
    from striate.training.train import resume

    with watched(watch) as seen:
        return resume(folder, epochs=epochs, data_dir=data_dir, watch=seen, warn=warn, processes=processes, log=log)


@contextmanager
def watched(watch: Watch | None) -> Generator[Watch | None]:
    """Yield ``watch``, or the bar of a run where there is none and this is a notebook."""
    if watch is not None or notebook() is None:
        yield watch
        return
    from striate.app.progress.bars import watching_run
    from striate.app.terminal.show import console

    with watching_run(console(stderr=True)) as bar:
        yield bar


@contextmanager
def beaten(beat: Beat | None, epochs: int) -> Generator[Beat | None]:
    """Yield ``beat``, or the bar of a study whose runs have ``epochs`` where there is none and this is a notebook."""
    if beat is not None or notebook() is None:
        yield beat
        return
    from striate.app.progress.bars import watching_study
    from striate.app.terminal.show import console

    with watching_study(console(stderr=True), epochs) as bar:
        yield bar
