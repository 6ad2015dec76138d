"""A net with the pictures that a probe shows it, opened from the words that name them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from striate.app.inputs.images import pictures
from striate.app.inputs.judged_on import images_for
from striate.app.inputs.opened_net import Subject
from striate.base.errors import DataError, ProbeError, printable
from striate.data.photos.picture import Picture, Reading, all_fitted, fitted

if TYPE_CHECKING:
    from torch import Tensor


@dataclass(frozen=True, eq=False)
class Views:
    """The net, the pictures as it receives them, and the same as a tensor (N, C, H, W).

    ``notes`` are what the page should say about the pictures.
    """

    subject: Subject
    pictures: tuple[Picture, ...]
    images: Tensor
    notes: tuple[str, ...] = ()

    def in_pixels(self) -> Views:
        """Return the same with images in [0, 1], which the net normalizes by itself from now on."""
        import numpy as np
        import torch

        pixels = torch.from_numpy(np.stack([p.pixels for p in self.pictures])).permute(0, 3, 1, 2).float() / 255
        return Views(self.subject.takes_pixels(), self.pictures, pixels, self.notes)


def opened_pictures(
    subject: Subject, words: Sequence[str | Picture], data_dir: Path | None = None, skip_damaged: bool = False
) -> Views:
    """Return the pictures that ``words`` name, at the size of the net; raises StriateError where one cannot be had."""
    notes: list[str] = []
    found = looked_at(subject, words, data_dir, skip_damaged, notes)
    seen = subject.arranged(all_fitted(found, subject.inputs.image_shape, subject.resizing))
    received = tuple(Picture(p.name, s, p.origin, p.label) for p, s in zip(found, seen, strict=True))
    return Views(subject, received, subject.tensor(seen), tuple(notes))


def looked_at(
    subject: Subject, words: Sequence[str | Picture], data_dir: Path | None, skip_damaged: bool, notes: list[str]
) -> list[Picture]:
    """Return the pictures that ``words`` name, read like those ``subject`` was trained on; ``notes`` gets what a page says."""
    skipping = skip_damaged or subject.skip_damaged
    height, width, _ = subject.inputs.image_shape
    how = Reading(subject.levels, height if height == width > 1 else None, subject.resizing, subject.inputs.data)
    return pictures(words, data_dir, how=how, skip_damaged=skipping, tell=notes.append)


def usable(
    subject: Subject, words: Sequence[str], data_dir: Path | None = None
) -> tuple[list[Picture], list[tuple[str, str]]]:
    """Return the pictures of ``words`` that can be shown to the net, and (picture, why not) of each that cannot."""
    found: list[Picture] = []
    left: list[tuple[str, str]] = []
    for word in words:
        notes: list[str] = []
        try:
            read = looked_at(subject, [word], data_dir, True, notes)
        except DataError as error:
            left.append((word, str(error)))
            continue
        left += [(word, note) for note in notes]
        for picture in read:
            try:
                fitted(picture, subject.inputs.image_shape, subject.resizing)
                found.append(picture)
            except DataError as error:
                left.append((picture.origin, str(error)))
    return found, left


def opened_data(
    subject: Subject, data: str | None, count: int, data_dir: Path | None = None, skip_damaged: bool = False
) -> Views:
    """Return the first ``count`` test images of ``data`` (validation or training ones where there are none).

    None is the data set that the net was trained on; raises ProbeError where that is none of the catalogue's.
    """
    if not (looked_through := data or subject.inputs.data):
        raise ProbeError(
            f'the data set that "{printable(subject.name)}" was trained on is not at hand; name the images to look through with'
            " `data`, a name of `striate list data` or an image folder"
        )
    images = images_for(subject, looked_through, data_dir, skip_damaged, enlarge=looked_through == subject.inputs.data)
    split = images.test or images.val or images.train
    found = [
        Picture(f"{images.name} {i}, {images.classes[label]}", pixels, f"{images.name}:{i}", int(label))
        for i, (pixels, label) in enumerate(zip(split.images[:count], split.labels[:count], strict=True))
    ]
    seen = subject.arranged(all_fitted(found, subject.inputs.image_shape, subject.resizing))
    shown = tuple(Picture(p.name, s, p.origin, p.label) for p, s in zip(found, seen, strict=True))
    return Views(subject, shown, subject.tensor(seen), images.notes if skip_damaged or subject.skip_damaged else ())
