"""The nets of timm and torchvision (the extra ``zoo``), named ``timm:NAME`` and ``torchvision:NAME``.

Their published weights come by ``pretrained``, which needs the network once, or from a file by ``weights``, which never does.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import torch
from pydantic import model_validator
from torch import Tensor, nn

from striate.base.catalog import unknown
from striate.base.errors import NetError, reason
from striate.nets.custom.acceptance import tried
from striate.nets.custom.naming import is_zoo
from striate.nets.entry import Entry, ImageShape
from striate.nets.families.options import NetOptions
from striate.nets.inputs import IMAGENET_MEAN, IMAGENET_STD, Inputs
from striate.nets.published.hub import cache_alone_where_unreachable, refuse_unreachable
from striate.nets.published.imagenet import COUNT
from striate.nets.weights.fitted import adapted
from striate.nets.weights.load import AUXILIARY, copy_weights, misfits, read_weights

# Left to itself, torchvision warns that the slow start of these will change, and has them renormalize their input only where
# it gives the weights itself; weights from a file or a checkpoint would meet another net than they were trained in.
EXPLICIT = {name: {"init_weights": True, "transform_input": True} for name in ("googlenet", "inception_v3")}


class ZooOptions(NetOptions):
    """What can be chosen of a net of the zoo."""

    pretrained: bool = False
    """Start from the published weights; a classifier of another number of classes is drawn anew."""
    weights: str | None = None
    """A file of weights to start from, which may know other channels and classes, as the published ones do."""

    @model_validator(mode="after")
    def _one_source(self) -> ZooOptions:
        if self.pretrained and self.weights is not None:
            raise ValueError("pretrained and weights are two sources of the same weights; give one")
        return self


def without_start(name: str, options: Mapping[str, Any]) -> dict[str, Any]:
    """Return the options less those that say what weights a net of the zoo starts from, for one whose weights are at hand."""
    return {key: value for key, value in options.items() if not (is_zoo(name) and key in ("pretrained", "weights"))}


def zoo_entry(name: str) -> Entry:
    """Return the entry of ``timm:NAME`` or ``torchvision:NAME``; raises NetError when the name or the extra is missing."""
    library, _, model = name.partition(":")
    try:
        module: Any = importlib.import_module(library)
    except ImportError as error:
        raise NetError(
            f'net "{name}" needs {library}; install it, in the folder of striate\'s source, with: pip install ".[zoo]"'
        ) from error
    return _timm_entry(module, name, model) if library == "timm" else _torchvision_entry(module, name, model)


def _timm_entry(timm: Any, name: str, model: str) -> Entry:
    if not timm.is_model(model.partition(".")[0]):
        raise NetError(unknown("model of timm", model, timm.list_models(), see="timm.list_models()"))
    facts = timm.get_pretrained_cfg(model)

    def make(options: ZooOptions, image_shape: ImageShape, classes: int) -> nn.Module:
        size = {"img_size": image_shape[:2]} if facts is not None and facts.fixed_input_size else {}
        asked = {"num_classes": classes, "in_chans": image_shape[2], **size}
        with cache_alone_where_unreachable() if options.pretrained else nullcontext():
            net = timm.create_model(model, pretrained=options.pretrained, **asked)
        if options.weights is None:
            return net
        given = read_weights(Path(options.weights), net.state_dict().keys())
        if facts is None or not misfits(net, given):
            copy_weights(net, given, options.weights)
            return net
        # Whole into the net that the file was made for; from there timm takes it to other images, as it does the published.
        parts = [
            part if isinstance(part, str) else part[0] for part in (facts.first_conv or "", facts.classifier or "")
        ]

        def drawn(channels: int, count: int) -> nn.Module:
            return timm.create_model(model, num_classes=count, in_chans=channels)

        published = (facts.input_size[0], facts.num_classes)
        there, channels, count = _as_in_file(drawn, given, options.weights, parts, published)
        overlay = {
            "state_dict": there.state_dict(),
            "num_classes": count,
            "input_size": (channels, *facts.input_size[1:]),
        }
        net = timm.create_model(model, pretrained=True, pretrained_cfg_overlay=overlay, **asked)
        net.pretrained_cfg = net.default_cfg = there.pretrained_cfg  # without a second copy of the weights
        return net

    inputs = None
    if facts is not None and facts.input_size:
        channels, height, width = facts.input_size
        middle, how = facts.crop_mode == "center", str(facts.interpolation)
        seen = crop_words(int(height / facts.crop_pct), height, how) if middle else ""
        shape, usual = (height, width, channels), facts.num_classes == COUNT
        inputs = Inputs(shape, tuple(facts.mean), tuple(facts.std), imagenet=usual, tested=seen, filter=how)
    return Entry(name, f"{model} of timm", ZooOptions, _builder(name, make), inputs)


def _torchvision_entry(torchvision: Any, name: str, model: str) -> Entry:
    models = torchvision.models
    known = models.list_models(module=models)  # the classifiers, without detection, segmentation and video
    if model not in known:
        raise NetError(unknown("classifier of torchvision", model, known, see="torchvision.models.list_models()"))
    published = models.get_model_weights(model).DEFAULT
    transforms = published.transforms()
    side, how = transforms.crop_size[0], str(transforms.interpolation.value)
    seen = crop_words(transforms.resize_size[0], side, how)
    trained = len(published.meta["categories"])
    explicit = EXPLICIT.get(model, {})

    def drawn(channels: int, classes: int) -> nn.Module:
        net = _without_sides(models.get_model(model, weights=None, num_classes=classes, **explicit))
        return net if channels == 3 else _recoloured(net, channels, keep=False)

    def make(options: ZooOptions, image_shape: ImageShape, classes: int) -> nn.Module:
        channels = image_shape[2]
        if options.pretrained:
            refuse_unreachable(published.url)
            net, had, count = _without_sides(models.get_model(model, weights=published)), 3, trained
        else:
            net, had, count = drawn(channels, classes), channels, classes
        if options.weights is not None:
            given = read_weights(Path(options.weights), net.state_dict().keys())
            if not misfits(net, given):
                copy_weights(net, given, options.weights)
            else:
                parts = [_path(net, nn.Conv2d), _path(net, nn.Linear, nn.Conv2d, last=True)]
                net, had, count = _as_in_file(drawn, given, options.weights, parts, (3, trained))
        if count != classes:
            _behead(net, classes)
        return net if had == channels else _recoloured(net, channels, keep=True)

    names = tuple(published.meta["categories"])
    inputs = Inputs((side, side, 3), IMAGENET_MEAN, IMAGENET_STD, names, tested=seen, filter=how)
    return Entry(name, f"{model} of torchvision", ZooOptions, _builder(name, make), inputs)


def crop_words(shorter: int, side: int, interpolation: str) -> str:
    """Return how published weights were tested: the shorter side brought to ``shorter`` pixels, the middle cut out."""
    cut = f", of which the middle {side} x {side} are cut out" if shorter != side else ""
    return f"published weights were tested on images whose shorter side is brought to {shorter} pixels ({interpolation}){cut}"


def _builder(
    name: str, make: Callable[[ZooOptions, ImageShape, int], nn.Module]
) -> Callable[[ZooOptions, ImageShape, int], nn.Module]:
    def build(options: ZooOptions, image_shape: ImageShape, classes: int) -> nn.Module:
        try:
            net = make(options, image_shape, classes)
        except NetError:
            raise
        except Exception as error:
            why = reason(error, kind=True)
            if options.pretrained:
                raise NetError(
                    f'the published weights of "{name}" could not be had ({why}); connect to the network once, or give a '
                    "file of them: `weights=FILE` and `pretrained=false`"
                ) from error
            raise NetError(f'"{name}" cannot be built for images {image_shape} (H, W, C): {why}') from error
        return tried(net, name, image_shape, classes)

    return build


def _as_in_file(
    make: Callable[[int, int], nn.Module],
    given: Mapping[str, Tensor],
    path: str,
    parts: list[str],
    published: tuple[int, int],
) -> tuple[nn.Module, int, int]:
    """Return a net with the weights of the file, and the channels and classes that these know.

    ``make(channels, classes)`` makes one; ``parts`` are the paths of its first convolution and its classifier, in whose shapes
    the numbers are read off, by those of the ``published`` net. Raises NetError when the weights do not fit any of them.
    """
    net, found = make(*published), list(published)
    own = net.state_dict()
    for place, axis in enumerate((1, 0)):  # a convolution is (out, in, h, w), a dense layer (out, in)
        name = f"{parts[place]}.weight"
        if name in given and name in own and given[name].ndim == own[name].ndim:
            found[place] = max(1, published[place] * given[name].shape[axis] // own[name].shape[axis])
    channels, classes = found
    if (channels, classes) != published:
        net = make(channels, classes)
    copy_weights(net, given, path)
    return net, channels, classes


def _without_sides(net: Any) -> nn.Module:
    """Return ``net`` without side classifiers, which train in a loop of their own."""
    if getattr(net, "aux_logits", False):
        net.aux_logits = False
        for part in AUXILIARY:
            setattr(net, part, None)
    return net


def _path(net: nn.Module, *kinds: type[nn.Module], last: bool = False) -> str:
    """Return the path of the first or last module of these kinds."""
    found = [path for path, module in net.named_modules() if isinstance(module, kinds)]
    if not found:
        raise NetError(f"the net has no {' or '.join(kind.__name__ for kind in kinds)} to be replaced")
    return found[-1 if last else 0]


def _put(net: nn.Module, path: str, made: nn.Module) -> None:
    parent, _, child = path.rpartition(".")
    setattr(net.get_submodule(parent), child, made)


def _behead(net: nn.Module, classes: int) -> None:
    """Draw the classifier anew for that many classes: the last dense layer, or convolution, where a net ends in one."""
    path = _path(net, nn.Linear, nn.Conv2d, last=True)
    old: Any = net.get_submodule(path)
    dense = isinstance(old, nn.Linear)
    bias = old.bias is not None
    made = nn.Linear(old.in_features, classes, bias) if dense else nn.Conv2d(old.in_channels, classes, 1, bias=bias)
    _put(net, path, made)


def _recoloured(net: Any, channels: int, *, keep: bool) -> nn.Module:
    """Return ``net`` for other channels; with ``keep``, its weights adapted as `fitted` does."""
    path = _path(net, nn.Conv2d)
    old: Any = net.get_submodule(path)
    made = nn.Conv2d(
        channels, old.out_channels, old.kernel_size, old.stride, old.padding, old.dilation, bias=old.bias is not None
    )
    if keep:
        with torch.no_grad():
            made.weight.copy_(adapted(old.weight, channels))
            if made.bias is not None and old.bias is not None:
                made.bias.copy_(old.bias)
    _put(net, path, made)
    if getattr(net, "transform_input", False):
        net.transform_input = False  # it renormalizes red, green and blue, and there are none
    return net
