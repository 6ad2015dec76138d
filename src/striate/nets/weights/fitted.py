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

from striate.nets.entry import ImageShape
from striate.nets.measure.order import layers
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
    head, stem = last_layer(net, order), first_convolution(net, order, image_shape[2])
    anew = ""
    for name in (f"{head}.weight", f"{head}.bias") if head else ():
        fits = name in taken and taken[name].ndim == own[name].ndim if name in own else True
        absent = name not in taken
        if name in own and (absent or (fits and (other_classes or len(taken[name]) != len(own[name])))):
            anew = head
    # The net keeps its own, as drawn: both, for a new weight with an old bias would favour the old classes.
    for name in (f"{head}.weight", f"{head}.bias") if anew else ():
        taken.pop(name, None)
        taken |= {name: own[name]} if name in own else {}
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


def last_layer(net: nn.Module, order: tuple[str, ...]) -> str:
    """Return the name of the last layer of ``order`` that has a matrix of weights, the classifier; empty for none."""
    every = dict(net.named_modules())
    return next((name for name in reversed(order) if _weight(every[name]).dim() >= 2), "")


def first_convolution(net: nn.Module, order: tuple[str, ...], channels: int) -> str:
    """Return the first layer of ``order`` with weights, where it is an ungrouped convolution of the image's channels."""
    every = dict(net.named_modules())
    first = next((name for name in order if _weight(every[name]).dim() >= 2), "")
    return first if first and isinstance(every[first], nn.Conv2d) and _weight(every[first]).shape[1] == channels else ""


def _weight(module: nn.Module) -> Tensor:
    weight = getattr(module, "weight", None)
    return weight if isinstance(weight, Tensor) else torch.zeros(())
