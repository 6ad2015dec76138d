"""The filters of a convolution as small pictures, all on one scale, strongest first."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from striate.reports.kit.colours import bar, coloured
from striate.reports.kit.numerals import number
from striate.reports.probe.page import Group, Legend, Page, Panel

if TYPE_CHECKING:
    from striate.data.photos.picture import Picture
    from striate.probes.facts import FilterFacts
    from striate.probes.record import Record

MOST = 64


def page(record: Record[FilterFacts], pictures: Sequence[Picture], classes: Sequence[str], net: str) -> Page:
    """Return the page of a filters record."""
    weights = record.arrays["filters"].detach().cpu().double().numpy()
    norms = record.arrays["norms"].detach().cpu().double().numpy()
    order = np.argsort(-norms, kind="stable")[:MOST]
    largest = float(np.abs(weights).max()) or 1.0
    colours = weights.shape[1] == 3
    panels = tuple(
        Panel(f"filter-{k:03}", f"{k}: norm {number(norms[k])}", _picture(weights[k] / largest, colours)) for k in order
    )
    text = (
        "Grey is 0; a channel of a pixel is brighter where its weight is positive and darker where it is negative."
        if colours
        else "The mean over the input's channels; orange is positive, blue is negative."
    )
    return Page(
        title="What the first layer looks for" if record.facts.first else f"The filters of {record.facts.tap}",
        over=f"filters, {net}",
        words=(
            f"The weights of {record.facts.tap}, strongest first, all on one scale: {number(largest)} is full. {text}",
        ),
        formula="",
        groups=(Group(f"{len(order)} of {len(weights)} filters", panels=panels),),
        legend=None if colours else Legend(Panel("legend", "", bar(signed=True)), ("negative", "0", "positive"), ""),
    )


def _picture(weight: np.ndarray, colours: bool) -> np.ndarray:
    if colours:
        return np.round((weight.transpose(1, 2, 0) + 1) * 127.5).astype(np.uint8)
    return coloured(weight.mean(0), signed=True)
