"""Drawing whole groups of equal images, in the order that was drawn for single ones: the same draw where none are equal."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Indices = NDArray[np.int64]


def groups_of(firsts: Indices) -> dict[int, Indices]:
    """Return the members of each group of two and more equal images, under the index of each member.

    ``firsts[i]``, int64 (N,), is the index of the first image that is equal to image i.
    """
    equal = np.flatnonzero(np.bincount(firsts, minlength=len(firsts))[firsts] > 1)
    members: dict[int, list[int]] = {}
    for index in equal.tolist():
        members.setdefault(int(firsts[index]), []).append(index)
    return {index: np.array(group, dtype=np.int64) for group in members.values() for index in group}


def hold(order: Indices, size: int, labels: Indices, groups: dict[int, Indices], held: NDArray[np.bool_]) -> None:
    """Mark ``size`` images of one class, whose members are ``order``, in ``held``, each with all that are equal to it.

    A group belongs to the class of its first image. What does not fit into ``size`` is passed over, unless the class would
    otherwise have nothing held; and every class keeps an image that is not held.
    """
    own = int(labels[order[0]])
    room = size - int(held[order].sum())
    for whole in (False, True):
        for index in order:
            if room <= 0 or (whole and room < size):
                return
            part = groups.get(int(index))
            if part is None:
                counts = {own: 1}
            elif int(labels[part[0]]) != own:
                continue
            else:
                counts = {int(value): int((labels[part] == value).sum()) for value in np.unique(labels[part])}
            taken = part if part is not None else np.array([index])
            if held[index] or (counts[own] > room and not whole):
                continue
            # One image more than the largest validation split of the class would leave nothing to train on.
            if part is not None and any((~held[labels == value]).sum() <= count for value, count in counts.items()):
                continue
            held[taken] = True
            room -= counts[own]
