"""The anatomy of a net: for every layer its output shape, parameters, multiply-adds and receptive field.

It is measured, not declared: one blank image is sent through the net, and each innermost module reports what it saw.
Multiply-adds (MACs) are counted for one image in convolutions and dense layers, where nearly all of them are.
"""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from typing import Any

import torch
from torch import Tensor, nn

from striate.base.shapes import ReceptiveField, convolution_macs, dense_macs

KINDS: dict[str, str] = {
    "Conv2d": "convolution",
    "Linear": "dense",
    "BatchNorm2d": "batch norm",
    "GroupNorm": "group norm",
    "MaxPool2d": "max pool",
    "AdaptiveAvgPool2d": "global average pool",
    "AvgPool2d": "average pool",
    "Flatten": "flatten",
    "Dropout": "dropout",
    "LeakyReLU": "leaky relu",
}


@dataclass(frozen=True)
class Layer:
    """One innermost module. ``output`` is (C, H, W) or (features,) for one image; the field is in input pixels."""

    name: str
    kind: str
    detail: str
    output: tuple[int, ...]
    parameters: int
    macs: int
    receptive_field: int | None

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


def anatomy_from_json(value: dict[str, Any]) -> Anatomy:
    """Return the record that `Anatomy.to_json` wrote."""
    layers: list[Layer] = []
    for row in value["layers"]:
        fields: dict[str, Any] = {**row, "output": tuple(row["output"])}
        layers.append(Layer(**fields))
    channels, height, width = value["input"]
    return Anatomy(value["net"], (channels, height, width), tuple(layers))


def anatomy(net: nn.Module, image_shape: tuple[int, int, int], name: str = "net") -> Anatomy:
    """Return the anatomy of ``net`` for images of ``image_shape`` (H, W, C); mode, hooks and buffers are left as they were."""
    height, width, channels = image_shape
    layers: list[Layer] = []
    fields: dict[int, ReceptiveField] = {}
    kept: list[Tensor] = []  # keeps the tensors alive, so that their identities are not used again

    def watch(tap: str, module: nn.Module, inputs: tuple[Tensor, ...], output: Tensor) -> None:
        before = fields.get(id(inputs[0])) if inputs[0].dim() == 4 else None
        after = _field(module, before) if output.dim() == 4 else None
        if after is not None:
            fields[id(output)] = after
        kept.append(output)
        layers.append(_layer(tap, module, output, after))

    handles = [
        module.register_forward_hook(lambda m, i, o, tap=tap: watch(tap, m, i, o))
        for tap, module in net.named_modules()
        if tap and not any(module.children())
    ]
    parameter = next(net.parameters(), torch.zeros(()))
    blank = torch.zeros(1, channels, height, width, dtype=parameter.dtype, device=parameter.device)
    fields[id(blank)] = ReceptiveField()
    modes = {module: module.training for module in net.modules()}
    try:
        net.eval()
        with torch.no_grad():
            net(blank)
    finally:
        for handle in handles:
            handle.remove()
        for module, training in modes.items():
            module.training = training
    return Anatomy(name, (channels, height, width), tuple(layers))


def _layer(tap: str, module: nn.Module, output: Tensor, field: ReceptiveField | None) -> Layer:
    cls = type(module).__name__
    kind = "layer norm" if isinstance(module, nn.GroupNorm) and module.num_groups == 1 else KINDS.get(cls, cls.lower())
    return Layer(
        name=tap,
        kind=kind,
        detail=_detail(module),
        output=tuple(output.shape[1:]),
        parameters=sum(p.numel() for p in module.parameters(recurse=False) if p.requires_grad),
        macs=_macs(module, output),
        receptive_field=field.size if field else None,
    )


def _macs(module: nn.Module, output: Tensor) -> int:
    if isinstance(module, nn.Conv2d):
        kernel, cells = module.kernel_size, output.shape[2] * output.shape[3]
        return convolution_macs(
            module.in_channels, module.out_channels, kernel[0] * kernel[1], cells, groups=module.groups
        )
    if isinstance(module, nn.Linear):
        return dense_macs(module.in_features, module.out_features)
    return 0


def _detail(module: nn.Module) -> str:
    if isinstance(module, nn.Conv2d):
        kernel, stride, padding = module.kernel_size, module.stride, module.padding
        return f"{kernel[0]}x{kernel[1]}, stride {stride[0]}, padding {padding if isinstance(padding, str) else padding[0]}"
    if isinstance(module, (nn.MaxPool2d, nn.AvgPool2d)):
        return f"{module.kernel_size}x{module.kernel_size}, stride {module.stride}"
    if isinstance(module, nn.Dropout):
        return f"p = {module.p:g}"
    if isinstance(module, nn.GroupNorm) and module.num_groups > 1:
        return f"{module.num_groups} groups"
    return ""


def _field(module: nn.Module, before: ReceptiveField | None) -> ReceptiveField | None:
    """Return the field behind ``module``; None where it is not known (a branch, or a pool over everything)."""
    if before is None or isinstance(module, nn.AdaptiveAvgPool2d):
        return None
    if isinstance(module, nn.Conv2d):
        return before.after(module.kernel_size[0], module.stride[0], module.dilation[0])
    if isinstance(module, (nn.MaxPool2d, nn.AvgPool2d)):
        return before.after(_side(module.kernel_size), _side(module.stride))
    return before


def _side(size: int | tuple[int, ...]) -> int:
    return size if isinstance(size, int) else size[0]
