"""Options that several commands have, one by one and in groups."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypedDict

import typer

from striate.app.terminal.speech import remark

if TYPE_CHECKING:
    from striate.app.inputs.opened_net import Subject


def unclaimed(value: Path | None) -> Path | None:
    """Refuse at once, before anything is computed, a file that may not be written; for options that name one."""
    from striate.base.disk.outputs import claim

    if value is not None:
        claim(value)
    return value


def _shown_downloads(value: Path | None) -> Path | None:
    """Show downloads on the terminal: a command that reads data, and may fetch them, takes this option."""
    from striate.data.readers.download import watch_downloads

    def watch(name: str, total: int | None) -> AbstractContextManager[Callable[[int], None]]:
        from striate.app.progress.bars import watching_download

        return watching_download(name, total)

    watch_downloads(watch)
    return value


def _on_device(context: typer.Context, value: str | None) -> str | None:
    """Name the device for this command and for the processes that it starts."""
    if value is not None:
        before = os.environ.get("STRIATE_DEVICE")

        def restore() -> None:
            os.environ.pop("STRIATE_DEVICE")
            os.environ.update({} if before is None else {"STRIATE_DEVICE": before})

        os.environ["STRIATE_DEVICE"] = value
        context.call_on_close(restore)
    return value


AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
DataDir = Annotated[
    Path | None,
    typer.Option(help="Where the data lie, before $STRIATE_DATA and the user cache.", callback=_shown_downloads),
]
Settings = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="FIELD=VALUE", help="A field or net option of `striate list fields`."),
]
SkipDamaged = Annotated[bool, typer.Option(help="Leave out files of a folder that cannot be read, and say how many.")]
Like = Annotated[
    str | None,
    typer.Option(help="keras: its epsilons, batch-norm momentum and initial weights, where nothing else is set."),
]
Workers = Annotated[int | None, typer.Option(min=1, help="Runs side by side.  [default: one for each core]")]
Processes = Annotated[
    int | None,
    typer.Option(min=1, help="Train on this many processes, each its part of every batch; torchrun does so too."),
]
Device = Annotated[
    str | None,
    typer.Option(
        metavar="cpu|cuda|cuda:N",
        help="Where to compute, before $STRIATE_DEVICE.  [default: CUDA where there is one]",
        callback=_on_device,
    ),
]
Log = Annotated[
    list[str] | None,
    typer.Option(
        metavar="LOGGER",
        # Written out, for the catalogue of loggers lies in a room that loads Pydantic; a test holds the two together.
        help="Who is told of each epoch: tensorboard, wandb, trackio, mlflow; repeatable.  [default: tensorboard]",
    ),
]
RunFolder = Annotated[Path, typer.Argument(metavar="RUN", help="A run folder.")]


class Given(TypedDict):
    """What says where a net comes from, as functions take it."""

    weights: Path | None
    trained_on: str | None
    options: Mapping[str, Any]
    data_dir: Path | None


@dataclass(frozen=True)
class Source:
    """Where a net comes from that is not a run: its weights, what they were trained on, its options, where the data lie."""

    weights: Annotated[
        Path | None,
        typer.Option(help="The net's weights: .safetensors, .pt or .pth; FILE#PART of a file of several nets."),
    ] = None
    trained_on: Annotated[
        str | None, typer.Option(help="The data set that the weights were trained on, where nothing else says it.")
    ] = None
    settings: Settings = None
    data_dir: DataDir = None

    @property
    def options(self) -> Mapping[str, Any]:
        """The options of the net, from --set."""
        from striate.app.inputs.changes import settings_of

        return settings_of(self.settings)

    @property
    def given(self) -> Given:
        """All of it, as arguments of what opens a net."""
        return {
            "weights": self.weights,
            "trained_on": self.trained_on,
            "options": self.options,
            "data_dir": self.data_dir,
        }

    def open(self, net: str) -> Subject:
        """Return the net that ``net`` names; raises StriateError where it cannot be had."""
        from striate.app.inputs.opened_net import open_subject

        return open_subject(net, **self.given, warn=remark)
