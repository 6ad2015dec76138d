"""Checkpoints: tensors in safetensors, everything else in a JSON file beside them that also holds their SHA-256.

The JSON is written last and so marks the checkpoint as complete. A reader takes the newest one whose bytes match its hash,
and says which damaged ones it passed over. At least the last two are kept.
"""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load, save
from torch import Tensor

from striate.base.errors import RunError
from striate.base.files import digest, read_json, write_bytes, write_json

FORMAT = 1
KEEP = 2


@dataclass(frozen=True)
class Checkpoint:
    """What was saved after update ``step``: named tensors, and JSON-able values."""

    step: int
    tensors: dict[str, Tensor]
    values: dict[str, Any]


def write(folder: Path, kind: str, step: int, tensors: Mapping[str, Tensor], values: Mapping[str, Any]) -> None:
    """Write checkpoint ``kind`` ("step" or "best") of ``step``; older ones stay until `prune` is called."""
    content = save(_apart(tensors))
    stem = f"{kind}-{step:08d}"
    write_bytes(folder / f"{stem}.safetensors", content)
    record = {"format": FORMAT, "step": step, "bytes": len(content), "sha256": digest(content), "values": dict(values)}
    write_json(folder / f"{stem}.json", record)


def _apart(tensors: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Return the tensors on the processor, each in memory of its own: a weight that two layers share is written twice."""
    made: dict[str, Tensor] = {}
    taken: set[int] = set()
    for name, tensor in tensors.items():
        one = tensor.detach().cpu().contiguous()
        place = one.untyped_storage().data_ptr()
        made[name] = one.clone() if place in taken else one
        taken.add(place)
    return made


def prune(folder: Path, kind: str, keep: int = KEEP) -> None:
    """Remove all but the newest ``keep`` checkpoints of ``kind``, the mark of completeness first."""
    for mark in _marks(folder, kind)[:-keep]:
        _remove(mark)


def discard_after(folder: Path, kind: str, step: int) -> None:
    """Remove the checkpoints of ``kind`` beyond ``step``: they belong to updates that will be done again."""
    for mark in _marks(folder, kind):
        if int(mark.stem.rpartition("-")[2]) > step:
            _remove(mark)


def newest(folder: Path, kind: str) -> tuple[Checkpoint | None, list[str]]:
    """Return the newest undamaged checkpoint of ``kind`` and a sentence for each damaged one that was passed over.

    Raises RunError for a checkpoint that a newer program wrote.
    """
    damaged: list[str] = []
    for mark in reversed(_marks(folder, kind)):
        found = _read(mark)
        if isinstance(found, Checkpoint):
            return found, damaged
        damaged.append(found)
    return None, damaged


def _remove(mark: Path) -> None:
    for path in (mark, mark.with_suffix(".safetensors")):
        with contextlib.suppress(FileNotFoundError):
            path.unlink()


def _marks(folder: Path, kind: str) -> list[Path]:
    return sorted(folder.glob(f"{kind}-*.json"))


def _read(mark: Path) -> Checkpoint | str:
    tensors_path = mark.with_suffix(".safetensors")
    try:
        record = read_json(mark)
        version = record["format"]
        if version > FORMAT:
            raise RunError(
                f"{mark} was written in format {version}, and this program reads up to {FORMAT}; install a newer striate"
            )
        content = tensors_path.read_bytes()
        if digest(content) != record["sha256"]:  # before parsing: damaged bytes never reach the parser
            return f"{tensors_path} is damaged (its hash differs)"
        return Checkpoint(record["step"], load(content), record["values"])
    except (OSError, ValueError, KeyError, TypeError, SafetensorError) as error:
        return f"{mark} is damaged ({type(error).__name__})"


def copy_state(state: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Return a copy of a state dictionary that later updates do not reach."""
    with torch.no_grad():
        return {name: tensor.detach().clone() for name, tensor in state.items()}
