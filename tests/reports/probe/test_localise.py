"""The page of localisation: the picture with its box, the response, and how well known objects are found."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import torch
from torch import nn

from striate.base.intervals import Share
from striate.data.photos.picture import Picture
from striate.probes.facts import FoundObjects, LocaliseFacts, Overlap
from striate.probes.places.localise import localise
from striate.probes.record import Record
from striate.reports.kit.pictures import FRAME
from striate.reports.probe.localise import page
from striate.reports.probe.page import probe_html


def found() -> tuple[Record[LocaliseFacts], list[Picture]]:
    net = nn.Sequential(
        nn.Conv2d(1, 1, 1, bias=False), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(1, 2, bias=False)
    )
    net[0].weight.data.fill_(1.0)
    net[3].weight.data = torch.tensor([[1.0], [-1.0]])
    pixels = np.zeros((8, 10), np.uint8)
    pixels[2:5, 3:9] = 255
    return localise(net, torch.from_numpy(pixels)[None, None].float() / 255), [
        Picture("square", pixels[..., None], "square")
    ]


def test_the_box_is_drawn_and_told() -> None:
    record, pictures = found()
    shown = page(record, pictures, ("square", "nothing"), "net")
    (group,) = shown.groups
    assert group.lines == ("square: response 1, probability 0.881 at its place; box 6 x 3 pixels at column 3, row 2",)
    frame = (group.panels[0].pixels == FRAME).all(2)
    assert frame[2, 3:9].all()
    assert not frame[3, 4:8].any()
    assert shown.tables == ()
    assert shown.notes == ("Places read, by scale: 1: 8 x 10.",)
    assert "above 20% of the way" in probe_html(shown)


def test_known_objects_make_a_table() -> None:
    record, pictures = found()
    share = Share(9, 10, 0.9, 0.6, 0.98)
    scenes = FoundObjects(5, 2, 0, share, Overlap(0.5, 0.4, 0.6), share, 0.06)
    shown = page(replace(record, facts=replace(record.facts, scenes=scenes)), pictures, (), "net")
    assert ("pointing game", "0.900 (0.600 to 0.980)") in shown.tables[0].rows
    assert ("pointing anywhere", "0.060") in shown.tables[0].rows
