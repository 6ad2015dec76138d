"""The small parts that the nets share: norms, activations, shortcuts, padding, and dropout without the usual scaling.

A part is a module of its own wherever something happens to an image, so that every step of a net is a tap.
"""

from __future__ import annotations

from collections.abc import Callable

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from striate.nets.families.options import Activation, DropoutScaling, Norm

ACTIVATIONS: dict[Activation, Callable[[bool], nn.Module]] = {
    "none": lambda inplace: nn.Identity(),
    "relu": lambda inplace: nn.ReLU(inplace=inplace),
    "leaky_relu": lambda inplace: nn.LeakyReLU(0.01, inplace=inplace),
    "elu": lambda inplace: nn.ELU(inplace=inplace),
    "gelu": lambda inplace: nn.GELU(),
    "silu": lambda inplace: nn.SiLU(inplace=inplace),
    "tanh": lambda inplace: nn.Tanh(),
    "sigmoid": lambda inplace: nn.Sigmoid(),
}


def activation_layer(activation: Activation, *, inplace: bool = True) -> nn.Module:
    """Return the activation; ``inplace`` only where nothing else reads the tensor that goes in."""
    return ACTIVATIONS[activation](inplace)


def norm_layer(norm: Norm, channels: int, epsilon: float = 1e-5, momentum: float = 0.1) -> nn.Module:
    """Return the norm over maps (N, C, H, W): (x - mean) / sqrt(variance + ``epsilon``), scaled and shifted.

    ``momentum`` is the share of the new batch in the running statistics of batch norm.

    `layer` normalizes one image over C, H, W; `group` each of the most groups of 32, 16, 8, 4 or 2 that divide the channels,
    and all of them together where none does.
    """
    if norm == "none":
        return nn.Identity()
    if norm == "batch":
        return nn.BatchNorm2d(channels, epsilon, momentum)
    groups = 1 if norm == "layer" else next((g for g in (32, 16, 8, 4, 2) if channels % g == 0 and channels > g), 1)
    return nn.GroupNorm(groups, channels, epsilon)


def dropout_layer(probability: float, scaling: DropoutScaling = "inverted") -> nn.Module:
    """Return dropout of that probability of dropping a unit; the scaling says what makes up for the missing ones."""
    return nn.Dropout(probability) if scaling == "inverted" else VanillaDropout(probability, scaling == "at-test")


class Add(nn.Module):
    """The end of a residual block: what the block made, plus what its shortcut brings, of the same shape."""

    def forward(self, made: Tensor, shortcut: Tensor) -> Tensor:
        """Return the sum, a new tensor."""
        return made + shortcut


class PadShortcut(nn.Module):
    """Option A of He et al. (arXiv 1512.03385): every S-th pixel, and zeros for the channels that are not there.

    It has no parameters. The zeros go half before and half after, as in the nets whose weights are published.
    """

    def __init__(self, channels: int, filters: int, stride: int) -> None:
        super().__init__()
        self.stride = stride
        self.before = (filters - channels) // 2
        self.after = filters - channels - self.before

    def forward(self, x: Tensor) -> Tensor:
        """Return (N, F, ceil(H / S), ceil(W / S)) of images (N, C, H, W)."""
        return F.pad(x[:, :, :: self.stride, :: self.stride], (0, 0, 0, 0, self.before, self.after))

    def extra_repr(self) -> str:
        """Return what is printed of it."""
        return f"stride={self.stride}, before={self.before}, after={self.after}"


class SamePadding(nn.Module):
    """TensorFlow's `same` padding before a convolution of stride S: ceil(n / S) cells come out, zeros rather after them."""

    def __init__(self, kernel: int, stride: int) -> None:
        super().__init__()
        self.kernel = kernel
        self.stride = stride

    def forward(self, x: Tensor) -> Tensor:
        """Return maps (N, C, H, W) with zeros around them."""
        top, bottom = self._sides(x.shape[2])
        left, right = self._sides(x.shape[3])
        return F.pad(x, (left, right, top, bottom))

    def extra_repr(self) -> str:
        """Return what is printed of it."""
        return f"kernel={self.kernel}, stride={self.stride}"

    def _sides(self, size: int) -> tuple[int, int]:
        cells = (size + self.stride - 1) // self.stride
        missing = max((cells - 1) * self.stride + self.kernel - size, 0)
        return missing // 2, missing - missing // 2


class VanillaDropout(nn.Module):
    """Dropout without 1/(1 - p) in training: y = m x, with m = 0 at probability p, else 1.

    ``at_test``: y = (1 - p) x in evaluation, which is the mean of training (EECS 498/598, Homework 1, question 7.2).
    Otherwise y = x there, and every unit after it receives more than it was trained with.
    """

    def __init__(self, p: float, at_test: bool) -> None:
        super().__init__()
        self.p = p
        self.at_test = at_test

    def forward(self, x: Tensor) -> Tensor:
        """Return a tensor of the shape of ``x``; the mask is drawn from PyTorch's generator, as that of `nn.Dropout` is."""
        if self.training:
            return x * torch.empty_like(x).bernoulli_(1 - self.p)
        return x * (1 - self.p) if self.at_test else x

    def extra_repr(self) -> str:
        """Return what is printed of it."""
        return f"p={self.p}, at_test={self.at_test}"
