"""A net that several processes train: each computes its part of a batch, and PyTorch averages the gradients.

    loss of process r         its images / n * N * mean loss of its part           n images in the batch, N processes
    gradient                  mean over processes (DistributedDataParallel): that of the mean loss of all n images

Batch norm takes each process' own part, or with ``sync`` the whole batch (`processes.norm`). Running statistics are averaged
over the processes after every update, so that all hold the same, and what is saved is none's in particular.
"""

from __future__ import annotations

import warnings
from collections.abc import Generator, Iterable
from contextlib import contextmanager, nullcontext

import torch
from torch import Tensor, nn
from torch.nn.parallel import DistributedDataParallel

from striate.training.engines.processes.group import Group, lost_told
from striate.training.engines.processes.norm import needs_whole_batches, norms, over_all


class Together:
    """``net`` in this process of ``group``; ``unused`` says that an update may leave some of its weights without gradient."""

    def __init__(self, group: Group, net: nn.Module, *, sync: bool, unused: bool) -> None:
        self.group, self._net, self._sync, self._unused = group, net, sync, unused
        self._images = 0  # of the batch under way
        self._whole = needs_whole_batches(net)
        self._parallel: nn.Module | None = None
        self._learning = tuple[bool, ...]()  # which weights the parallel net averages the gradients of
        own = {id(buffer) for layer in (norms(net) if sync else ()) for buffer in layer.buffers()}
        self._differing = [b for b in net.buffers() if b.is_floating_point() and id(b) not in own]

    @contextmanager
    def training(self) -> Generator[None]:
        """Be ready for updates while the block runs; all processes of the group have joined."""
        with over_all(self._net, self._total) if self._sync else nullcontext():
            yield

    def _made(self) -> nn.Module:
        """Return the net in parallel; another one as soon as other weights learn."""
        learning = tuple(parameter.requires_grad for parameter in self._net.parameters())
        if self._parallel is None or learning != self._learning:
            self._learning = learning
            with lost_told(), warnings.catch_warnings():
                warnings.simplefilter("ignore", FutureWarning)  # of the name that all versions know for the buffers
                self._parallel = DistributedDataParallel(
                    self._net, broadcast_buffers=False, find_unused_parameters=self._unused
                )
        return self._parallel

    def take(self, images: Tensor, labels: Tensor) -> tuple[Tensor, Tensor]:
        """Return this process' part of a batch, which is then the one under way."""
        self._images = len(labels)
        mine = self.group.part(self._images)
        return images[mine], labels[mine]

    def __call__(self, images: Tensor) -> Tensor:
        """Return the logits of this process' part."""
        return self._made()(images)

    @property
    def stream(self) -> tuple[int, ...]:
        """What tells this process' dropout from that of the others: the first draws as one process does."""
        return (self.group.rank,) if self.group.rank and self.group.cuts(self._images) else ()

    @property
    def weight(self) -> float:
        """What the mean loss of this part counts in that of the batch."""
        mine = self.group.part(self._images)
        return (mine.stop - mine.start) / self._images if self.group.cuts(self._images) else 1.0 / self.group.size

    @property
    def times(self) -> float:
        """What a right answer of this part counts: in a batch that is not cut, every process has it."""
        return 1.0 if self.group.cuts(self._images) else 1.0 / self.group.size

    def scored(self, batches: Iterable[tuple[Tensor, Tensor]]) -> Generator[tuple[Tensor, Tensor]]:
        """Yield this process' parts of the batches of a validation; where they are not to be cut, all of each."""
        for images, labels in batches:
            part = slice(0, len(labels)) if self._whole else self.group.slice(len(labels))
            if part.stop > part.start:
                yield images[part], labels[part]

    def summed(self, counted: Tensor) -> Tensor:
        """Return what all processes have counted of the parts of `scored`."""
        total = self.group.sum(counted)
        return total / self.group.size if self._whole else total

    def level(self) -> None:
        """Average the running statistics in which the processes differ."""
        if self._differing:
            self.group.average(self._differing)

    def _total(self, tensor: Tensor) -> Tensor:
        return self.group.sum(tensor) if self.group.cuts(self._images) else tensor


def whole(loss: Tensor, correct: Tensor, together: Together) -> Tensor:
    """Return float64 (2,): what this part adds to the mean loss and to the right answers of the batch."""
    return torch.stack([loss.detach().double() * together.weight, correct.double() * together.times])
