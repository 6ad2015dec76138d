"""A heatmap over each image: the picture as the net received it, the map, and the map over the picture."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

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

TITLES = {
    "saliency": "Which pixels the score depends on",
    "gradcam": "Which places speak for the class",
    "occlusion": "What the score loses when a place is covered",
}
WORDS = {
    "gradient": (
        "The score of the class is differentiated with respect to every value of the image. A pixel's saliency is the largest"
        " of its channels' magnitudes.",
        r"M_{ij} = \max_c \left| \frac{\partial S}{\partial x_{cij}} \right|",
    ),
    "signed": (
        "The score of the class is differentiated with respect to every value of the image, and the derivatives of a pixel's"
        " channels are added.",
        r"M_{ij} = \sum_c \frac{\partial S}{\partial x_{cij}}",
    ),
    "times-input": (
        "The derivative of the score with respect to every value of the image, times that value, added over the channels.",
        r"M_{ij} = \sum_c x_{cij} \frac{\partial S}{\partial x_{cij}}",
    ),
    "smoothgrad": (
        "The derivative of the score is averaged over copies of the image with noise; a pixel's saliency is the largest of"
        " its channels' magnitudes.",
        r"M_{ij} = \max_c \left| \frac{1}{n} \sum_{k=1}^{n} \frac{\partial S}{\partial x_{cij}}(x + \epsilon_k) \right|",
    ),
    "integrated": (
        "The derivative of the score is averaged along the straight way from a baseline b to the image, and multiplied by what"
        " was gone through; the map sums to the difference of the scores.",
        r"M_{ij} = \sum_c (x_{cij} - b_{cij}) \int_0^1 \frac{\partial S}{\partial x_{cij}}(b + a (x - b)) \, da",
    ),
    "gradcam": (
        "Each channel of the feature map is weighted by the mean of the score's derivative with respect to it; the weighted"
        " sum is what the map says about the class. Its positive part is laid over the image.",
        r"M = \max\left(0, \sum_c \alpha_c A_c\right), \quad"
        r" \alpha_c = \frac{1}{h w} \sum_{ij} \frac{\partial S}{\partial A_{cij}}",
    ),
    "occlusion": (
        "A patch of the image is covered, and the fall of the score is noted; a pixel shows the mean over the patches on it.",
        r"M_{ij} = \frac{1}{n_{ij}} \sum_{P \ni ij} \left( S(x) - S(x \setminus P) \right)",
    ),
}


BLANK = "This map is blank: it has the same value everywhere, or none, so it says nothing about where."
SATURATED = 0.99
"""Gradients have few pixels that are much larger than all others; without a limit nothing else would be seen."""


def page(record: Record[Facts], pictures: Sequence[Picture], classes: Sequence[str], net: str) -> Page:
    """Return the page of a heatmap record; ``pictures`` are as the net received them, uint8 (H, W, C) each."""
    maps = record.heatmap.detach().cpu().double().numpy()
    signed = record.signed
    share = SATURATED if record.probe == "saliency" else 1.0
    method = record.facts.method if isinstance(record.facts, SaliencyFacts) else record.probe
    text, formula = WORDS[method]
    groups = [
        _group(place, picture, heatmap, record.scores[place], classes, signed, share, record.blank[place])
        for place, (picture, heatmap) in enumerate(zip(pictures, maps, strict=True))
    ]
    ends = ("negative", "0", "positive") if signed else ("0", "full colour")
    scale = "Each has its own scale" + (", full colour at its 99th percentile." if share < 1 else ".")
    return Page(
        title=TITLES[record.probe],
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
