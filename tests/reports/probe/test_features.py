"""The page of features: the algorithm in words, and for each feature map its images, heatmaps and patches."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch
from torch import nn

from striate.data.photos.picture import Picture
from striate.probes.channels.features import RULES, features
from striate.probes.checks.outcome import Cascade, Checks, Conclusions
from striate.probes.facts import FeatureFacts
from striate.probes.record import Record
from striate.reports.probe.checks import METHOD
from striate.reports.probe.features import page
from striate.reports.probe.page import probe_html

PICTURES = [Picture(f"image {i}", np.full((4, 4, 1), 40 * i, np.uint8), f"image {i}") for i in range(3)]


@pytest.fixture
def record() -> Record:
    torch.manual_seed(0)
    net = nn.Sequential(
        nn.Conv2d(1, 2, 3, padding=1), nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(2, 3)
    )
    return features(net, torch.rand(3, 1, 4, 4), taps=["0", "1"], channels=[1], top=2)


def test_every_rule_is_shown_with_image_heatmap_and_patch(record: Record[FeatureFacts]) -> None:
    shown = page(record, PICTURES, ("cat", "dog", "frog"), "net")
    assert [group.title for group in shown.groups] == ["0, channel 1", "1, channel 1"]
    panels = shown.groups[0].panels
    assert [panel.file for panel in panels[:3]] == ["0-1-published-1", "0-1-published-2", "0-1-contribution-1"]
    assert len(panels) == 2 * len(RULES)
    first = record.facts.maps[0].rules["published"][0]
    picture = PICTURES[first.image]
    assert picture.name in panels[0].caption
    assert any(name in panels[0].caption for name in ("seen as cat", "seen as dog", "seen as frog"))
    # Three pictures of four pixels, a line of one pixel between them; the first is the image itself.
    assert panels[0].pixels.shape == (4, 14, 3)
    assert panels[0].pixels[:, :4, 0].tolist() == picture.pixels[..., 0].tolist()
    assert len(shown.tables[0].rows) == 2 * 4 * 2


def test_the_algorithm_stands_on_the_page(record: Record[FeatureFacts]) -> None:
    html = probe_html(page(record, PICTURES, (), "net"))
    assert "gives one weight w for each image" in html
    assert "without the sum over channels and the ReLU" in html
    assert "<math" in html
    assert "Looked through: 3 images." in html


def test_each_rule_is_checked_once_and_the_checks_are_explained_once(record: Record[FeatureFacts]) -> None:
    cascade = Cascade(("output",), ((0.5, 0.25, 0.0),))
    made = Checks(cascade, None, Conclusions("undecided", "undecided", "undecided"))
    checked = replace(record, checks=dict.fromkeys(RULES, made))
    after = page(checked, PICTURES, (), "net").after
    assert len(after) == len({group.title for group in after}) == len(RULES)
    assert [METHOD in group.lines for group in after] == [True, False, False, False]
