"""Weights of a net for other images and classes into one for these: the last layer stays as drawn, the first is adapted.

    classes    the last layer keeps its fresh weights where the file has another number of outputs, other names of them, or none
    channels   w'[:, c] = sum_i w[:, i]                  to one channel
               w'[:, c] = w[:, c mod I] I / C            to C channels, of I: repeated, cut, and scaled

The second rule is that of ``adapt_input_conv`` of timm, which knows I = 3 alone. Everything else has to fit.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor, nn

from striate.base.errors import NetError, printable
from striate.nets.entry import ImageShape
from striate.nets.measure.order import layers, outputs, parameters_of
from striate.nets.weights.load import copy_weights


@dataclass(frozen=True)
class Fitted:
    """What was not taken as it is: the name of the last layer, drawn anew, and of the first; empty where they were.

    ``channels`` are those of the file and of the net.
    """

    head: str = ""
    stem: str = ""
    channels: tuple[int, int] = (0, 0)

    def in_words(self) -> str:
        """Return what was not taken as it is, as a clause; empty for nothing."""
        had, has = self.channels
        rule = "summed" if has == 1 else "repeated and scaled as timm does"
        told = [f"its last layer, {self.head}, is drawn anew for these classes"] if self.head else []
        told += [f"the weights of {self.stem} for {had} channels are {rule} for {has}"] if self.stem else []
        return "; ".join(told)


def fit(
    net: nn.Module,
    given: Mapping[str, Tensor],
    path: str | Path,
    image_shape: ImageShape,
    *,
    other_classes: bool = False,
) -> Fitted:
    """Copy ``given`` into ``net``, which is as drawn and takes images of (H, W, C); raises NetError as `copy_weights` does.

    ``other_classes``: the outputs of the file mean other classes, even where their number is the same.
    """
    own, taken = net.state_dict(), dict(given)
    order = layers(net, image_shape)
    head, stem = last_layer(net, order, outputs(net, image_shape)), first_convolution(net, order, image_shape[2])
    if other_classes and not head:
        raise NetError(
            f'the classes of "{printable(str(path))}" are others, and which layer of the net is its last, to be drawn anew,'
            " cannot be told: none that an image passes last gives its outputs; make it a module, such as torch.nn.Linear"
        )
    anew = ""
    last = [name for name in own if head and name.startswith(f"{head}.")]
    for name in last:
        same_kind = name not in taken or taken[name].ndim == own[name].ndim
        if same_kind and (other_classes or name not in taken or taken[name].shape != own[name].shape):
            anew = head
    # The net keeps its own, as drawn: all of it, for a new weight with an old bias would favour the old classes.
    if anew:
        taken = {name: value for name, value in taken.items() if not name.startswith(f"{head}.")}
        taken |= {name: own[name] for name in last}
    channels = (0, 0)
    if stem and (place := f"{stem}.weight") in taken and taken[place].ndim == 4:
        mine, theirs = own[place], taken[place]
        # Only the number of colours may differ; a stem of another size is another net.
        if theirs.shape[1] != mine.shape[1] and (theirs.shape[0], *theirs.shape[2:]) == (
            mine.shape[0],
            *mine.shape[2:],
        ):
            channels = (theirs.shape[1], mine.shape[1])
            taken[place] = adapted(theirs, mine.shape[1])
    copy_weights(net, taken, path)
    return Fitted(anew, stem if any(channels) else "", channels)


def adapted(weight: Tensor, channels: int) -> Tensor:
    """Return the weights (F, I, K, K) of a convolution for other ``channels``, by the rule at the head of this file."""
    had = weight.shape[1]
    wide = weight.float()
    if channels == 1:
        made = wide.sum(1, keepdim=True)
    else:
        made = wide.repeat(1, -(-channels // had), 1, 1)[:, :channels] * (had / channels)
    return made.to(weight.dtype)


def last_layer(net: nn.Module, order: tuple[str, ...], count: int) -> str:
    """Return the name of the last layer of ``order`` that has a matrix of weights, the classifier of ``count`` outputs.

    Empty where it gives another number: a net may compute its outputs with parameters that stand in no layer.
    """
    every = dict(net.named_modules())
    found = next((name for name in reversed(order) if _matrices(every[name])), "")
    # Of a matrix either side may be the outputs; the last side of a convolution is that of its window.
    sides = (
        [matrix.shape if matrix.dim() == 2 else matrix.shape[:1] for matrix in _matrices(every[found])] if found else []
    )
    fits = any(count in each for each in sides)
    return found if fits else ""


def _matrices(module: nn.Module) -> list[Tensor]:
    """Return the weights of a layer of two or more dimensions, whatever it calls them."""
    weight = _weight(module)
    every = [*parameters_of(module), weight] if weight.dim() >= 2 else parameters_of(module)
    return [each for each in every if each.dim() >= 2]


def first_convolution(net: nn.Module, order: tuple[str, ...], channels: int) -> str:
    """Return the first layer of ``order`` with weights, where it is an ungrouped convolution of the image's channels."""
    every = dict(net.named_modules())
    first = next((name for name in order if _weight(every[name]).dim() >= 2), "")
    return first if first and isinstance(every[first], nn.Conv2d) and _weight(every[first]).shape[1] == channels else ""


def _weight(module: nn.Module) -> Tensor:
    weight = getattr(module, "weight", None)
    return weight if isinstance(weight, Tensor) else torch.zeros(())
