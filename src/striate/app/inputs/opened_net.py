"""The net that a command looks at, from the word that names it: NET is one of

    runs/first                      a run folder: the weights of its best validation
    resnet20                        a name of `striate list nets`, with its weights in --weights FILE
    timm:NAME, torchvision:NAME     a net of these libraries, with --weights FILE, or else with their own published weights
    package.module:callable         whatever net a function of one's own returns

With the net comes what it expects of an image (size, normalization, names of the classes). A run tells it, and a safetensors
file that was exported from one; for published weights the catalogue knows it; for others ``trained_on`` names the data
set whose size, classes and statistics count.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from striate.base.catalog import unknown
from striate.base.errors import DataError, NetError, ProbeError, listed, printable
from striate.data.photos.resizing import USUAL, Resizing
from striate.nets.custom.calling import in_mode
from striate.training.starting.exported import Resize, Told, inputs_told, metadata_of

if TYPE_CHECKING:
    from torch import Tensor, nn

    from striate.data.imageset import Images
    from striate.data.photos.levels import Levels
    from striate.nets.inputs import Inputs

IMAGENET = "imagenet"
"""What ``trained_on`` calls photographs of 224 x 224 pixels, normalized by ImageNet's usual mean and standard deviation."""


@dataclass(frozen=True, eq=False)
class Subject:
    """A net in evaluation mode, what it expects of an image, and its display name.

    ``levels``: the 16-bit values that became 0 and 255 in the images that it was
    trained on, None where those had 8 bits; ``skip_damaged``: files of their folder that cannot be read were left out;
    ``resizing``: how an image becomes one of the net's size. ``untrained``: its weights, or some of them, were drawn at random
    just now.
    """

    net: nn.Module
    inputs: Inputs
    name: str
    levels: Levels | None = None
    skip_damaged: bool = False
    resizing: Resizing = USUAL
    untrained: bool = False

    def class_number(self, word: str) -> int:
        """Return the class that ``word`` names, or counts from 0; raises ProbeError for a word that is neither."""
        classes = self.inputs.classes
        if word in classes:
            return classes.index(word)
        # A class may have several words, as in `tabby, tabby cat`.
        several = [number for number, name in enumerate(classes) if word in name.split(", ")]
        if len(several) == 1:
            return several[0]
        if word.isascii() and word.isdecimal():
            return int(word)
        raise ProbeError(unknown("class of this net", word, classes, "or a number from 0", most=20))

    def arranged(self, images: Images) -> Images:
        """Return uint8 images (N, H, W, C) with their pixels where the net sees them."""
        from striate.training.feed.normalization import moved

        return moved(images) if self.inputs.permuted else images

    def tensor(self, images: Images) -> Tensor:
        """Return arranged uint8 images (N, H, W, C) as the net takes them: float32 (N, C, H, W), normalized.

        Rows of a table are numbers (N, 1, 1, D). Raises DataError for arrays of another kind or order.
        """
        import torch

        from striate.training.feed.normalization import Normalization

        *sides, channels = self.inputs.image_shape
        shape, kind = getattr(images, "shape", None), getattr(images, "dtype", type(images).__name__)
        if shape is None or len(shape) != 4 or shape[3] != channels or (kind != "uint8" and sides != [1, 1]):
            told = f"{kind}{'' if shape is None else f' of shape {tuple(shape)}'}"
            raise DataError(f"images are {told}, and {self.name} takes uint8 (0 to 255) of shape (N, H, W, {channels})")
        normalize = replace(Normalization.expected(self.inputs), permuted=False)
        return normalize(images, torch.device("cpu")).contiguous()

    def _repr_html_(self) -> str:
        """Return the figure of the net's architecture as a card, for a notebook."""
        from striate.reports.notebook.card import html_of
        from striate.reports.notebook.shown import net_card

        return html_of(net_card(self.net, self.inputs.image_shape, self.name, untrained=self.untrained))

    def takes_pixels(self) -> Subject:
        """Make the net take pixels in [0, 1], which it then normalizes by itself, and return this subject."""
        from striate.probes.pixels import given_pixels

        given_pixels(self.net, self.inputs)
        return self


def open_subject(
    text: str,
    weights: Path | None = None,
    *,
    trained_on: str | None = None,
    options: Mapping[str, Any] | None = None,
    data_dir: str | Path | None = None,
    warn: Callable[[str], None] = warnings.warn,
) -> Subject:
    """Return the net that ``text`` names; raises NetError or RunError where it cannot be had, and says what is accepted.

    ``warn`` is told when the source of a run's own net has changed since.
    """
    from striate.nets.custom.naming import unprefixed

    folder = Path(text)
    if (folder / "recipe.json").is_file():
        given = [
            word
            for word, value in (("`weights`", weights), ("`trained_on`", trained_on), ("`settings`", options))
            if value
        ]
        if given:
            raise NetError(
                f'"{printable(text)}" is a run, which has weights, data and options of its own; leave {listed(given)} out'
            )
        return _of_run(folder, warn)
    if folder.is_dir():
        raise NetError(
            f'"{printable(text)}" is a folder without recipe.json, so it is not a run; give a run folder or the name of a net'
        )
    return _of_catalogue(text, weights, trained_on, unprefixed(options or {}), data_dir)


