"""Any record has a page: maps are drawn, other arrays and facts are told."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch

from striate.data.photos.picture import Picture
from striate.probes.facts import Facts
from striate.probes.record import Record, Score
from striate.reports.probe.plain import page


@dataclass(frozen=True, kw_only=True)
class Sized(Facts):
    """What this probe tells."""

    some_size: int


MAPS = torch.tensor([[[0.0, 1.0], [2.0, 4.0]], [[-1.0, 0.0], [0.0, 1.0]]])
RECORD = Record(
    "gradcam", "unheard-of", {"map": MAPS, "weights": torch.arange(3.0)}, "0 or more", facts=Sized(some_size=3),
    scores=(Score(1, 0.5, 0.75, 1, 0.25), Score(0, 0.5, 0.75, 0, 0.25)),
)  # fmt: skip
PICTURES = [Picture(name, np.zeros((2, 2, 1), np.uint8), name) for name in ("one", "two")]


def test_maps_are_drawn_and_the_rest_is_told() -> None:
    shown = page(RECORD, PICTURES, ("cat", "dog"), "net")
    assert shown.title == "Which places speak for the class"
    assert r"\alpha_c" in shown.formula
    assert [[panel.caption for panel in group.panels] for group in shown.groups] == [
        ["as the net receives it", "map, full colour is 4"],
        ["as the net receives it", "map, full colour is 1"],
    ]
    assert "explains dog: score 0.5, probability 0.750" in shown.groups[0].lines[0]
    assert shown.tables[0].rows == (("map", "2 x 2 x 2", "\N{MINUS SIGN}1", "4"), ("weights", "3", "0", "2"))
    assert shown.tables[1].rows == (("some size", "3"),)


def test_a_record_without_pictures_has_a_page() -> None:
    assert page(RECORD, (), (), "net").groups == ()
