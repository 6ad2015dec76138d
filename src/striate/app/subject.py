"""The net that a command looks at, from the word that names it: NET is one of

    runs/first                      a run folder: the weights of its best validation
    resnet20                        a name of `striate list nets`, with its weights in --weights FILE
    timm:NAME, torchvision:NAME     a net of these libraries, with --weights FILE, or with their own published weights
    package.module:callable         whatever net a function of one's own returns

With the net comes what it expects of an image (size, normalization, names of the classes). A run tells it, published weights
have it in the catalogue; for others --trained-on names the data set, whose size, classes and statistics count.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from striate.base.errors import NetError, printable

if TYPE_CHECKING:
    from torch import Tensor, nn

    from striate.data.imageset import Images
    from striate.nets.inputs import Inputs


@dataclass(frozen=True, eq=False)
class Subject:
    """A net in evaluation mode, what it expects of an image, and its name for people."""

    net: nn.Module
    inputs: Inputs
    name: str

    def tensor(self, images: Images) -> Tensor:
        """Return uint8 images (N, H, W, C) as the net takes them: float32 (N, C, H, W), normalized."""
        import torch

        pixels = torch.from_numpy(images.copy()).permute(0, 3, 1, 2).float() / 255
        mean, std = (torch.tensor(values).view(-1, 1, 1) for values in (self.inputs.mean, self.inputs.std))
        return (pixels - mean) / std


def open_subject(
    text: str,
    weights: Path | None = None,
    *,
    trained_on: str | None = None,
    options: Mapping[str, Any] | None = None,
    data_dir: Path | None = None,
) -> Subject:
    """Return the net that ``text`` names; raises NetError or RunError where it cannot be had, and says what is accepted."""
    folder = Path(text)
    if (folder / "recipe.json").is_file():
        return _of_run(folder, weights)
    if folder.is_dir():
        raise NetError(
            f'"{printable(text)}" is a folder without recipe.json, so it is no run; give a run folder or a net\'s name'
        )
    if ":" in text:
        return _from_elsewhere(text, weights, trained_on, options or {}, data_dir)
    return _of_catalogue(text, weights, trained_on, options or {}, data_dir)


def _of_run(folder: Path, weights: Path | None) -> Subject:
    from striate.nets.inputs import Inputs
    from striate.training.run import open_run
    from striate.training.train import best_net

    if weights is not None:
        raise NetError(f'"{folder}" is a run and has its own weights; leave --weights out, or name the net instead')
    net, labels, _ = best_net(open_run(folder))
    height, width, channels = labels["image_shape"]
    inputs = Inputs(
        (height, width, channels), tuple(labels["mean"]), tuple(labels["std"]), tuple(map(str, labels["classes"]))
    )
    return Subject(net.eval(), inputs, str(folder))


def _of_catalogue(
    name: str, weights: Path | None, trained_on: str | None, options: Mapping[str, Any], data_dir: Path | None
) -> Subject:
    from striate.nets import build
    from striate.nets.catalog import entry
    from striate.nets.weights import load_weights

    published = entry(name).inputs
    if weights is None:
        raise NetError(
            f'"{name}" alone is an untrained net; give its weights with --weights FILE, or give a run folder'
        )
    if trained_on is None and published is None:
        raise NetError(
            f'the weights of "{name}" do not say what images they were trained on; name the data set with --trained-on'
        )
    inputs = inputs_of_data(trained_on, data_dir) if trained_on is not None or published is None else published
    net = build(name, options, inputs.image_shape, len(inputs.classes) or 1000)
    load_weights(net, weights)
    return Subject(net.eval(), inputs, name)


def _from_elsewhere(
    name: str, weights: Path | None, trained_on: str | None, options: Mapping[str, Any], data_dir: Path | None
) -> Subject:
    raise NetError(f'nets from elsewhere, as "{printable(name)}", are not known yet')


def inputs_of_data(name: str | None, data_dir: Path | None) -> Inputs:
    """Return the image size, the training split's statistics and the class names of data set ``name``."""
    from striate.data import load
    from striate.data.imageset import statistics
    from striate.nets.inputs import Inputs

    data = load(name or "", data_dir=data_dir)
    mean, std = statistics(data.train.images)
    return Inputs(data.image_shape, tuple(map(float, mean)), tuple(map(float, std)), data.classes)
