"""`striate probe saliency|gradcam|occlusion NET IMAGE...`: which pixels, or which places, an answer depends on."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated

import typer

from striate.app.commands.probe.present import explain
from striate.app.options.probing import Explained, Looking, Net, Pictures, Tap
from striate.probes.choices import Method

CHECKED = 10
"""How many times a map is made where it is checked: once, and for the cascade before it and at each of 8 stages at most."""


def saliency(
    net: Net,
    image: Pictures,
    *,
    method: Annotated[Method, typer.Option(help="Which map is made of the gradient.")] = "gradient",
    explained: Explained,
    looking: Looking,
) -> None:
    """Show which pixels the score depends on."""
    explain("saliency", looking.opening.open(net), image, explained, looking, {"method": method})


def gradcam(
    net: Net,
    image: Pictures,
    *,
    tap: Tap = None,
    explained: Explained,
    looking: Looking,
) -> None:
    """Show which places of a feature map speak for the class."""
    explain("gradcam", looking.opening.open(net), image, explained, looking, {"tap": tap})


def occlusion(
    net: Net,
    image: Pictures,
    *,
    window: Annotated[int | None, typer.Option(help="Pixels of a patch's edge.  [default: an eighth]")] = None,
    stride: Annotated[int | None, typer.Option(help="Pixels from patch to patch.  [default: half the window]")] = None,
    explained: Explained,
    looking: Looking,
) -> None:
    """Show what the score loses when a place is covered."""
    from striate.app.progress.bars import watching_passes
    from striate.app.terminal import show as terminal

    subject = looking.opening.open(net)
    # A single picture is never checked; several words, a folder, or a range are.
    several = len(image) > 1 or Path(image[0]).is_dir() or re.search(r":\d+-\d+$", image[0])
    rounds = CHECKED if several and not explained.quick else 1
    with watching_passes(
        terminal.console(stderr=True), "occlusion", rounds, "for the checks (--quick leaves them out)"
    ) as watch:
        explain(
            "occlusion", subject, image, explained, looking, {"window": window, "stride": stride, "progress": watch}
        )
