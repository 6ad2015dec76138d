"""What a net takes pictures for: the likeliest classes of each, with their probabilities.

found = predict("runs/first", "photos")
found.predictions[0].classes         # (("cat", 0.93), ("dog", 0.06), ...)
"""

from __future__ import annotations

import csv
import io
import warnings
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import numpy as np

from striate.app.inputs.predictor import Predictor, open_predictor
from striate.app.inputs.views import looked_at
from striate.base.errors import DataError, ProbeError
from striate.base.inline import Inline
from striate.data.photos.picture import all_fitted, enlarged

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from striate.training.folder.run import Run

HEADER = ("image", "rank", "class", "probability")


@dataclass(frozen=True)
class Prediction:
    """One picture: where it is from, and (class, probability) of the likeliest classes, the first the answer."""

    image: str
    classes: tuple[tuple[str, float], ...]


@dataclass(frozen=True)
class Predicted(Inline):
    """What ``net`` takes each picture for; ``notes`` are what is to be said about them."""

    CARD = "striate.app.scoring.cards:html"

    net: str
    predictions: tuple[Prediction, ...]
    notes: tuple[str, ...] = ()
    untrained: bool = False

    def to_json(self) -> dict[str, Any]:
        """Return it as JSON-able values."""
        rows = [
            {"image": each.image, "classes": [{"class": name, "probability": p} for name, p in each.classes]}
            for each in self.predictions
        ]
        return {
            "net": self.net,
            "predictions": rows,
            "notes": list(self.notes),
            **({"untrained": True} if self.untrained else {}),
        }

    def to_csv(self) -> str:
        """Return a row for each class that is told of each picture, under `HEADER`."""
        text = io.StringIO()
        rows = csv.writer(text, lineterminator="\n")
        rows.writerow(HEADER)
        for each in self.predictions:
            rows.writerows((each.image, rank, name, p) for rank, (name, p) in enumerate(each.classes, start=1))
        return text.getvalue()


def predict(
    net: str | Path | Run,
    images: str | Path | Sequence[str | Path],
    *,
    top: int = 3,
    weights: str | Path | None = None,
    trained_on: str | None = None,
    options: Mapping[str, Any] | None = None,
    data_dir: str | Path | None = None,
    skip_damaged: bool = False,
    warn: Callable[[str], None] = warnings.warn,
) -> Predicted:
    """Return the ``top`` likeliest classes of each of ``images``: files, folders, addresses, cifar10:7.

    ``net`` is a run, a net with ``weights``, or a file that `export` wrote, ONNX or safetensors. Pictures are brought
    to its size as the file or run says. Raises NetError, RunError or DataError where something cannot be had.
    """
    words = _words(images)
    if not _counts(top):
        raise ProbeError(f"top is {top}, and must be a whole number from 1")
    name = str(getattr(net, "folder", net))
    opened = open_predictor(
        name,
        None if weights is None else Path(weights),
        trained_on=trained_on,
        options=options,
        data_dir=data_dir,
        warn=warn,
    )
    notes: list[str] = []
    place = None if data_dir is None else Path(data_dir)
    found = looked_at(opened.subject, words, place, skip_damaged, notes)
    inputs = opened.subject.inputs
    resizing = opened.subject.resizing
    notes += enlarged(found, inputs.image_shape, resizing)
    chances = probabilities(opened, all_fitted(found, inputs.image_shape, resizing, enlarge=True))
    names = inputs.classes or tuple(f"class {number}" for number in range(chances.shape[1]))
    order = np.argsort(-chances, axis=1, kind="stable")[:, :top]
    made = tuple(
        Prediction(picture.origin, tuple((names[k], float(row[k])) for k in best))
        for picture, row, best in zip(found, chances, order, strict=True)
    )
    return Predicted(opened.subject.name, made, tuple(notes), opened.subject.untrained)


def _counts(top: object) -> bool:
    return isinstance(top, int) and top >= 1


def _words(images: object) -> list[str]:
    """Return what names the pictures as texts; raises DataError for pictures themselves, and for nothing."""
    alone = isinstance(images, (str, Path)) or hasattr(images, "dtype") or not isinstance(images, Iterable)
    several: list[Any] = [images] if alone else list(cast("Iterable[Any]", images))
    if strange := [each for each in several if not isinstance(each, (str, Path))]:
        raise DataError(
            f"images are named by paths, and {type(strange[0]).__name__} was given; save it as a file, or of an array of "
            "pixels give `net.tensor(images)` to `net.net`, where net = st.open_net(...)"
        )
    if not several:
        raise DataError("no image is named; give a file, a folder, or part of a data set as digits:0-7")
    return [str(each) for each in several]


def probabilities(opened: Predictor, images: Any) -> NDArray[np.float64]:
    """Return the softmax probabilities float64 (N, K) of uint8 images (N, H, W, C) of the net's size.

    Raises ProbeError where they are not numbers.
    """
    logits = opened.logits(opened.subject.arranged(images))
    if not np.isfinite(logits).all():
        raise ProbeError(f"the answers of {opened.subject.name} are not finite; give other weights")
    powers = np.exp(logits - logits.max(1, keepdims=True))
    return powers / powers.sum(1, keepdims=True)
