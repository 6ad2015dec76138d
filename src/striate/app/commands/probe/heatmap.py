"""`striate probe saliency|gradcam|occlusion NET IMAGE...`: which pixels, or which places, an answer depends on."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Unpack

import typer

from striate.app.commands.probe.present import present
from striate.app.options.own_code import OwnCode
from striate.app.options.probing import Class, Net, Output, Pictures, Tap, Unchecked
from striate.app.options.shared import SkipDamaged, Source
from striate.probes.choices import HeatmapOptions, Method

CHECKED = 10
"""How many times a map is made where it is checked: once, and for the cascade before it and at each of 8 stages at most."""


@dataclass(frozen=True)
class Explained:
    """What the heatmap probes take beside their own options."""

    target: Class = None
    quick: Unchecked = False
    skip_damaged: SkipDamaged = False


def saliency(
    net: Net,
    image: Pictures,
    *,
    method: Annotated[Method, typer.Option(help="Which map is made of the gradient.")] = "gradient",
    explained: Explained,
    source: Source,
    own: OwnCode,
    output: Output,
) -> None:
    """Show which pixels the score depends on."""
    own.let_in(net)
    _look("saliency", net, image, explained, source, output, method=method)


def gradcam(
    net: Net,
    image: Pictures,
    *,
    tap: Tap = None,
    explained: Explained,
    source: Source,
    own: OwnCode,
    output: Output,
) -> None:
    """Show which places of a feature map speak for the class."""
    own.let_in(net)
    _look("gradcam", net, image, explained, source, output, tap=tap)


def occlusion(
    net: Net,
    image: Pictures,
    *,
    window: Annotated[int | None, typer.Option(help="Pixels of a patch's edge.  [default: an eighth]")] = None,
    stride: Annotated[int | None, typer.Option(help="Pixels from patch to patch.  [default: half the window]")] = None,
    explained: Explained,
    source: Source,
    own: OwnCode,
    output: Output,
) -> None:
    """Show what the score loses when a place is covered."""
    from striate.app.terminal import show as terminal
    from striate.app.terminal.progress import watching_passes

    own.let_in(net)
    # A single picture is never checked; several words, a folder, or a range are.
    several = len(image) > 1 or Path(image[0]).is_dir() or re.search(r":\d+-\d+$", image[0])
    rounds = CHECKED if several and not explained.quick else 1
    with watching_passes(
        terminal.console(stderr=True), "occlusion", rounds, "for the checks (--quick leaves them out)"
    ) as watch:
        _look("occlusion", net, image, explained, source, output, window=window, stride=stride, progress=watch)


def _look(
    name: str,
    net: str,
    images: list[str],
    explained: Explained,
    source: Source,
    output: Output,
    **options: Unpack[HeatmapOptions],
) -> None:
    from striate.app.actions.looking import probed

    look = probed(
        name,
        source.open(net),
        images,
        target=explained.target,
        quick=explained.quick,
        data_dir=source.data_dir,
        skip_damaged=explained.skip_damaged,
        options=options,
    )
    present(look, output)
