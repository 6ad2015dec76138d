"""The processes that train one run together, and what they tell one another.

    part of process r among N        images r*n // N to (r+1)*n // N of a batch of n
    weight of its mean loss          its images / n, so that uneven parts count right

A batch of fewer than 2 N images is not cut up: every process computes the whole of it, with the weight 1 / N. Numbers are
added by PyTorch's collectives (gloo on processors, nccl on CUDA), which give every process the same bytes, and the same ones
at every repetition; in which order they add is theirs, so another N gives other roundings.

Nothing crosses as a pickle: what the first process tells the others are bytes (JSON, safetensors).
"""

from __future__ import annotations

import os
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import torch
import torch.distributed as dist
from torch import Tensor

from striate.base.errors import ProcessError, RunError, reason

LEAST = 2  # images of a part: batch norm needs two values a channel
VARIABLES = ("RANK", "WORLD_SIZE", "MASTER_ADDR", "MASTER_PORT")
OF_THE_NETWORK = ("gloo", "nccl", "peer", "connection", "socket", "timed out", "store")


@dataclass(frozen=True)
class Group:
    """``rank`` counts from 0, and 0 leads: it alone writes files; ``size`` is the number of processes."""

    rank: int = 0
    size: int = 1

    @property
    def leads(self) -> bool:
        """Whether this process writes the files of the run."""
        return self.rank == 0

    def cuts(self, images: int) -> bool:
        """Return whether a batch of that many images is cut into parts."""
        return self.size > 1 and images >= LEAST * self.size

    def slice(self, images: int) -> slice:
        """Return which of that many images are this process' own; of few images they may be none."""
        return slice(self.rank * images // self.size, (self.rank + 1) * images // self.size)

    def part(self, images: int) -> slice:
        """Return which images of a training batch this process computes: its own, or all of a batch that is not cut."""
        return self.slice(images) if self.cuts(images) else slice(0, images)

    def begin_sum(self, tensor: Tensor) -> Callable[[], Tensor]:
        """Begin to add up ``tensor`` over all processes, in place; what is returned waits for the sum and returns it."""
        with lost_told():
            work = dist.all_reduce(tensor, async_op=True)

        def ended() -> Tensor:
            with lost_told():
                assert work is not None
                work.wait()
            return tensor

        return ended

    def sum(self, tensor: Tensor) -> Tensor:
        """Add up ``tensor`` over all processes, in place, and return it."""
        return self.begin_sum(tensor)() if self.size > 1 else tensor

    def average(self, tensors: Sequence[Tensor]) -> None:
        """Replace tensors by their means over all processes, in place; one message for all of a type."""
        for kind in dict.fromkeys(tensor.dtype for tensor in tensors):
            alike = [tensor for tensor in tensors if tensor.dtype == kind]
            total = self.sum(torch.cat([tensor.detach().flatten() for tensor in alike])) / self.size
            with torch.no_grad():
                for tensor, mean in zip(alike, total.split([t.numel() for t in alike]), strict=True):
                    tensor.copy_(mean.view_as(tensor))

    def any(self, flag: bool) -> bool:
        """Return whether ``flag`` is true in any process; all must ask at the same moment."""
        return flag if self.size == 1 else bool(self.sum(torch.tensor(int(flag))))

    def told(self, content: bytes = b"") -> bytes:
        """Return what the first process tells: its ``content``, whatever the others give."""
        if self.size == 1:
            return content
        with lost_told():
            length = torch.tensor(len(content))
            dist.broadcast(length, 0)
            if int(length) == 0:
                return b""
            theirs = torch.frombuffer(bytearray(content), dtype=torch.uint8) if self.leads else None
            data = torch.empty(int(length), dtype=torch.uint8) if theirs is None else theirs
            dist.broadcast(data, 0)
        return data.numpy().tobytes()


ALONE = Group()


def launched() -> Group | None:
    """Return the group that a launcher (torchrun) put this process into, by its environment; None where there is none.

    Raises RunError where the environment is not whole.
    """
    if not (given := [name for name in VARIABLES if os.environ.get(name)]) or os.environ.get("WORLD_SIZE", "1") == "1":
        return None
    if "RANK" not in given or "WORLD_SIZE" not in given:
        return None  # an address alone is somebody else's
    try:
        rank, size = int(os.environ["RANK"]), int(os.environ["WORLD_SIZE"])
    except ValueError:
        rank, size = -1, 0
    if not 0 <= rank < size or len(given) < len(VARIABLES):
        told = ", ".join(f"{name}={os.environ.get(name, '')}" for name in VARIABLES)
        raise RunError(f"the environment names a group of processes that is none ({told}); start them by torchrun")
    return Group(rank, size)


@contextmanager
def lost_told() -> Generator[None]:
    """Turn what PyTorch says when a process of the group is gone into a ProcessError."""
    try:
        yield
    except RuntimeError as error:
        if not any(word in str(error).lower() for word in OF_THE_NETWORK):
            raise
        raise ProcessError(
            f"another process of this run is gone ({reason(error)[:200]}); resume the run, and it goes on from its newest"
            " checkpoint"
        ) from error
