"""The anatomy of a net: for every layer its output shape, parameters, multiply-adds and receptive field.

It is measured, not declared: one blank image is sent through the net, and each innermost module reports what it saw.
Activations, pools, dropout and additions in the net's own code are layers too: `F.relu(x)` is the layer ``relu()``.
Multiply-adds (MACs) are those of one image in convolutions, dense layers and other products of matrices, attention among
them, as PyTorch's own counter counts them; it knows no recurrent layers. After an addition the receptive field is that of
the branch that sees most.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from typing import Any, cast

import torch
from pydantic import TypeAdapter
from torch import nn
from torch.nn.attention import SDPBackend, sdpa_kernel
from torch.nn.utils.parametrize import is_parametrized
from torch.utils.flop_counter import FlopCounterMode
from torch.utils.hooks import RemovableHandle

from striate.base.disk.sealed_json import fault
from striate.nets.custom.calling import device_of, input_dtype
from striate.nets.custom.state import traceless
from striate.nets.custom.surroundings import seeded
from striate.nets.families.layers import PadShortcut, VanillaDropout
from striate.nets.measure.forward_trace import Passage, Passed, side
from striate.nets.measure.watching import is_innermost
from striate.nets.uncompiled import leave_compiler_out, uncompiled

KINDS: dict[str, str] = {
    "Conv2d": "convolution",
    "Linear": "dense",
    "BatchNorm2d": "batch norm",
    "BatchNorm1d": "batch norm",
    "BatchNormAct2d": "batch norm",
    "LayerNorm": "layer norm",
    "LayerNorm2d": "layer norm",
    "Add": "add",
    "PadShortcut": "zero channels",
    "SamePadding": "same padding",
    "VanillaDropout": "dropout",
    "ReLU6": "relu6",
    "GroupNorm": "group norm",
    "MaxPool2d": "max pool",
    "AvgPool2d": "average pool",
    "Flatten": "flatten",
    "Dropout": "dropout",
    "Dropout2d": "dropout",
    "LeakyReLU": "leaky relu",
    "MultiheadAttention": "attention",
    "ConvTranspose2d": "transposed convolution",
}
WHOLE = (nn.MultiheadAttention,)  # computes by functions what its own parts would, and in another layout


@dataclass(frozen=True)
class Layer:
    """One innermost module, or a function that the net's own code calls. ``output`` is (C, H, W) or (features,) for one image.

    The receptive field is in input pixels; None where it is the whole image or not known. ``reads`` are the names of the
    layers whose outputs went in, the empty name standing for the image.
    """

    name: str
    kind: str
    detail: str
    output: tuple[int, ...]
    parameters: int
    macs: int
    receptive_field: int | None
    reads: tuple[str, ...] = ()

    @property
    def memory(self) -> int:
        """Bytes of the layer's output for one image in float32, which a backward pass has to keep."""
        return 4 * math.prod(self.output)


@dataclass(frozen=True)
class Anatomy:
    """All layers of a net in the order in which an image passes them. ``input`` is (C, H, W)."""

    net: str
    input: tuple[int, int, int]
    layers: tuple[Layer, ...]

    @property
    def parameters(self) -> int:
        """Trainable parameters of all layers."""
        return sum(layer.parameters for layer in self.layers)

    @property
    def macs(self) -> int:
        """Multiply-adds of a forward pass of one image."""
        return sum(layer.macs for layer in self.layers)

    @property
    def memory(self) -> int:
        """Bytes of all outputs for one image in float32."""
        return sum(layer.memory for layer in self.layers)

    def to_json(self) -> dict[str, Any]:
        """Return the record as JSON-able values; `anatomy_from_json` reads it."""
        return asdict(self)


def anatomy_from_json(value: object) -> Anatomy:
    """Return the record that `Anatomy.to_json` wrote; raises ValueError for anything else, or where its seal does not fit."""
    if isinstance(value, dict) and (wrong := fault(cast("dict[str, Any]", value))):
        raise ValueError(wrong)
    return TypeAdapter(Anatomy).validate_json(json.dumps(value), strict=True)


def anatomy(net: nn.Module, image_shape: tuple[int, int, int], name: str = "net") -> Anatomy:
    """Return the anatomy of ``net`` for images of ``image_shape`` (H, W, C); mode, hooks and buffers are left as they were."""
    height, width, channels = image_shape
    blank = torch.zeros(1, channels, height, width, dtype=input_dtype(net), device=device_of(net))
    leave_compiler_out()
    counter = FlopCounterMode(display=False)
    passage = Passage(counter)
    handles = _hooks(net, passage)
    try:
        with traceless(net), seeded(0):
            net.eval()
            passage.begin(blank)
            # Fused kernels of attention are not all known to the counter; written out it is matrix products, which are.
            with torch.no_grad(), uncompiled(), sdpa_kernel(SDPBackend.MATH), counter, passage:
                net(blank)
    finally:
        for handle in handles:
            handle.remove()
    return Anatomy(name, (channels, height, width), tuple(_layers(net, passage.rows)))


