"""Numbers below 1.2e-38 as zero, on every thread: some kernels are a hundred times slower on them.

The processor keeps this state for each thread, and PyTorch sets it for the calling one alone: its workers inherit it when
they are made, and keep it. Were they left as they are, a run's last bits would depend on whether its process had made workers
before, and a resumed run would differ from one that was never cut.
"""

from __future__ import annotations

import ctypes
from collections.abc import Generator
from contextlib import contextmanager

import numpy as np
import torch


@contextmanager
def denormals_flushed() -> Generator[None, None, None]:
    """While the block runs, flush them on the calling thread and PyTorch's workers, or on none if workers are out of reach."""
    # PyTorch sets this state of the processor, and cannot tell it.
    before = float(np.float32(1e-40) * np.float32(1)) == 0.0
    reached = _flush(True)
    try:
        yield
    finally:
        if reached:
            _flush(before)


def _flush(on: bool) -> bool:
    """Set the state on every thread that computes for the calling one; return False where workers cannot be reached."""
    threads = torch.get_num_threads()
    if threads == 1:
        return torch.set_flush_denormal(on)
    try:
        # What `#pragma omp parallel` calls, of the library that PyTorch loaded.
        parallel = ctypes.CDLL(None).GOMP_parallel
    except (AttributeError, OSError, TypeError):
        return False
    work = ctypes.CFUNCTYPE(None, ctypes.c_void_p)(lambda _: torch.set_flush_denormal(on))
    parallel(work, None, ctypes.c_uint(threads), ctypes.c_uint(0))
    return True
