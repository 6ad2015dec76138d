"""What the machine is, and how it is set up for training: device, allocator, what it multiplies itself."""

from __future__ import annotations

import ctypes
import functools
import os
import platform
from pathlib import Path
from typing import Any

import numpy as np
import torch

from striate.base.errors import RunError, listed, printable
from striate.base.version import VERSION

M_TRIM_THRESHOLD, M_MMAP_THRESHOLD = -1, -3  # malloc.h
KEEP_BYTES = 2**30
DEVICE = "STRIATE_DEVICE"  # the variable that names one: cpu, cuda, cuda:1


def device(*, by_hand: bool = False) -> torch.device:
    """Return the device on which nets are trained: that which $STRIATE_DEVICE names, else CUDA where there is one, else the
    processor. The engine scratch (``by_hand``) has no other than the processor.

    Raises RunError where the one that is named is not here.
    """
    devices = torch.cuda.device_count() if torch.cuda.is_available() else 0
    here = ["cpu", *(["cuda"] if devices else []), *(f"cuda:{n}" for n in range(devices))]
    asked = os.environ.get(DEVICE) or ("cuda" if devices and not by_hand else "cpu")
    if asked not in here:
        raise RunError(
            f'there is no device "{printable(asked)}" on this machine, which has {listed(here)}; name one of these, or none'
        )
    if by_hand and asked != "cpu":
        raise RunError(f'the engine scratch computes on the processor, and the device "{asked}" is asked for; name cpu')
    return torch.device(asked)


@functools.cache
def keep_memory() -> None:
    """Have this process keep freed memory instead of returning it; done once, and only where glibc allocates.

    glibc hands large blocks back to the system at every free, and the next step pays for it in page faults: in 64 steps of a
    batch-norm net at batch 32 they fell from 390,257 to 6,186. The step was 1.16 and 1.65 times as fast in two pairs on a busy
    machine (2 threads, Xeon 2.5 GHz, torch 2.15); on the same machine at rest no gain was seen (findings/speed).
    """
    if platform.system() == "Linux" and platform.libc_ver()[0] == "glibc":
        libc = ctypes.CDLL(None)
        libc.mallopt(M_MMAP_THRESHOLD, KEEP_BYTES)
        libc.mallopt(M_TRIM_THRESHOLD, 2**31 - 1)


def multiplies_bfloat16(where: torch.device) -> bool:
    """Return whether ``where`` multiplies bfloat16 itself: CUDA, or a processor with AVX512_BF16 or AMX."""
    if where.type == "cuda":
        return torch.cuda.is_bf16_supported(including_emulation=False)
    return bool({"avx512_bf16", "amx_bf16"} & set(processor_flags()))


@functools.cache
def processor_flags() -> tuple[str, ...]:
    """Return the processor's feature flags as Linux names them; empty elsewhere."""
    for line in _processor_lines():
        if line.startswith(("flags", "Features")):
            return tuple(line.partition(":")[2].split())
    return ()


@functools.cache
def processor_name() -> str:
    """Return the processor's name as the system gives it."""
    for line in _processor_lines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


def _processor_lines() -> list[str]:
    try:
        return Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return []


def environment() -> dict[str, Any]:
    """Return what a result depends on besides its recipe: versions, processor, threads, source commit."""

    where = device()
    return {
        "striate": VERSION,
        "commit": source_commit(),
        "python": platform.python_version(),
        "torch": torch.__version__,
        "numpy": np.__version__,
        "system": platform.platform(),
        "processor": processor_name(),
        "cores": os.cpu_count(),
        "capability": torch.backends.cpu.get_cpu_capability(),
        "device": torch.cuda.get_device_name(where) if where.type == "cuda" else "cpu",
        "threads": torch.get_num_threads(),
    }


def source_commit() -> str | None:
    """Return the commit that the source stands at, read from the repository beside it; None when installed without one."""
    for folder in Path(__file__).resolve().parents:
        head = folder / ".git" / "HEAD"
        # Installed into somebody's environment, the repository above is theirs.
        if not head.is_file() or (folder / "src" / "striate") != Path(__file__).resolve().parents[2]:
            continue
        text = head.read_text(encoding="utf-8").strip()
        if not text.startswith("ref: "):
            return text
        loose = folder / ".git" / text[5:]
        if loose.is_file():
            return loose.read_text(encoding="utf-8").strip()
        packed = folder / ".git" / "packed-refs"
        lines = packed.read_text(encoding="utf-8").splitlines() if packed.is_file() else []
        return next((line.split()[0] for line in lines if line.endswith(text[5:])), None)
    return None