def _hooks(net: nn.Module, passage: Passage) -> list[RemovableHandle]:
    handles: list[RemovableHandle] = []
    for name, module in net.named_modules():
        if ".parametrizations" in f".{name}":
            continue  # what makes another module's weights is passed by no image
        if is_innermost(module) or isinstance(module, WHOLE) or is_parametrized(module):
            handles.append(module.register_forward_pre_hook(lambda m, i: passage.enter()))
            handles.append(module.register_forward_hook(lambda m, i, o, name=name: passage.leave(name, m, i, o)))
        elif _own(module):
            places: list[int] = []
            handles.append(module.register_forward_pre_hook(lambda m, i, p=places: p.append(len(passage.rows))))
            handles.append(
                module.register_forward_hook(
                    lambda m, i, o, name=name, p=places: passage.around(p.pop(), name, m, i, o)
                )
            )
    return handles


def _layers(net: nn.Module, rows: Iterable[Passed]) -> list[Layer]:
    """Return the rows as layers; a parameter counts where it is first met, and one never met with the module around it."""
    counted: set[int] = set()
    layers = [_layer(row, _count(row.module, counted)) for row in rows]
    places = {layer.name: place for place, layer in reversed(list(enumerate(layers)))}
    for path, module in net.named_modules():
        rest = _count(module, counted)
        if not rest:
            continue
        around = path
        while around and around not in places:
            around = around.rpartition(".")[0]
        if around in places:
            layers[places[around]] = replace(
                layers[places[around]], parameters=layers[places[around]].parameters + rest
            )
        else:
            layers.append(Layer(path, _kind(module), "no image passes it", layers[-1].output, rest, 0, None))
    return layers


def _own(module: nn.Module | None) -> list[nn.Parameter]:
    return [p for p in module.parameters(recurse=False) if p.requires_grad] if module is not None else []


def _count(module: nn.Module | None, counted: set[int]) -> int:
    fresh = [p for p in _own(module) if id(p) not in counted]
    counted.update(map(id, fresh))
    return sum(p.numel() for p in fresh)


def _layer(row: Passed, parameters: int) -> Layer:
    return Layer(
        name=row.name or "the net itself",
        kind=_kind(row.module) if row.module else "add" if row.name.startswith("+") else _product(row.name),
        detail=_detail(row.module),
        output=tuple(row.output.shape[1:]),
        parameters=parameters,
        macs=row.macs,
        receptive_field=row.field.size if row.field else None,
        reads=row.reads,
    )


def _product(function: str) -> str:
    kinds = {"conv_transpose": "transposed convolution", "conv": "convolution", "attention": "attention"}
    return next((kind for part, kind in kinds.items() if part in function), "product")


def _kind(module: nn.Module) -> str:
    if isinstance(module, nn.GroupNorm) and module.num_groups == 1:
        return "layer norm"
    if isinstance(module, (nn.AdaptiveAvgPool2d, nn.AdaptiveMaxPool2d)):
        to = module.output_size
        reach = "global" if to in (1, (1, 1), [1, 1]) else "adaptive"
        return f"{reach} {'average' if isinstance(module, nn.AdaptiveAvgPool2d) else 'max'} pool"
    named = [KINDS[cls.__name__] for cls in type(module).__mro__ if cls.__name__ in KINDS]
    return named[0] if named else type(module).__name__.lower()


def _detail(module: nn.Module | None) -> str:
    if isinstance(module, nn.Conv2d):
        kernel, stride, padding = module.kernel_size, module.stride, module.padding
        said = f"{kernel[0]}x{kernel[1]}, stride {stride[0]}, padding {padding if isinstance(padding, str) else padding[0]}"
        return said if module.groups == 1 else f"{said}, groups {module.groups}"
    if isinstance(module, (nn.MaxPool2d, nn.AvgPool2d)):
        window = side(module.kernel_size)
        return f"{window}x{window}, stride {side(module.stride)}"
    if isinstance(module, PadShortcut):
        return f"stride {module.stride}" if module.stride > 1 else ""
    if isinstance(module, VanillaDropout):
        return f"p = {module.p:g}, unscaled{', times 1 - p at test' if module.at_test else ''}"
    if isinstance(module, (nn.Dropout, nn.Dropout2d)):
        return f"p = {module.p:g}"
    if isinstance(module, nn.GroupNorm) and module.num_groups > 1:
        return f"{module.num_groups} groups"
    return ""
