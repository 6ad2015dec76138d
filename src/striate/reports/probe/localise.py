"""Where a class is: the picture with the box, and the response over it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from striate.base.errors import counted
from striate.probes.record import label
from striate.reports.kit.colours import bar, overlaid, scaled
from striate.reports.kit.numerals import between, number
from striate.reports.kit.pictures import framed, rgb
from striate.reports.probe.checks import checks_group
from striate.reports.probe.heatmap import BLANK, explained
from striate.reports.probe.page import Group, Legend, Page, Panel, Table

if TYPE_CHECKING:
    from striate.data.photos.picture import Picture
    from striate.probes.facts import FoundObjects, LocaliseFacts
    from striate.probes.record import Record

WORDS = (
    "The layers before the pooling take images of any size. The head after it, given each place of their last map as an image"
    " of its own, says for that place what it would say for a whole image; for a linear head that is a 1 x 1 convolution. The"
    " responses are interpolated to the picture.",
    "The box is drawn around the area that holds the largest response, where the response is above {threshold:.0%} of the way"
    " from its median to its largest value. The map is drawn from the median, which is 0 here, to the largest value.",
)
FORMULA = r"R_{kij} = \mathrm{head}_k\left(A_{:ij}\right) = \sum_c W_{kc} A_{cij} + b_k"


def page(record: Record[LocaliseFacts], pictures: Sequence[Picture], classes: Sequence[str], net: str) -> Page:
    """Return the page of a localise record; ``pictures`` are at their own size."""
    maps = record.heatmap.detach().cpu().double().numpy()
    groups = [
        _group(record, place, picture, heatmap, classes)
        for place, (picture, heatmap) in enumerate(zip(pictures, maps, strict=True))
    ]
    sizes = ", ".join(f"{s:g}: {h} x {w}" for s, (h, w) in zip(record.facts.scale, record.facts.maps, strict=True))
    return Page(
        title="Where in the picture it is",
        over=f"localise, {net}",
        words=tuple(line.format(threshold=record.facts.threshold) for line in WORDS),
        formula=FORMULA,
        groups=tuple(groups),
        legend=Legend(
            Panel("legend", "", bar(signed=False)), ("median or less", "largest"), "Each map has its own scale."
        ),
        tables=_found(record.facts.scenes),
        after=tuple(map(checks_group, record.checks.values())),
        notes=(f"Places read, by scale: {sizes}.",),
    )


def _group(
    record: Record[LocaliseFacts], place: int, picture: Picture, heatmap: np.ndarray, classes: Sequence[str]
) -> Group:
    score = record.scores[place]
    shown = rgb(picture.pixels)
    box = record.facts.boxes[place]
    above = (heatmap - np.median(heatmap)).clip(0)
    values, _ = scaled(above)
    name = label(score.target, classes)
    top, left, bottom, right = box
    stem = f"{place + 1:02}-{picture.name}-{name}"
    if record.blank[place]:
        lines = (BLANK, "So there is no place and no box of it.")
        panels = (Panel(f"{stem}-box", "picture", shown),)
        return Group(picture.name, (explained(score, classes), *lines), panels)
    return Group(
        picture.name,
        (
            f"{name}: response {number(score.score)}, probability {score.probability:.3f} at its place; box {right - left} x"
            f" {counted(bottom - top, 'pixel')} at column {left}, row {top}",
            *told_strongest(record, place, classes),
        ),
        (
            Panel(f"{stem}-box", "picture and box", framed(shown, box)),
            Panel(f"{stem}-response", f"response to {name}", framed(overlaid(shown, values, signed=False), box)),
        ),
    )


def told_strongest(record: Record[LocaliseFacts], place: int, classes: Sequence[str]) -> tuple[str, ...]:
    """Return the net's answer for the whole picture, and the class of the strongest place, where they differ."""
    score, strong = record.scores[place], record.facts.strongest[place]
    row, column = strong.place
    most = label(strong.target, classes)
    lines: list[str] = []
    if score.tied:
        lines.append("the net has no answer of its own for the whole picture, for its largest score is shared")
    elif score.predicted != score.target:
        lines.append(f"the net's own answer for the whole picture is {label(score.predicted, classes)}")
    if strong.target != score.target:
        lines.append(
            f"the strongest single place, column {column}, row {row}, answers with {most}: response"
            f" {number(strong.response)}, probability {strong.probability:.3f}"
        )
    return tuple(lines)


def _found(scenes: FoundObjects | None) -> tuple[Table, ...]:
    """Return the table of how well known objects were found, where scenes were made."""
    if not scenes:
        return ()
    pointing, half, mean = scenes.pointing, scenes.overlap_half, scenes.overlap

    rows = (
        ("scenes", str(scenes.scenes)),
        ("objects in each", str(scenes.objects)),
        *([("left out: blank response", str(scenes.blank))] if scenes.blank else []),
        ("pointing game", between(pointing.share, pointing.low, pointing.high)),
        ("pointing anywhere", f"{scenes.chance:.3f}"),
        ("overlap with the object's box", between(mean.mean, mean.low, mean.high)),
        ("overlap of at least 0.5", between(half.share, half.low, half.high)),
    )
    return (Table("Known objects found (95 % intervals)", ("what", "value"), rows),)
