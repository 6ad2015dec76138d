"""Progress on a terminal, with rate and time left; where the output is piped, a plain line at most once a minute."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Collection, Generator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

from striate.app.progress.notebook import NotebookBar, notebook
from striate.base.errors import counted

if TYPE_CHECKING:
    from striate.studies.running.execute import Beat
    from striate.training.folder.run import Run
    from striate.training.loop import Tick, Watch

LONG = 5.0  # seconds that a look may take without having been announced
SILENCE = 60.0  # seconds between two lines in a log: what is shorter needs none


def _seen(console: Console) -> bool:
    """Return whether somebody sees a bar move; by FORCE_COLOR, which a notebook sets, Rich takes a pipe for a terminal."""
    return console.is_terminal and console.file.isatty()


@contextmanager
def _bar(console: Console) -> Generator[Progress | NotebookBar]:
    """Show a bar while the block runs. Where nobody can see it any more (a closed terminal, a closed pipe) it is silent."""
    if (place := notebook()) is not None:
        bar = NotebookBar(place)
        try:
            yield bar
        finally:
            bar.draw()
        return
    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(bar_width=20),
        TextColumn("{task.fields[note]}", style="dim", markup=False),
    )
    # An epoch of a real study takes minutes, and the time left is estimated from the steps of this period.
    progress = Progress(
        *columns,
        TimeRemainingColumn(),
        console=console,
        disable=not _seen(console),
        transient=True,
        speed_estimate_period=3600,
    )
    with suppress(OSError):
        progress.start()
    try:
        yield progress
    finally:
        with suppress(OSError):
            progress.stop()


@contextmanager
def watching_download(name: str, total: int | None) -> Generator[Callable[[int], None]]:
    """Show a bar for one download on standard error where that is a terminal; see `striate.data.readers.download.Watch`."""
    columns = (TextColumn("{task.description}", markup=False), BarColumn(), DownloadColumn(), TimeRemainingColumn())
    from striate.app.terminal.show import console

    bar = Progress(*columns, console=console(stderr=True), disable=not sys.stderr.isatty())
    with bar:
        task = bar.add_task(name, total=total)
        yield lambda size: bar.advance(task, size)


def _log(console: Console) -> Callable[[str], None]:
    """Return what prints a line where no bar is seen, if there has been none for a minute."""
    last = time.monotonic()

    def log(line: str) -> None:
        nonlocal last
        if not _seen(console) and time.monotonic() - last >= SILENCE:
            console.print(line)
            last = time.monotonic()

    return log


@contextmanager
def watching_run(console: Console) -> Generator[Watch, None, None]:
    """Yield a watcher for one run: a bar over the epoch, and a line for each epoch that ended."""
    with _bar(console) as progress:
        task: Any = progress.add_task("epoch", note="", total=None)
        seen, log = isinstance(progress, NotebookBar) or _seen(console), _log(console)

        def watch(tick: Tick) -> None:
            progress.update(
                task,
                description=f"epoch {tick.epoch}/{tick.epochs}",
                completed=tick.step,
                total=tick.epochs * tick.steps,
                note=f"{tick.images_per_second:,.0f} images/s",
            )
            if tick.val:
                line = f"epoch {tick.epoch:>3}   validation accuracy {tick.val.accuracy:.4f}   loss {tick.val.loss:.4f}"
                with suppress(OSError):
                    (progress.print if seen else log)(line)

        yield watch


@contextmanager
def watching_passes(
    console: Console, what: str, rounds: int = 1, checks: str = ""
) -> Generator[Callable[[int, int], None], None, None]:
    """Yield a watcher of forward passes: a bar, and before that a line where they will take longer than LONG.

    The time is that of the first passes, for ``rounds`` as many in all; ``checks`` says what the other rounds are.
    """
    with _bar(console) as progress:
        task: Any = progress.add_task(what, note="", total=None)
        log, began, announced, before, ended = _log(console), time.monotonic(), False, 0, 0

        def watch(done: int, of: int) -> None:
            nonlocal began, announced, before, ended
            if not done and not announced:
                began = time.monotonic()
            if done and not announced:
                seconds = (time.monotonic() - began) / done * of * rounds
                announced = True
                if seconds > LONG:
                    more = f", and {rounds - 1} times as many {checks}" if rounds > 1 else ""
                    console.print(f"{what}: {of:,} forward passes{more}, about {_duration(seconds)}", highlight=False)
            ended += of if done < before else 0
            before = done
            note = f"{ended + done:,} of {of * rounds:,} passes"
            progress.update(task, completed=ended + done, total=of * rounds, note=note)
            log(f"{what}: {note}")

        yield watch


def _duration(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 120 else f"{seconds / 60:.0f} min"


@contextmanager
def watching_study(console: Console, epochs: int, rated: Collection[str] = ()) -> Generator[Beat, None, None]:
    """Yield a watcher for a study: one bar over the epochs of all its runs.

    Of the arms in the folders ``rated`` the largest rate is searched once a run has ended, in which no epoch goes on: said.
    """
    from striate.studies.layout import rate_file
    from striate.training.folder.forms import DONE

    with _bar(console) as progress:
        began, before = time.monotonic(), -1
        task: Any = progress.add_task("runs", note="", total=None)
        log = _log(console)

        def beat(runs: list[Run | None]) -> None:
            over = [run for run in runs if run is not None and run.status in DONE]
            searching = any(run.folder.parent.name in rated and not rate_file(run.folder).exists() for run in over)
            done = sum(_epochs_done(run) for run in runs)
            nonlocal before
            before = done if before < 0 else before  # what an earlier process did says nothing about the pace
            total = sum(run.recipe.epochs if run else epochs for run in runs)
            pace = (done - before) / max(1e-9, (time.monotonic() - began) / 60)
            runs_done, epochs_done = (
                f"{len(over)}/{counted(len(runs), 'run')}",
                f"{done} of {counted(total, 'epoch')}, " + ("searching a rate" if searching else f"{pace:.1f}/min"),
            )
            progress.update(task, description=runs_done, completed=done, total=total, note=epochs_done)
            with suppress(OSError):
                log(f"{runs_done}   {epochs_done}")

        yield beat


def _epochs_done(run: Run | None) -> int:
    if run is None:
        return 0
    return run.recipe.epochs if run.status == "diverged" else run.epoch
