"""Progress on a terminal, with rate and time left; silence where the output is piped."""

from __future__ import annotations

import time
from collections.abc import Generator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeRemainingColumn

if TYPE_CHECKING:
    from striate.studies.execute import Beat
    from striate.training.loop import Tick, Watch
    from striate.training.run import Run


def _bar(console: Console) -> Progress:
    columns = (
        TextColumn("{task.description}"),
        BarColumn(bar_width=30),
        TextColumn("{task.fields[note]}", style="dim"),
    )
    # An epoch of a real study takes minutes, and the time left is estimated from the steps of this period.
    return Progress(
        *columns,
        TimeRemainingColumn(),
        console=console,
        disable=not console.is_terminal,
        transient=True,
        speed_estimate_period=3600,
    )


@contextmanager
def watching_run(console: Console) -> Generator[Watch, None, None]:
    """Yield a watcher for one run: a bar over the epoch, and a line for each epoch that ended."""
    with _bar(console) as progress:
        task = progress.add_task("epoch", note="", total=None)

        def watch(tick: Tick) -> None:
            progress.update(
                task,
                description=f"epoch {tick.epoch}/{tick.epochs}",
                completed=tick.step,
                total=tick.epochs * tick.steps,
                note=f"{tick.images_per_second:,.0f} images/s",
            )
            if tick.val and console.is_terminal:
                progress.print(
                    f"epoch {tick.epoch:>3}   validation accuracy {tick.val.accuracy:.4f}   loss {tick.val.loss:.4f}"
                )

        yield watch


@contextmanager
def watching_study(console: Console, epochs: int) -> Generator[Beat, None, None]:
    """Yield a watcher for a study: one bar over the epochs of all its runs."""
    with _bar(console) as progress:
        began, before = time.monotonic(), -1
        task: TaskID = progress.add_task("runs", note="", total=None)

        def beat(runs: list[Run | None]) -> None:
            ended = sum(run is not None and run.status in ("finished", "diverged") for run in runs)
            done = sum(_epochs_done(run) for run in runs)
            nonlocal before
            before = done if before < 0 else before  # what an earlier process did says nothing about the rate
            total = sum(run.recipe.epochs if run else epochs for run in runs)
            rate = (done - before) / max(1e-9, (time.monotonic() - began) / 60)
            progress.update(
                task,
                description=f"{ended}/{len(runs)} runs",
                completed=done,
                total=total,
                note=f"{done} of {total} epochs, {rate:.1f}/min",
            )

        yield beat


def _epochs_done(run: Run | None) -> int:
    if run is None:
        return 0
    return run.recipe.epochs if run.status == "diverged" else run.epoch
