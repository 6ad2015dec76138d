"""For each feature map the images and places that make it count: the image, the heatmap over it, and the patch seen."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from striate.base.errors import counted
from striate.probes.channels.features import RULES
from striate.probes.record import blank, label
from striate.reports.kit.colours import bar, overlaid, scaled
from striate.reports.kit.numerals import number
from striate.reports.kit.pictures import beside, patch, rgb
from striate.reports.probe.checks import checks_group
from striate.reports.probe.page import Group, Legend, Page, Panel, Table

if TYPE_CHECKING:
    from striate.data.photos.picture import Picture
    from striate.probes.facts import FeatureFacts, FeatureMap
    from striate.probes.record import Record

WORDS = (
    "The procedure, as a CS 7150 Homework 1 solution has it: each image goes through the net once. The score S of the class the"
    " net predicts is differentiated with respect to one channel A of a layer, and the derivative is averaged over the places"
    " of the channel, which gives one weight w for each image. The images of largest weight are shown, and over them the"
    " heatmap w A, the channel's activation times its weight. This is Grad-CAM for one channel, without the sum over channels"
    " and the ReLU.",
    "The weight alone says how much the score would change, not that the channel answered; so an image of large weight may have"
    " a heatmap of nothing. Three better-founded rules stand beside it: w times the mean of A is the part of the channel in"
    " Grad-CAM, of which the positive part is drawn; the mean of gradient times activation, place by place, does without"
    " averaging the gradient; and the largest activation asks for no class at all.",
    "In each row: the image, the heatmap over it, and the patch of pixels that the map's largest cell sees.",
)
BLANK = ", heatmap blank"
"""How the caption of a picture ends whose heatmap shows nothing."""
FORMULA = r"w = \frac{1}{h w} \sum_{ij} \frac{\partial S}{\partial A_{ij}}, \quad M = w A"


def page(record: Record[FeatureFacts], pictures: Sequence[Picture], classes: Sequence[str], net: str) -> Page:
    """Return the page of a features record; ``pictures`` are all images that were looked through."""
    rows = record.facts.maps
    return Page(
        title="What makes a feature map count",
        over=f"features, {net}",
        words=WORDS,
        formula=FORMULA,
        groups=tuple(_group(record, place, row, pictures, classes) for place, row in enumerate(rows)),
        legend=Legend(
            Panel("legend", "", bar(signed=True)),
            ("lowers the score", "0", "raises the score"),
            "Each heatmap has its own scale; under the largest activation the right end is the strongest answer.",
        ),
        after=tuple(
            checks_group(made, f"Do the maps of the largest {RULES[rule].largest} mean anything?", explained=not place)
            for place, (rule, made) in enumerate(record.checks.items())
        ),
        tables=(_table(record, rows, pictures),),
        notes=(f"Looked through: {counted(record.facts.images, 'image')}.",),
    )


def _group(
    record: Record[FeatureFacts], place: int, row: FeatureMap, pictures: Sequence[Picture], classes: Sequence[str]
) -> Group:
    panels: list[Panel] = []
    for rule in RULES:
        maps = record.arrays[f"{rule}.heatmap"][place].detach().cpu().double().numpy()
        for rank, (found, heatmap) in enumerate(zip(row.rules[rule], maps, strict=True)):
            picture = pictures[found.image]
            shown = rgb(picture.pixels)
            values, _ = scaled(heatmap)
            empty = BLANK if blank(record.arrays[f"{rule}.heatmap"][place][rank : rank + 1]).item() else ""
            parts = (shown, overlaid(shown, values, signed=True), patch(shown, found.window, shown.shape[0]))
            name = label(record.scores[found.image].target, classes)
            panels.append(
                Panel(
                    f"{row.tap}-{row.channel}-{rule}-{rank + 1}",
                    f"largest {RULES[rule].largest}, {rank + 1}: {number(found.value)}, {picture.name}, seen as {name}{empty}",
                    beside(parts),
                )
            )
    return Group(f"{row.tap}, channel {row.channel}", panels=tuple(panels))


def _table(record: Record[FeatureFacts], rows: Sequence[FeatureMap], pictures: Sequence[Picture]) -> Table:
    lines = [
        (
            f"{row.tap} {row.channel}",
            f"largest {RULES[rule].largest}",
            pictures[f.image].name,
            number(f.value),
            _window(f.window),
        )
        for row in rows
        for rule in RULES
        for f in row.rules[rule]
    ]
    return Table("In numbers", ("feature map", "rule", "image", "value", "patch"), tuple(lines))


def _window(box: Sequence[int]) -> str:
    top, left, bottom, right = box
    return f"rows {top} to {bottom - 1}, columns {left} to {right - 1}"
