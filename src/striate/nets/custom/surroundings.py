"""What the code of a net can reach outside the net: the global random generators, and the settings of PyTorch.

A net of one's own may draw from PyTorch's, NumPy's and Python's generators alike, so all three are seeded together, and
afterwards stand where the caller had them.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Generator
from contextlib import contextmanager
from typing import Any

import numpy as np
import torch


def seed_all(number: int) -> None:
    """Put the global generators of PyTorch (all devices), NumPy and Python at ``number``, from 0 to 2**63 - 1."""
    if torch.cuda.is_available():
        torch.manual_seed(number)
    else:
        torch.default_generator.manual_seed(number)  # torch.manual_seed would queue it for devices that sleep, at 3 ms
    np.random.seed([number >> 32, number & 0xFFFFFFFF])
    random.seed(number)


@contextmanager
def generators_kept() -> Generator[None]:
    """After the block, also when it raised, the global generators stand where they stood before it."""
    python, numpy = random.getstate(), np.random.get_state()
    try:
        with torch.random.fork_rng(range(torch.cuda.device_count()), device_type="cuda"):
            yield
    finally:
        random.setstate(python)
        np.random.set_state(numpy)


@contextmanager
def seeded(number: int) -> Generator[None]:
    """While the block runs, the global generators count from ``number``; afterwards they stand where they stood before."""
    with generators_kept():
        seed_all(number)
        yield


def settings() -> dict[str, Any]:
    """Return those settings of PyTorch, by their names in words, which change what a net computes, or how fast."""
    return {name: read() for name, (read, _) in _SETTINGS.items()}


@contextmanager
def settings_kept() -> Generator[None]:
    """After the block, also when it raised, the settings of PyTorch are those of before."""
    before = settings()
    try:
        yield
    finally:
        for name, value in before.items():
            read, write = _SETTINGS[name]
            if read() != value:
                write(value)


_SETTINGS: dict[str, tuple[Callable[[], Any], Callable[[Any], Any]]] = {
    "the default dtype": (torch.get_default_dtype, torch.set_default_dtype),
    "the default device": (
        torch.get_default_device,
        lambda where: torch.set_default_device(None if where.type == "cpu" else where),
    ),
    "the mode of gradients": (torch.is_grad_enabled, torch.set_grad_enabled),
    "the number of threads": (torch.get_num_threads, torch.set_num_threads),
    "the search for anomalies": (torch.is_anomaly_enabled, torch.autograd.set_detect_anomaly),
    "the choice of deterministic algorithms": (
        torch.are_deterministic_algorithms_enabled,
        torch.use_deterministic_algorithms,
    ),
}