def _of_run(folder: Path, warn: Callable[[str], None]) -> Subject:
    from striate.nets.inputs import Inputs
    from striate.training.folder.run import open_run
    from striate.training.train import best_net

    run = open_run(folder)
    best = best_net(run, warn=warn)
    labels, normalized = best.labels, best.labels.normalization
    inputs = Inputs(
        labels.image_shape,
        normalized.mean,
        normalized.std,
        labels.classes,
        run.recipe.data,
        per_image=normalized.per_image,
        permuted=normalized.permuted,
    )
    return Subject(
        best.net,
        inputs,
        str(folder),
        labels.levels,
        run.recipe.skip_damaged,
        run.recipe.resizing,
    )


def _of_catalogue(
    name: str, weights: Path | None, trained_on: str | None, options: dict[str, Any], data_dir: str | Path | None
) -> Subject:
    from striate.nets.catalog import ENTRIES, entry
    from striate.nets.custom.naming import is_own, is_zoo
    from striate.nets.custom.trust import trust
    from striate.nets.published.imagenet import class_names
    from striate.nets.weights.load import load_weights

    trust(name)
    published = entry(name).inputs
    # What a person says of the training data goes before what the file says.
    told = metadata_of(weights) if trained_on is None else None
    if told is not None:
        return _of_export(name, weights, options, told)
    if weights is None and name in ENTRIES:
        raise NetError(
            f'"{name}" alone is an untrained net; give its weights with `weights=FILE`, or give a run folder'
        )
    if published is None and trained_on is None:
        what = f'the net "{name}"' if is_own(name) else f'a net "{name}" with these weights'
        raise NetError(
            f"nothing says on what images {what} was trained; name the data set with `trained_on`, or"
            f" {IMAGENET} for photographs of 224 x 224 pixels"
        )
    if weights is None and is_zoo(name):
        # Without a file of weights the net is asked for as its library publishes it, not as drawn.
        options.setdefault("pretrained", "weights" not in options)
    inputs = published if trained_on is None and published is not None else inputs_of_data(trained_on, data_dir)
    if inputs.imagenet:
        inputs = replace(inputs, classes=class_names())
    drawn = weights is None and not (options.get("pretrained") or (is_zoo(name) and "weights" in options))
    net = _built(name, options, inputs, 0)
    if weights is not None:
        load_weights(net, weights)
    # A maker may load weights by itself: then two builds under different seeds agree, and the net is trained.
    return Subject(in_mode(net), inputs, name, untrained=drawn and _differs(net, _built(name, options, inputs, 1)))


def _built(name: str, options: Mapping[str, Any], inputs: Inputs, seed: int) -> nn.Module:
    """Return the net as it is built while the global generators stand at ``seed``: the same one at each command."""
    from striate.nets import build
    from striate.nets.custom.surroundings import seeded

    with seeded(seed):
        return build(name, options, inputs.image_shape, len(inputs.classes) or 1000)


def _differs(net: nn.Module, other: nn.Module) -> bool:
    """Return whether two nets of one maker have different weights, and so did not take theirs from a file."""
    there = dict(other.named_parameters())
    return any(name not in there or not p.equal(there[name]) for name, p in net.named_parameters())


def _of_export(name: str, weights: Path | None, options: dict[str, Any], told: Told) -> Subject:
    """Return the net with the weights of a file that says by itself what goes into it; ``options`` go before those it says."""
    from striate.nets.published.zoo import without_start
    from striate.nets.weights.load import load_weights
    from striate.training.folder.labels import levels_told

    built = told.built_as
    of_this_name = built is not None and (built.engine, built.net) == ("torch", name)
    own = without_start(name, built.options) if built is not None and of_this_name else {}
    inputs = inputs_told(told)
    net = _built(name, {**own, **options}, inputs, 0)
    if weights is not None:
        load_weights(net, weights)
    resizing = (told.input.resize or Resize()).resizing()
    return Subject(in_mode(net), inputs, name, levels_told(told.input.levels), resizing=resizing)


def inputs_of_data(name: str | None, data_dir: str | Path | None) -> Inputs:
    """Return the image size, the training split's statistics and the class names of data set ``name``, or ImageNet's."""
    from striate.data import load
    from striate.nets.inputs import IMAGENET_MEAN, IMAGENET_STD, Inputs
    from striate.training.feed.normalization import Normalization

    if name == IMAGENET:
        return Inputs((224, 224, 3), IMAGENET_MEAN, IMAGENET_STD, imagenet=True)
    data = load(name or "", data_dir=data_dir)
    measured = Normalization.measured(data.train.images)
    return Inputs(data.image_shape, measured.mean, measured.std, data.classes, name or "")
