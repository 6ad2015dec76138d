"""The nets of timm and torchvision (the extra ``zoo``), named ``timm:NAME`` and ``torchvision:NAME``.

Their published weights come by ``pretrained``, which needs the network once, or from a file by ``weights``, which never does.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable
from typing import Any

import torch
from pydantic import model_validator
from torch import nn

from striate.base.errors import NetError, nearest
from striate.nets.entry import Entry, ImageShape
from striate.nets.inputs import IMAGENET_MEAN, IMAGENET_STD, Inputs
from striate.nets.own import tried
from striate.nets.units import NetOptions
from striate.nets.weights import load_weights

SLOW_TO_START = ("googlenet", "inception_v3")
AUXILIARY = ("aux1", "aux2", "AuxLogits")  # side classifiers of the Inception nets, which train in a loop of their own


class ZooOptions(NetOptions):
    """What can be chosen of a net of the zoo."""

    pretrained: bool = False
    """Start from the published weights; a classifier of another number of classes is drawn anew."""
    weights: str | None = None
    """A file of weights to start from, for exactly this net and number of classes."""

    @model_validator(mode="after")
    def _one_source(self) -> ZooOptions:
        if self.pretrained and self.weights is not None:
            raise ValueError("pretrained and weights are two sources of the same weights; give one")
        return self


def is_zoo(name: str) -> bool:
    """Tell whether ``name`` begins with ``timm:`` or ``torchvision:``."""
    return name.startswith(("timm:", "torchvision:"))


def zoo_entry(name: str) -> Entry:
    """Return the entry of ``timm:NAME`` or ``torchvision:NAME``; raises NetError when the name or the extra is missing."""
    library, _, model = name.partition(":")
    try:
        module: Any = importlib.import_module(library)
    except ImportError as error:
        raise NetError(f'net "{name}" needs {library}; install it with: pip install "striate[zoo]"') from error
    return _timm_entry(module, name, model) if library == "timm" else _torchvision_entry(module, name, model)


def _timm_entry(timm: Any, name: str, model: str) -> Entry:
    if not timm.is_model(model.partition(".")[0]):
        raise NetError(f'timm has no model "{model}"{nearest(model, timm.list_models())}; see timm.list_models()')
    facts = timm.get_pretrained_cfg(model)

    def make(pretrained: bool, image_shape: ImageShape, classes: int) -> nn.Module:
        size = {"img_size": image_shape[:2]} if facts is not None and facts.fixed_input_size else {}
        return timm.create_model(model, pretrained=pretrained, num_classes=classes, in_chans=image_shape[2], **size)

    inputs = None
    if facts is not None and facts.input_size:
        channels, height, width = facts.input_size
        inputs = Inputs((height, width, channels), tuple(facts.mean), tuple(facts.std))
    return Entry(name, f"{model} of timm", ZooOptions(), _builder(name, make), inputs)


def _torchvision_entry(torchvision: Any, name: str, model: str) -> Entry:
    models = torchvision.models
    known = models.list_models(module=models)  # the classifiers, without detection, segmentation and video
    if model not in known:
        raise NetError(
            f'torchvision has no classifier "{model}"{nearest(model, known)}; see torchvision.models.list_models()'
        )
    published = models.get_model_weights(model).DEFAULT
    side = published.transforms().crop_size[0]

    def make(pretrained: bool, image_shape: ImageShape, classes: int) -> nn.Module:
        fits = classes == len(published.meta["categories"])
        count: dict[str, Any] = {} if pretrained else {"num_classes": classes}
        if model in SLOW_TO_START and not pretrained:
            count["init_weights"] = True  # else torchvision warns that this will change
        net = models.get_model(model, weights=published if pretrained else None, **count)
        if getattr(net, "aux_logits", False):
            net.aux_logits = False
            for part in AUXILIARY:
                setattr(net, part, None)
        if pretrained and not fits:
            _replace(net, nn.Linear, lambda old: nn.Linear(old.in_features, classes), last=True)
        if image_shape[2] != 3:
            _replace(net, nn.Conv2d, lambda old: _recoloured(old, image_shape[2], pretrained), last=False)
        return net

    inputs = Inputs((side, side, 3), IMAGENET_MEAN, IMAGENET_STD, tuple(published.meta["categories"]))
    return Entry(name, f"{model} of torchvision", ZooOptions(), _builder(name, make), inputs)


def _builder(
    name: str, make: Callable[[bool, ImageShape, int], nn.Module]
) -> Callable[[ZooOptions, ImageShape, int], nn.Module]:
    def build(options: ZooOptions, image_shape: ImageShape, classes: int) -> nn.Module:
        try:
            net = make(options.pretrained, image_shape, classes)
        except Exception as error:
            reason = f"{type(error).__name__}: {str(error).partition(chr(10))[0]}"
            if options.pretrained:
                raise NetError(
                    f'the published weights of "{name}" could not be had ({reason}); connect to the network once, or give a '
                    "file of them with --weights FILE, or --set weights=FILE --set pretrained=false where a net is trained"
                ) from error
            raise NetError(f'"{name}" cannot be built for images {image_shape} (H, W, C): {reason}') from error
        if options.weights is not None:
            load_weights(net, options.weights)
        return tried(net, name, image_shape, classes)

    return build


def _replace(net: nn.Module, kind: type[Any], remake: Callable[[Any], nn.Module], *, last: bool) -> None:
    """Put another module in the place of the first or last one of that kind."""
    found = [path for path, module in net.named_modules() if isinstance(module, kind)]
    if not found:
        raise NetError(f"the net has no {kind.__name__} to be replaced")
    path = found[-1 if last else 0]
    parent, _, child = path.rpartition(".")
    setattr(net.get_submodule(parent), child, remake(net.get_submodule(path)))


def _recoloured(old: Any, channels: int, keep: bool) -> nn.Conv2d:
    """Return a first convolution for other channels; with ``keep``, the mean over the old ones, so that grey stays grey."""
    made = nn.Conv2d(
        channels, old.out_channels, old.kernel_size, old.stride, old.padding, old.dilation, bias=old.bias is not None
    )
    if keep:
        with torch.no_grad():
            made.weight.copy_(old.weight.mean(1, keepdim=True) * old.in_channels / channels)
            if made.bias is not None and old.bias is not None:
                made.bias.copy_(old.bias)
    return made
