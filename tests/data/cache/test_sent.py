"""Images that were sent to another machine are the same set there, or refused."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from striate.base.errors import DataError, StorageError
from striate.data import load
from striate.data.cache.sent import arrays_of, keep, kept
from striate.data.imageset import ImageSet
from striate.data.photos.levels import Levels


@pytest.mark.parametrize("name", ["digits", "sums"])
def test_a_set_that_was_sent_is_the_same(name: str, tmp_path: Path) -> None:
    images = replace(load(name), notes=("a note",), levels=Levels(3, 4095))
    place = tmp_path / "shelf" / images.fingerprint
    keep(place, *arrays_of(images))
    keep(place, *arrays_of(images))  # a second one finds it there
    assert [path.name for path in place.parent.iterdir()] == [images.fingerprint]
    found = kept(place, images.fingerprint)
    plain = ("name", "classes", "fingerprint", "origin", "notes", "levels")
    assert [getattr(found, one) for one in plain] == [getattr(images, one) for one in plain]
    for split in ("train", "val", "test"):
        mine, theirs = getattr(images, split), getattr(found, split)
        assert (mine is None) == (theirs is None)
        if mine is not None:
            assert np.array_equal(mine.images, theirs.images)
            assert np.array_equal(mine.labels, theirs.labels)
            assert mine.images.dtype == theirs.images.dtype


def sent(tmp_path: Path) -> tuple[Path, ImageSet]:
    images = load("digits")
    place = tmp_path / images.fingerprint
    keep(place, *arrays_of(images))
    return place, images


def test_others_are_refused(tmp_path: Path) -> None:
    place, images = sent(tmp_path)
    with pytest.raises(DataError, match="are others"):
        kept(place, "0" * 64)
    labels = place / "train-labels.npy"
    labels.write_bytes(labels.read_bytes()[:-3])
    with pytest.raises(DataError, match="cannot be read"):
        kept(place, images.fingerprint)


def test_a_full_disk_is_a_sentence_and_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*given: object, **named: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(np, "save", full)
    with pytest.raises(StorageError, match="No space left on device"):
        sent(tmp_path)
    assert not list(tmp_path.iterdir())
