"""Where in pictures of any size a class is; or in scenes made for the purpose, whose boxes are known."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from striate.app.actions.looking import Look, told
from striate.app.inputs.judged_on import images_for
from striate.app.inputs.opened_net import Subject
from striate.app.inputs.views import Views, looked_at
from striate.base.errors import ProbeError
from striate.base.seeds import generator
from striate.data.photos.picture import Picture, coloured
from striate.probes.checks.sanity import checked
from striate.probes.choices import Background
from striate.probes.facts import LocaliseFacts
from striate.probes.places.localise import localise as find
from striate.probes.places.scenes import found
from striate.probes.places.scenes import scenes as make_scenes

if TYPE_CHECKING:
    from striate.probes.record import Record

SHOWN = 8  # scenes of which the page shows the pictures


@dataclass(frozen=True)
class Scenes:
    """How many scenes of the test images of ``data``, each ``side`` times as wide as an object; see `scenes.scenes`."""

    count: int
    data: str | None
    objects: int = 3
    side: int = 4
    background: Background = "mean"
    seed: int = 0


def localise(
    subject: Subject,
    images: Sequence[str] | Scenes,
    *,
    target: str | None = None,
    scale: Sequence[float] = (1.0,),
    threshold: float = 0.2,
    tap: str | None = None,
    quick: bool = False,
    data_dir: Path | None = None,
    skip_damaged: bool = False,
) -> Look[LocaliseFacts]:
    """Return where the class ``target`` (by number or name; None: the predicted one) is in the pictures that ``images`` name.

    Of scenes the first few are shown, and ``facts.scenes`` says how well the objects of all were found. The other options
    are those of `striate.probe.localise`. Raises StriateError where something cannot be had.
    """
    options: dict[str, Any] = {
        "scale": tuple(scale),
        "threshold": threshold,
        "tap": tap,
        "native": subject.inputs.image_shape[:2],
    }
    if isinstance(images, Scenes):
        if target is not None:
            raise ProbeError("`target` is for pictures; in scenes every object's own class is looked for")
        views, record = _of_scenes(subject, images, options, data_dir, skip_damaged)
    else:
        wanted = None if target is None else subject.class_number(target)
        views = _whole(subject, images, data_dir, skip_damaged)
        record = find(subject.net, views.images, target=wanted, **options)
    if not quick:
        record = checked(record, subject.net, views.images, partial(find, **options))
    return told(record, views)


def _whole(subject: Subject, words: Sequence[str], data_dir: Path | None, skip_damaged: bool) -> Views:
    """Return the pictures at their own size, which must be one for all."""
    notes: list[str] = []
    found = looked_at(subject, words, data_dir, skip_damaged, notes)
    height, width, channels = subject.inputs.image_shape
    sizes = {p.pixels.shape[:2] for p in found}
    if len(sizes) > 1:
        told = ", ".join(f"{w} x {h}" for h, w in sorted(sizes))
        raise ProbeError(
            f"the pictures have the sizes {told}, and those looked at together need one; give one at a time"
        )
    high, wide = found[0].pixels.shape[:2]
    if high < height or wide < width:
        raise ProbeError(
            f"the pictures have {wide} x {high} pixels, and the net was trained on {width} x {height}; give larger"
        )
    if subject.inputs.permuted:
        raise ProbeError(
            "this run moved the pixels of its images about, so no picture of another size can be shown to it"
        )
    seen = np.stack([coloured(p.pixels, channels) for p in found])
    shown = tuple(Picture(p.name, s, p.origin, p.label) for p, s in zip(found, seen, strict=True))
    return Views(subject, shown, subject.tensor(seen), tuple(notes))


def _of_scenes(
    subject: Subject, scenes: Scenes, options: Mapping[str, Any], data_dir: Path | None, skip_damaged: bool
) -> tuple[Views, Record[LocaliseFacts]]:
    """Return the first few scenes, and their record with how well all were found in ``facts.scenes``."""
    if scenes.data is None:
        raise ProbeError("`scenes` need `data`, the data set whose test images are pasted")
    images = images_for(subject, scenes.data, data_dir, skip_damaged)
    if images.image_shape != subject.inputs.image_shape or subject.inputs.permuted:
        raise ProbeError(
            f"the images of {images.name} are {images.image_shape} (H, W, C), and the net takes"
            f" {subject.inputs.image_shape}; choose the data set it was trained on"
        )
    split = images.test or images.val or images.train
    made = make_scenes(
        split,
        generator(scenes.seed, "evaluation"),
        count=scenes.count,
        objects=scenes.objects,
        side=scenes.side,
        background=scenes.background,
    )
    told = found(subject.net, subject.tensor(made.images), made, **options)
    few = made.images[:SHOWN]
    names = [", ".join(images.classes[k] for k in labels) for labels in made.labels[:SHOWN]]
    shown = tuple(
        Picture(f"scene {i}: {n}", s, f"scene {i} of seed {scenes.seed}")
        for i, (n, s) in enumerate(zip(names, few, strict=True))
    )
    views = Views(subject, shown, subject.tensor(few), images.notes if skip_damaged or subject.skip_damaged else ())
    record = find(subject.net, views.images, target=made.labels[:SHOWN, 0].tolist(), **options)
    return views, replace(record, facts=replace(record.facts, scenes=told))
