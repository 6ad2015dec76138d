"""Scenes hold what they say, and a net that sees one colour finds it by hand."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import nn

from striate.base.errors import ProbeError
from striate.data.imageset import Split
from striate.probes.facts import Overlap
from striate.probes.places.boxes import overlap
from striate.probes.places.scenes import found, scenes


def split() -> Split:
    """Return three classes of flat images, of values 60, 120 and 240, two of each."""
    images = np.repeat(np.array([60, 120, 240], dtype=np.uint8), 2)[:, None, None, None] * np.ones(
        (1, 4, 6, 1), np.uint8
    )
    return Split(images, np.repeat(np.arange(3), 2).astype(np.int64))


@pytest.mark.parametrize("background", ["black", "mean", "noise"])
def test_objects_are_where_the_boxes_say_and_do_not_meet(background: str) -> None:
    made = scenes(split(), np.random.default_rng(0), count=20, objects=3, side=5, background=background)  # pyright: ignore[reportArgumentType]
    assert made.images.shape == (20, 20, 30, 1)
    values = np.array([60, 120, 240])
    for image, boxes, labels in zip(made.images, made.boxes.tolist(), made.labels, strict=True):
        assert len(set(labels.tolist())) == 3
        for place, (top, left, bottom, right) in enumerate(boxes):
            assert (bottom - top, right - left) == (4, 6)
            assert (image[top:bottom, left:right] == values[labels[place]]).all()
            assert all(overlap(boxes[place], other) == 0 for other in boxes[:place])
        outside = image.copy()
        for top, left, bottom, right in boxes:
            outside[top:bottom, left:right] = 0
        assert (outside == 0).all() == (background == "black")
    again = scenes(split(), np.random.default_rng(0), count=20, objects=3, side=5, background=background)  # pyright: ignore[reportArgumentType]
    assert np.array_equal(made.images, again.images)


def seer() -> nn.Module:
    """Return a net whose class 2 answers to brightness, and whose other classes answer to nothing."""
    net = nn.Sequential(nn.Conv2d(1, 1, 1, bias=False), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(1, 3))
    net[0].weight.data.fill_(1.0)
    net[3].weight.data, net[3].bias.data = torch.tensor([[0.0], [0.0], [1.0]]), torch.zeros(3)
    return net


def test_finding_is_counted_by_hand() -> None:
    made = scenes(split(), np.random.default_rng(1), count=30, objects=1, side=4, background="black")
    images = torch.from_numpy(made.images).permute(0, 3, 1, 2).float() / 255
    told = found(seer(), images, made)
    bright = int((made.labels == 2).sum())
    # Class 2 is found exactly; of the others the response is the same everywhere: they have no place, and are left out.
    assert told.scenes == 30
    assert told.blank == 30 - bright
    assert (told.pointing.hits, told.pointing.tries) == (bright, bright)
    assert told.chance == pytest.approx(1 / 16)
    assert told.overlap.mean == pytest.approx(1.0)
    assert (told.overlap_half.hits, told.overlap_half.tries) == (bright, bright)


def test_objects_of_blank_responses_alone_have_no_share() -> None:
    made = scenes(split(), np.random.default_rng(1), count=3, objects=1)
    told = found(seer(), torch.zeros(3, 1, *made.images.shape[1:3]), made)
    assert told.blank == 3
    assert told.pointing.share is None
    assert told.overlap == Overlap(None, None, None)


def test_one_scene_has_no_interval() -> None:
    made = scenes(split(), np.random.default_rng(1), count=1, objects=2)
    told = found(seer(), torch.from_numpy(made.images).permute(0, 3, 1, 2).float() / 255, made)
    assert (told.overlap.low, told.overlap.high) == (None, None)


@pytest.mark.parametrize(
    "asked",
    [{"count": 0}, {"objects": 4}, {"objects": 0}, {"side": 1}, {"side": 3, "objects": 2}, {"background": "red"}],
)
def test_what_does_not_fit_is_said(asked: dict[str, object]) -> None:
    options: dict[str, object] = {"count": 2, "objects": 1, **asked}
    with pytest.raises(
        ProbeError, match=r"are asked for; of 3 classes at most \d objects fit there, and backgrounds are black"
    ):
        scenes(split(), np.random.default_rng(0), **options)  # pyright: ignore[reportArgumentType]
