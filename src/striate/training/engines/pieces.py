"""A batch in pieces that fit into memory: how many images a net is shown at a time where only its answers are wanted.

    pieces of min(N, MOST_BYTES / bytes of the largest array that one image becomes on its way through the net)

The largest array is found by one image's pass before the first batch. A training batch is what a user chose; the batches of a
validation or a test are Striate's own, and must fit wherever training does. 500 images of 128 x 128 pixels, first layer of 64
filters, 3 GB of maps: peak memory of the process 1.3 GB (4.9 GB in one piece).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import torch
from torch import Tensor, nn
from torch.utils._python_dispatch import TorchDispatchMode

from striate.nets.uncompiled import leave_compiler_out, uncompiled

MOST_BYTES = 2**27
"""What the largest array of one forward pass may take; two or three of its size are held at a time."""


def in_pieces(
    net: nn.Module, batches: Iterable[tuple[Tensor, Tensor]], wide: torch.dtype = torch.float32
) -> Iterator[tuple[Tensor, Tensor]]:
    """Yield the images (N, C, H, W) and labels (N,) of ``batches`` in order, in pieces that ``net`` can take at a time.

    The net is shown the first image once more, in the mode in which it is and in the type ``wide``; nothing is kept of it.
    """
    most = 0
    for images, labels in batches:
        most = most or max(1, MOST_BYTES // largest_array(net, images[:1].to(wide, copy=True)))
        if len(labels) <= most:
            yield images, labels
        else:
            yield from zip(images.split(most), labels.split(most), strict=True)


def most_images(numbers: int) -> int:
    """Return how many images of that many numbers each may be float32 at a time: at least one."""
    return max(1, MOST_BYTES // (4 * max(1, numbers)))


def largest_array(net: nn.Module, image: Tensor) -> int:
    """Return the bytes of the largest array that an operation of ``net`` puts out for ``image``, or of the image itself."""
    leave_compiler_out()
    with torch.no_grad(), uncompiled(), _Largest(image) as seen:
        net(image)
    return seen.bytes


class _Largest(TorchDispatchMode):
    """Notes the size of whatever PyTorch's operations put out while the block runs."""

    def __init__(self, image: Tensor) -> None:
        super().__init__()
        self.bytes = max(1, image.nbytes)

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        out = func(*args, **(kwargs or {}))
        made = out if isinstance(out, (tuple, list)) else (out,)
        # A view, such as the transposed weights of a dense layer, takes no memory of its own.
        if not any(told.alias_info for told in func._schema.returns):
            self.bytes = max([self.bytes, *(part.nbytes for part in made if isinstance(part, Tensor))])
        return out
