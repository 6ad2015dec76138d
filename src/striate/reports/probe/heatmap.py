"""A heatmap over each image: the picture as the net received it, the map, and the map over the picture."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from striate.probes.catalog import entry
from striate.probes.facts import SaliencyFacts
from striate.probes.record import label
from striate.reports.kit.colours import bar, coloured, overlaid, scaled
from striate.reports.kit.numerals import number
from striate.reports.kit.pictures import rgb
from striate.reports.probe.checks import checks_group
from striate.reports.probe.page import Group, Legend, Page, Panel, Table

if TYPE_CHECKING:
    from striate.data.photos.picture import Picture
    from striate.probes.facts import Facts
    from striate.probes.record import Record, Score

BLANK = "This map is blank: it has the same value everywhere, or none, so it says nothing about where."
SATURATED = 0.99
"""Gradients have few pixels that are much larger than all others; without a limit nothing else would be seen."""


def page(record: Record[Facts], pictures: Sequence[Picture], classes: Sequence[str], net: str) -> Page:
    """Return the page of a heatmap record; ``pictures`` are as the net received them, uint8 (H, W, C) each."""
    maps = record.heatmap.detach().cpu().double().numpy()
    signed = record.signed
    share = SATURATED if record.probe == "saliency" else 1.0
    method = record.facts.method if isinstance(record.facts, SaliencyFacts) else record.probe
    made_by = entry(record.probe)
    text, formula = made_by.explained(method)
    groups = [
        _group(place, picture, heatmap, record.scores[place], classes, signed, share, record.blank[place])
        for place, (picture, heatmap) in enumerate(zip(pictures, maps, strict=True))
    ]
    ends = ("negative", "0", "positive") if signed else ("0", "full colour")
    scale = "Each has its own scale" + (", full colour at its 99th percentile." if share < 1 else ".")
    return Page(
        title=made_by.title or made_by.summary.capitalize(),
        over=f"{record.probe}, {net}",
        words=(text,),
        formula=formula,
        groups=tuple(groups),
        legend=Legend(Panel("legend", "", bar(signed=signed)), ends, f"The map is {record.sign}. {scale}"),
        after=tuple(map(checks_group, record.checks.values())),
        tables=(_settings(record),),
    )


def _group(
    place: int,
    picture: Picture,
    heatmap: np.ndarray,
    score: Score,
    classes: Sequence[str],
    signed: bool,
    share: float,
    empty: bool,
) -> Group:
    shown = rgb(picture.pixels)
    values, scale = scaled(heatmap, share)
    full: float | None = scale
    stem = f"{place + 1:02}-{picture.name}"
    lines = [explained(score, classes)]
    if empty:
        lines.append(BLANK)
        full = None
    return Group(
        title=picture.name,
        lines=tuple(lines),
        panels=(
            Panel(f"{stem}-image", "as the net receives it", shown),
            Panel(
                f"{stem}-map",
                "map, blank" if full is None else f"map, full colour is {number(full)}",
                coloured(values, signed=signed),
            ),
            Panel(f"{stem}-overlay", "map over the image", overlaid(shown, values, signed=signed)),
        ),
    )


def explained(score: Score, classes: Sequence[str]) -> str:
    """Return in words which score of an image is explained."""
    name = label(score.target, classes)
    text = f"explains {name}: score {number(score.score)}, probability {score.probability:.3f}"
    if score.tied:
        return f"{text}; the net has no answer of its own, for its largest score is shared"
    return (
        text
        if score.predicted == score.target
        else f"{text}; the net's own answer is {label(score.predicted, classes)}"
    )


def _settings(record: Record[Facts]) -> Table:
    rows = [(key.replace("_", " "), _said(value)) for key, value in record.settings().items()]
    return Table("Settings", ("setting", "value"), tuple(rows))


def _said(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return number(value)
    return " x ".join(map(str, value)) if isinstance(value, (list, tuple)) else str(value)
