"""The pages of maximized images and of patches."""

from __future__ import annotations

import numpy as np
import torch
from torch import nn

from striate.data.photos.picture import Picture
from striate.probes.channels.maximize import maximize
from striate.probes.channels.patches import patches
from striate.reports.probe.maximize import page, page_of_patches
from striate.reports.probe.page import probe_html

PICTURES = [Picture(f"image {i}", np.full((6, 6, 1), 40 * i, np.uint8), f"image {i}") for i in range(2)]


def net() -> nn.Module:
    torch.manual_seed(0)
    return nn.Sequential(nn.Conv2d(1, 3, 3), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(3, 2))


def test_the_made_image_stands_before_the_patches() -> None:
    images = torch.rand(2, 1, 6, 6)
    record = maximize(net(), images, tap="0", channels=[0, 2], steps=3, top=2)
    shown = page(record, PICTURES, (), "net")
    assert [group.title for group in shown.groups] == ["0, channel 0", "0, channel 2"]
    assert [panel.file for panel in shown.groups[1].panels] == ["channel-2-made", "channel-2-1", "channel-2-2"]
    expected = np.round(record.arrays["pixels"][1, 0].numpy() * 255)
    assert np.array_equal(shown.groups[1].panels[0].pixels[..., 0], expected)
    assert "to the best patch" in shown.groups[0].lines[0]
    assert "each divided by its frequency to the power 1. The best" in shown.words[0]
    assert "<math" in probe_html(shown)


def test_a_tap_of_numbers_has_no_patches() -> None:
    record = maximize(net(), torch.rand(1, 1, 6, 6), tap="3", channels=[1], steps=2, parameters="pixel")
    shown = page(record, PICTURES[:1], (), "net")
    assert [panel.file for panel in shown.groups[0].panels] == ["channel-1-made"]
    assert "The image is written pixel by pixel" in shown.words[0]


def test_patches_alone() -> None:
    record = patches(net(), torch.rand(2, 1, 6, 6), tap="0", channels=[1], top=2)
    shown = page_of_patches(record, PICTURES, (), "net")
    assert [panel.file for panel in shown.groups[0].panels] == ["channel-1-1", "channel-1-2"]
    best = PICTURES[record.facts.patches[0][0].image]
    assert (shown.groups[0].panels[0].pixels == best.pixels[0, 0]).all()


def test_a_climb_tells_of_shifts_where_there_are_some() -> None:
    record = maximize(net(), torch.rand(1, 1, 6, 6), tap="0", channels=[1], steps=2, jitter=1)
    words = page(record, PICTURES[:1], (), "net").words[0]
    assert "to the power 1 and is shifted at random by up to 1 pixel at each step, without which the climb" in words
