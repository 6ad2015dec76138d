"""What the commands `striate probe NAME` share: net, pictures, or a data set to look through, and where the answer goes."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from striate.app.options.opening import Opening
from striate.app.options.shared import AsJson, SkipDamaged

Net = Annotated[
    str, typer.Argument(metavar="NET", help="A run folder, a net's name with --weights, timm:NAME or module:callable.")
]
Pictures = Annotated[
    list[str],
    typer.Argument(
        metavar="IMAGE...",
        help="Image files, folders, cifar10:7, cifar10:0-7 or my_photos:7 (test images), or https addresses.",
    ),
]
Class = Annotated[
    str | None,
    typer.Option("--class", help="The class to explain, by number or name.  [default: the predicted one]"),
]
Tap = Annotated[str | None, typer.Option(help="The feature map to look at.  [default: the last one]")]
Seed = Annotated[int, typer.Option(min=0, help="Seed of what is drawn at random.")]
Unchecked = Annotated[bool, typer.Option(help="Leave out the checks whether the map means anything.")]
_CHANNELS = ("--channels", "--channel")
Channels = Annotated[
    list[str] | None, typer.Option(*_CHANNELS, help="Channels of the tap, as 3 8 26.  [default: the first 3]")
]
ChannelsOfTaps = Annotated[
    list[str] | None,
    typer.Option(
        *_CHANNELS, help="Channels of every tap, as 3 8 26, or of each, as conv1:3,8,26.  [default: the first 3]"
    ),
]

Images = Annotated[int, typer.Option(min=1, help="How many of its test images, from the first on.")]


def _unclaimed_page(value: Path | None) -> Path | None:
    """Refuse at once, before anything is computed, a folder that may not take the page."""
    if value is not None:
        from striate.reports.probe.page import claim_page

        claim_page(value)
    return value


def _unclaimed_arrays(value: Path | None) -> Path | None:
    if value is not None:
        from striate.base.disk.outputs import claim_folder

        claim_folder(value.parent, value.name)
    return value


@dataclass(frozen=True)
class Through:
    """The images to look through."""

    data: Annotated[
        str | None,
        typer.Option(
            help="The images to look through: a name of `striate list data`, or an image folder.  [default: what the net was"
            " trained on]"
        ),
    ] = None
    skip_damaged: SkipDamaged = False


@dataclass(frozen=True)
class Explained:
    """Which class is explained, and of which pictures."""

    target: Class = None
    quick: Unchecked = False
    skip_damaged: SkipDamaged = False


@dataclass(frozen=True)
class Excited:
    """Channels, and the patches that excite them most."""

    tap: Tap = None
    channels: Channels = None
    images: Images = 1000
    top: Annotated[int, typer.Option(min=1, help="Patches for each channel.")] = 9


@dataclass(frozen=True)
class Output:
    """Where the answer of a probe goes."""

    out: Annotated[
        Path | None,
        typer.Option(
            help="Folder of the pictures and the page.  [default: runs/probe-NAME-NET]", callback=_unclaimed_page
        ),
    ] = None
    npz: Annotated[Path | None, typer.Option(help="Write the arrays to this file.", callback=_unclaimed_arrays)] = None
    as_json: AsJson = False


@dataclass(frozen=True)
class Looking:
    """What every probe takes: how its net is opened, and where its answer goes."""

    opening: Opening
    output: Output

    @property
    def data_dir(self) -> Path | None:
        """Where the data lie."""
        return self.opening.source.data_dir
