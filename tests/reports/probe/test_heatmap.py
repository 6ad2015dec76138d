"""A heatmap's page: three panels for each image, what is explained, and how to read the colours."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch

from striate.data.photos.picture import Picture
from striate.probes.facts import Facts
from striate.probes.record import Record, Score
from striate.reports.kit.colours import diverging, sequential
from striate.reports.probe.heatmap import explained, page

GREY = Picture("a grey one", np.array([[[0], [200]]], np.uint8), "a.png")
RED = Picture("red", np.full((1, 2, 3), (90, 0, 0), np.uint8), "b.png")
SCORES = (Score(1, 2.0, 0.9, 1, 3.0), Score(0, -1.0, 0.1, 1, -2.0))


@dataclass(frozen=True, kw_only=True)
class Setting(Facts):
    tap: str
    part: float


def record(signed: bool, probe: str = "gradcam") -> Record[Setting]:
    values = torch.tensor([[[0.0, 2.0]], [[-4.0 if signed else 4.0, 2.0]]])
    return Record(probe, "heatmap", {"heatmap": values}, "some words", Setting(tap="conv1", part=0.5), SCORES, signed)


def test_each_image_has_its_panels_and_its_own_scale() -> None:
    shown = page(record(False), [GREY, RED], ("cat", "dog"), "resnet20")
    assert [[p.file for p in group.panels] for group in shown.groups] == [
        ["01-a grey one-image", "01-a grey one-map", "01-a grey one-overlay"],
        ["02-red-image", "02-red-map", "02-red-overlay"],
    ]
    image, first, _ = shown.groups[0].panels
    assert image.pixels.tolist() == [[[0] * 3, [200] * 3]]
    assert first.pixels[0].tolist() == sequential()[[0, 255]].tolist()
    assert first.caption == "map, full colour is 2"
    assert shown.groups[1].panels[1].pixels[0].tolist() == sequential()[[255, 128]].tolist()
    assert shown.legend is not None
    assert shown.legend.ends == ("0", "full colour")
    assert shown.legend.text == "The map is some words. Each has its own scale."
    assert shown.tables[0].rows == (("tap", "conv1"), ("part", "0.5"))
    assert shown.over == "gradcam, resnet20"


def test_a_map_with_a_sign_has_a_middle() -> None:
    shown = page(record(True), [GREY, RED], (), "net")
    assert shown.legend is not None
    assert shown.legend.ends == ("negative", "0", "positive")
    assert shown.groups[0].panels[1].pixels[0, 0].tolist() == diverging()[127].tolist()
    assert shown.groups[1].panels[1].pixels[0, 0].tolist() == diverging()[0].tolist()


def test_it_says_which_score_is_explained() -> None:
    assert explained(SCORES[0], ("cat", "dog")) == "explains dog: score 2, probability 0.900"
    assert explained(SCORES[1], ()) == "explains class 0: score −1, probability 0.100; the net's own answer is class 1"


def test_a_tie_is_said_and_no_class_is_named_for_it() -> None:
    assert explained(Score(0, 0.0, 0.5, 0, 0.0, tied=True), ("cat", "dog")).endswith(
        "; the net has no answer of its own, for its largest score is shared"
    )
