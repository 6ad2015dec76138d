"""The layers of a net gathered into the blocks that a reader thinks in, and the words for them.

A convolution or a dense layer opens a block; the norm, activation, dropout or addition after it belongs to it. Whatever
only changes the shape (pool, flatten) is a step between blocks. Layers on a shortcut belong to the block whose addition ends
it; what does nothing (identity), or only pads for the convolution after it, is left out.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from striate.base.errors import counted
from striate.reports.net.branches import Branch, branches

if TYPE_CHECKING:
    from striate.nets.measure.anatomy import Anatomy, Layer

SILENT = {"identity", "same padding"}

Role = Literal["input", "convolution", "dense", "step", "other"]

ACRONYMS = {
    "relu": "ReLU",
    "gelu": "GELU",
    "silu": "SiLU",
    "elu": "ELU",
    "selu": "SELU",
    "mish": "Mish",
    "relu6": "ReLU6",
}


@dataclass(frozen=True)
class Shortcut:
    """What an addition adds: the output of block ``start``, or, where ``within`` is a layer, what that layer of it put out.

    ``layers`` are those on the way, none for the identity; ``add`` is the name of the addition.
    """

    add: str
    start: int
    within: Layer | None
    layers: tuple[Layer, ...]


@dataclass(frozen=True)
class Block:
    """Layers drawn as one. ``output`` is (C, H, W) or (features,); ``field`` the receptive field in input pixels."""

    role: Role
    layers: tuple[Layer, ...]
    output: tuple[int, ...]
    field: int | None
    shortcuts: tuple[Shortcut, ...] = ()

    @property
    def parameters(self) -> int:
        """Trainable parameters of the block, with those on its shortcuts."""
        aside = [layer for shortcut in self.shortcuts for layer in shortcut.layers]
        return sum(layer.parameters for layer in (*self.layers, *aside))


def blocks(anatomy: Anatomy) -> list[Block]:
    """Return the blocks of ``anatomy`` in order; the first is the input, which has no layers."""
    found = branches(anatomy.layers)
    aside = {layer.name for branch in found.values() for layer in branch.layers}
    groups: list[tuple[Role, list[Layer]]] = []
    home = {"": 0}  # name of a layer -> index of the block that holds it, or stands before it
    for layer in anatomy.layers:
        if layer.name not in aside and (layer.kind not in SILENT or layer.parameters):
            role = _role(layer)
            if role == "other" and groups and groups[-1][0] != "step":
                groups[-1][1].append(layer)
            else:
                groups.append((role, [layer]))
        home[layer.name] = len(groups)
    made = [Block("input", (), anatomy.input, 1)]
    for role, layers in groups:
        shortcuts = [_shortcut(one.name, found[one.name], home, groups) for one in layers if one.name in found]
        made.append(Block(role, tuple(layers), layers[-1].output, layers[-1].receptive_field, tuple(shortcuts)))
    return made


def _shortcut(add: str, branch: Branch, home: dict[str, int], groups: list[tuple[Role, list[Layer]]]) -> Shortcut:
    start = home[branch.fork]
    layers = groups[start - 1][1] if start else []
    later = [layer for layer in layers if layer.name == branch.fork and layer is not layers[-1]]
    return Shortcut(add, start, later[0] if later else None, branch.layers)


def _role(layer: Layer) -> Role:
    if layer.kind == "convolution":
        return "convolution"
    if layer.kind == "dense":
        return "dense"
    return "step" if "pool" in layer.kind or layer.kind == "flatten" else "other"


def words(layer: Layer, *, short: bool) -> str:
    """Return what ``layer`` is, as `3x3 convolution, 64 filters`, or `3x3 conv, 64` when ``short``."""
    window, stride = _window(layer.detail)
    lead = f"{window} " if window else ""
    if layer.kind == "convolution":
        moved = f", stride {stride}" if stride != 1 else ""
        groups = re.search(r"groups (\d+)", layer.detail)
        kind = "depthwise" if groups and int(groups[1]) == layer.output[0] else f"{groups[1]} groups" if groups else ""
        if short:
            return f"{lead}conv, {layer.output[0]}{f', {kind}' if kind else ''}{moved}"
        return f"{lead}{f'{kind} ' if kind == 'depthwise' else ''}convolution, {layer.output[0]} filters" + (
            f" in {kind}{moved}" if kind and kind != "depthwise" else moved
        )
    if layer.kind == "dense":
        return f"dense, {layer.output[-1]}" if short else f"dense layer, {counted(layer.output[-1], 'unit')}"
    if "pool" in layer.kind:
        moved = f", stride {stride}" if stride and window and f"{stride}x{stride}" != window else ""
        return f"{lead}{_shortened(layer.kind) if short else layer.kind}{moved}"
    name = re.sub(r"[a-z0-9]+", lambda word: ACRONYMS.get(word[0], word[0]), layer.kind)
    return f"{name} ({layer.detail})" if layer.detail and not short else name


def _shortened(kind: str) -> str:
    return kind.replace("average", "avg")


def _window(detail: str) -> tuple[str, int]:
    """Return the window as written, `3x3` or nothing, and the stride (1 where none is said)."""
    window, stride = re.match(r"\d+x\d+", detail), re.search(r"stride (\d+)", detail)
    return window[0] if window else "", int(stride[1]) if stride else 1
