"""The images of a data set at the size of a net."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from torch import nn

from striate.app.inputs.judged_on import images_for
from striate.app.inputs.opened_net import Subject
from striate.data import load
from striate.data.photos import decode
from striate.data.photos.resizing import Resizing
from striate.nets.inputs import Inputs


def net(side: int, channels: int = 3) -> Subject:
    inputs = Inputs((side, side, channels), (0.5,) * channels, (0.5,) * channels)
    return Subject(nn.Identity(), inputs, "toy", resizing=Resizing("squash"))


def test_photographs_are_read_once_and_at_the_size_of_the_net(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(20):
        place = tmp_path / ("cat", "dog")[number % 2]
        place.mkdir(exist_ok=True)
        noise = np.random.default_rng(number).integers(0, 256, (60 + number % 3, 90, 3), np.uint8)
        Image.fromarray(noise).save(place / f"{number}.jpg")
    expected = load(tmp_path, image_size=40, resizing=Resizing("squash"))
    sides: list[int | None] = []
    whole = decode.photograph

    def seen(source: object, levels: object, side: int | None, resizing: Resizing) -> object:
        sides.append(side)
        return whole(source, levels, side, resizing)  # type: ignore[arg-type]

    monkeypatch.setattr("striate.data.photos.stack.photograph", seen)
    made = images_for(net(40), str(tmp_path))
    assert made.fingerprint == expected.fingerprint
    assert set(sides) == {40}


def test_the_catalogue_is_brought_to_the_size_unless_it_must_not_become_larger() -> None:
    assert images_for(net(16, 1), "digits").image_shape == (16, 16, 1)
    assert images_for(net(16, 1), "digits", enlarge=False).image_shape == (8, 8, 1)
    assert images_for(net(8, 1), "digits").image_shape == (8, 8, 1)
