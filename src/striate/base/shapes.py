"""The letters, and the arithmetic of windows that slide over them.

    N images   C channels   H height   W width   F filters   K kernel   S stride   P padding   D dilation

One place for it: a net's receptive fields and the proofs about nets compute with the same functions.
MAC means one multiplication and one addition; FLOPs are named as such and count both.
"""

from __future__ import annotations

from dataclasses import dataclass


def window_output(size: int, kernel: int, stride: int = 1, padding: int = 0, dilation: int = 1) -> int:
    """Return how many positions a window of ``kernel`` has on ``size`` cells: floor((n + 2P - D(K-1) - 1) / S) + 1.

    Raises ValueError, naming the rule that is broken, when a size is not positive or the window does not fit.
    """
    for name, value, least in (
        ("size", size, 1),
        ("kernel", kernel, 1),
        ("stride", stride, 1),
        ("padding", padding, 0),
        ("dilation", dilation, 1),
    ):
        if value < least:
            raise ValueError(f"{name} is {value}, and must be at least {least}")
    reach = dilation * (kernel - 1) + 1
    if reach > size + 2 * padding:
        raise ValueError(f"a window of {reach} does not fit into {size} cells padded to {size + 2 * padding}")
    return (size + 2 * padding - reach) // stride + 1


def convolution_parameters(channels: int, filters: int, kernel_cells: int, *, bias: bool, groups: int = 1) -> int:
    """Return the weights of a convolution: F * (C / groups) * kernel cells, and F biases when it has them."""
    return filters * (channels // groups) * kernel_cells + (filters if bias else 0)


def convolution_macs(channels: int, filters: int, kernel_cells: int, output_cells: int, groups: int = 1) -> int:
    """Return the multiply-adds of a convolution for one image: F * (C / groups) * kernel cells * output cells."""
    return filters * (channels // groups) * kernel_cells * output_cells


def dense_parameters(inputs: int, outputs: int, *, bias: bool) -> int:
    """Return the weights of a fully connected layer: inputs * outputs, and one bias per output when it has them."""
    return inputs * outputs + (outputs if bias else 0)


def dense_macs(inputs: int, outputs: int) -> int:
    """Return the multiply-adds of a fully connected layer for one image: inputs * outputs."""
    return inputs * outputs


@dataclass(frozen=True)
class ReceptiveField:
    """The square of input pixels that one output cell sees, and how far neighbouring cells lie apart.

    ``size`` and ``jump`` are in input pixels. Source: Dumoulin and Visin, arXiv 1603.07285; Araujo et al., Distill 2019.
    """

    size: int = 1
    jump: int = 1

    def after(self, kernel: int, stride: int = 1, dilation: int = 1) -> ReceptiveField:
        """Return the field after one more window: size + D(K-1) * jump, jump * S."""
        return ReceptiveField(self.size + dilation * (kernel - 1) * self.jump, self.jump * stride)
