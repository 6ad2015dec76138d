"""`striate probe localise NET IMAGE...`: where in pictures of any size a class is; or in scenes made for the purpose."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from striate.app.commands.look import AsJson, DataDir, Settings, SkipDamaged, settings_of
from striate.app.commands.probe.opened import Asked, Class, Net, Npz, Out, Quick, TrainedOn, Weights, looked_at, present
from striate.app.terminal.speech import tell
from striate.base.errors import ProbeError

if TYPE_CHECKING:
    from striate.app.inputs.opened_net import Subject
    from striate.probes.facts import LocaliseFacts
    from striate.probes.record import Record

SHOWN = 8  # scenes of which the page shows the pictures


def localise(
    net: Net,
    image: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="IMAGE...", help="Image files, folders, cifar10:7, my_photos:7 or addresses, at their own size."
        ),
    ] = None,
    target: Class = None,
    scale: Annotated[list[float] | None, typer.Option(help="How many times each picture is enlarged, as 1 2.")] = None,
    threshold: Annotated[
        float, typer.Option(help="The box holds what is above this share of the largest response.")
    ] = 0.2,
    tap: Annotated[str | None, typer.Option(help="The feature map to read.  [default: the last one]")] = None,
    scenes: Annotated[
        int | None,
        typer.Option(min=1, help="Instead of pictures, make so many scenes of --data, whose boxes are known."),
    ] = None,
    data: Annotated[str | None, typer.Option(help="The data set whose test images the scenes are made of.")] = None,
    objects: Annotated[int, typer.Option(help="Objects in each scene.")] = 3,
    side: Annotated[int, typer.Option(help="How many times wider than an object a scene is.")] = 4,
    background: Annotated[str, typer.Option(help="Of the scenes: black, mean or noise.")] = "mean",
    seed: Annotated[int, typer.Option(min=0, help="Seed of the scenes.")] = 0,
    weights: Weights = None,
    trained_on: TrainedOn = None,
    out: Out = None,
    npz: Npz = None,
    settings: Settings = None,
    data_dir: DataDir = None,
    skip_damaged: SkipDamaged = False,
    quick: Quick = False,
    as_json: AsJson = False,
) -> None:
    """Show where in a picture a class is, by reading the head at every place of the last feature map."""
    from functools import partial

    from striate.app.inputs.opened_net import open_subject
    from striate.probes.checks.sanity import checked
    from striate.probes.places.localise import localise as run

    if bool(image) == (scenes is not None):
        raise ProbeError("give pictures to look at, or --scenes N with --data NAME, one of the two")
    subject = open_subject(net, weights, trained_on=trained_on, options=settings_of(settings), data_dir=data_dir)
    options: dict[str, Any] = {
        "scale": tuple(scale or (1.0,)),
        "threshold": threshold,
        "tap": tap,
        "native": subject.inputs.image_shape[:2],
    }
    if scenes is None:
        wanted = None if target is None else subject.class_number(target)
        asked = _whole(subject, image or [], data_dir, skip_damaged)
        record = run(subject.net, asked.images, target=wanted, **options)
    else:
        if target is not None:
            raise ProbeError("--class is for pictures; in scenes every object's own class is looked for")
        asked, record = _scenes(subject, scenes, data, objects, side, background, seed, options, data_dir, skip_damaged)
    if not quick:
        record = checked(record, subject.net, asked.images, partial(run, **options))

    def places() -> None:
        from striate.app.terminal import show as terminal
        from striate.probes.record import answer, label

        classes = subject.inputs.classes
        made = terminal.table(
            "image", "explains", "response", "whole picture", "strongest place", "there", right=("response", "there")
        )
        for picture, score, strong in zip(asked.pictures, record.scores, record.facts.strongest, strict=True):
            own, most = (label(k, classes) for k in (score.target, strong.target))
            made.add_row(
                picture.name, own, f"{score.score:.3f}", answer(score, classes), most, f"{strong.response:.3f}"
            )
        terminal.console().print(made)

    def summary() -> None:
        from striate.reports.kit.numerals import fixed

        told = record.facts.scenes
        if told is None:
            return
        pointing, overlap = told.pointing, told.overlap
        lines = (
            f"{told.scenes} scenes of {told.objects} objects",
            f"pointing game {fixed(pointing.share, 3)} ({fixed(pointing.low, 3)} to {fixed(pointing.high, 3)}),"
            f" anywhere {told.chance:.3f}",
            f"overlap {fixed(overlap.mean, 3)}, at least 0.5 in {fixed(told.overlap_half.share, 3)}",
            *([f"left out: {told.blank} objects, of whose class the response is blank"] if told.blank else []),
        )
        tell("\n".join(lines))

    present(record, asked, out, as_json, npz, summary if scenes is not None else places)


def _whole(subject: Subject, words: list[str], data_dir: Path | None, skip_damaged: bool) -> Asked:
    """Return the pictures at their own size, which must be one for all."""
    import numpy as np

    from striate.data.photos.picture import Picture, coloured

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
    if subject.permuted:
        raise ProbeError(
            "this run moved the pixels of its images about, so no picture of another size can be shown to it"
        )
    seen = np.stack([coloured(p.pixels, channels) for p in found])
    shown = tuple(Picture(p.name, s, p.origin, p.label) for p, s in zip(found, seen, strict=True))
    return Asked(subject, shown, subject.tensor(seen), tuple(notes))


def _scenes(
    subject: Subject,
    count: int,
    data: str | None,
    objects: int,
    side: int,
    background: str,
    seed: int,
    options: dict[str, Any],
    data_dir: Path | None,
    skip_damaged: bool,
) -> tuple[Asked, Record[LocaliseFacts]]:
    """Return the first few scenes, and their record with how well all were found in ``facts.scenes``."""
    from striate.base.seeds import generator
    from striate.data import load
    from striate.data.photos.picture import Picture
    from striate.probes.places.localise import localise as run
    from striate.probes.places.scenes import found, scenes

    if data is None:
        raise ProbeError("--scenes needs --data NAME, the data set whose test images are pasted")
    skipping = skip_damaged or subject.skip_damaged
    images = load(data, data_dir=data_dir, skip_damaged=skipping, levels=subject.levels, resizing=subject.resizing)
    if images.image_shape != subject.inputs.image_shape or subject.permuted:
        raise ProbeError(
            f"the images of {images.name} are {images.image_shape} (H, W, C), and the net takes"
            f" {subject.inputs.image_shape}; choose the data set it was trained on"
        )
    split = images.test or images.val or images.train
    made = scenes(split, generator(seed, "evaluation"), count=count, objects=objects, side=side, background=background)
    told = found(subject.net, subject.tensor(made.images), made, **options)
    few = made.images[:SHOWN]
    names = [", ".join(images.classes[k] for k in labels) for labels in made.labels[:SHOWN]]
    shown = tuple(
        Picture(f"scene {i}: {n}", s, f"scene {i} of seed {seed}")
        for i, (n, s) in enumerate(zip(names, few, strict=True))
    )
    asked = Asked(subject, shown, subject.tensor(few), images.notes if skipping else ())
    record = run(subject.net, asked.images, target=made.labels[:SHOWN, 0].tolist(), **options)
    return asked, replace(record, facts=replace(record.facts, scenes=told))
