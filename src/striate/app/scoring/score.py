"""How good a net from anywhere is on the test images of a data set: its accuracy and loss, once through all of them."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from striate.app.inputs.opened_net import Subject, open_subject
from striate.base.errors import DataError, NetError, counted
from striate.base.inline import Inline
from striate.training.starting.exported import metadata_of

if TYPE_CHECKING:
    from striate.training.folder.run import Run


@dataclass(frozen=True)
class Scored(Inline):
    """``accuracy`` and ``loss`` (mean cross-entropy in nats) of ``net`` on so many test ``images`` of ``data``.

    ``data_notes``: what is to be said about the images. ``untrained``: the weights were drawn at random. ``accuracy_flips`` and
    ``loss_flips`` are of the mean logits of each image and its mirror image, where they were asked for. ``unit`` is what one
    of the images is called: a row where they are those of a table.
    """

    CARD = "striate.app.scoring.cards:html"

    net: str
    data: str
    accuracy: float
    loss: float
    images: int
    data_notes: tuple[str, ...] = ()
    untrained: bool = False
    accuracy_flips: float | None = None
    loss_flips: float | None = None
    unit: str = "image"

    def to_json(self) -> dict[str, Any]:
        """Return it as JSON-able values by name; what does not apply is left out."""
        return {
            **{name: getattr(self, name) for name in ("net", "data", "accuracy", "loss", "images")},
            **({"data_notes": list(self.data_notes)} if self.data_notes else {}),
            **({"untrained": True} if self.untrained else {}),
            **({} if self.unit == "image" else {"unit": self.unit}),
            **({} if self.accuracy_flips is None else {"accuracy_flips": self.accuracy_flips}),
            **({} if self.loss_flips is None else {"loss_flips": self.loss_flips}),
        }


def score(
    name: str | Path | Run,
    data: str | Path | None,
    weights: str | Path | None = None,
    *,
    trained_on: str | None = None,
    options: Mapping[str, Any] | None = None,
    data_dir: str | Path | None = None,
    flips: bool = False,
    skip_damaged: bool = False,
) -> Scored:
    """Return the score of the net on the test split of ``data``; with ``flips`` also that with mirror images.

    ``skip_damaged`` leaves out files of a folder that cannot be read.
    The images are brought to the size that the net expects. Their normalization is that of the run, of published weights, or
    of the exported file; for others that of the data ``trained_on``, which are ``data`` where nothing is said. Raises NetError
    or DataError when something does not fit.
    """
    from striate.app.inputs.judged_on import images_for
    from striate.training.engines.evaluate import evaluate
    from striate.training.engines.machine import device
    from striate.training.feed.batches import in_order
    from striate.training.feed.normalization import Normalization

    name, data = os.fspath(name), None if data is None else str(data)
    file = None if weights is None else Path(weights)
    if data is None:
        raise DataError(f'the net "{name}" has no data of its own here; name them with `data`')
    # Weights that say nothing of themselves are taken to have been trained on what they are scored on.
    if trained_on is None and _silent(name) and metadata_of(file) is None:
        trained_on = data
    subject = open_subject(name, file, trained_on=trained_on, options=options, data_dir=data_dir)
    height, width, channels = subject.inputs.image_shape
    images = images_for(subject, data, data_dir, skip_damaged)
    if images.image_shape != subject.inputs.image_shape:
        raise DataError(
            f"{images.name} has images {_shape(images.image_shape)}, and {subject.name} takes {height}x{width}x{channels} "
            "(height, width, channels); choose other data"
        )
    if images.test is None:
        raise DataError(f"{images.name} has no test split; add a folder test/CLASS/ beside train/")
    _same_classes(subject, images.name, images.classes)
    if flips and images.tabular:
        raise DataError(f"{images.name} is a table, whose rows have no mirror image; leave out `test_flips`")
    if flips and subject.inputs.permuted:
        raise NetError(
            f"{subject.name} sees permuted pixels, whose images have no mirror image; leave out `test_flips`"
        )
    where = device()
    normalization = Normalization.expected(subject.inputs)
    net = subject.net.to(where)
    found = evaluate(net, in_order(images.test, normalization, where, 250))
    both = evaluate(net, in_order(images.test, normalization, where, 250), flips=True) if flips else None
    return Scored(
        subject.name,
        images.name,
        found.accuracy,
        found.loss,
        found.images,
        images.notes,
        subject.untrained,
        both.accuracy if both else None,
        both.loss if both else None,
        "row" if images.tabular else "image",
    )


def _silent(name: str) -> bool:
    """Return whether ``name`` is a net of which nothing says what images it was trained on."""
    from striate.nets.catalog import entry
    from striate.nets.custom.trust import trust

    if (Path(name) / "recipe.json").is_file():
        return False
    trust(name)
    try:
        return entry(name).inputs is None
    except NetError:
        return False  # what opens it says better what is wrong


def _same_classes(subject: Subject, data: str, classes: tuple[str, ...]) -> None:
    known = subject.inputs.classes
    if subject.inputs.imagenet and len(classes) == len(known):
        return  # a folder of ImageNet names its classes by codes, which stand in the order of the outputs
    if known and tuple(map(str.casefold, known)) != tuple(map(str.casefold, classes)):
        raise NetError(
            f"{subject.name} knows {counted(len(known), 'class')} ({known[0]}, {known[1]} ...), and {data} has {len(classes)} "
            f"({classes[0]}, {classes[1]} ...); a score needs the same classes in the same order"
        )


def _shape(shape: tuple[int, int, int]) -> str:
    return "x".join(map(str, shape))
