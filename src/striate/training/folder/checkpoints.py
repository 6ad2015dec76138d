"""Checkpoints: tensors in safetensors, everything else in a JSON file beside them that also holds their SHA-256.

    step-N     all that a run needs to continue after update N, with a copy of the run's environment, history and timing
    best-N     the weights of the best validation accuracy
    epoch-N    weights that the recipe's keep_every keeps, never removed

Each has a seal over itself (`base.disk.sealed_json`) and names its run. The JSON is written last and so marks the checkpoint as
complete. A reader takes the newest one whose bytes match its hash, and says which damaged ones it passed over. At least the
last two are kept; a damaged one does not count as kept.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load, save
from torch import Tensor

from striate.base.disk.files import digest, read_json, write_bytes, write_json
from striate.base.disk.sealed_json import SEALED as FORMAT
from striate.base.disk.sealed_json import checked, sealed
from striate.base.errors import RunError, printable, reason
from striate.training.folder.forms import MarkForm

KEEP = 2
MARK_LIMIT = 2**29  # bytes of a mark, which holds the whole history


@dataclass(frozen=True)
class Checkpoint:
    """What was saved after update ``step``: named tensors, JSON-able values, and the whole record of its JSON file."""

    step: int
    tensors: dict[str, Tensor]
    values: dict[str, Any]
    record: Mapping[str, Any] = field(default_factory=dict[str, Any])


def write(
    folder: Path, kind: str, step: int, tensors: Mapping[str, Tensor], values: Mapping[str, Any], **links: Any
) -> None:
    """Write checkpoint ``kind`` of ``step``; older ones stay until `prune` is called.

    ``links`` tie it to the rest of its run: run, environment, history, timing (see `striate.training.folder.chain`).
    """
    content = as_bytes(tensors)
    stem = f"{kind}-{step:08d}"
    write_bytes(folder / f"{stem}.safetensors", content)
    record = {"step": step, "bytes": len(content), "sha256": digest(content), "values": dict(values), **links}
    write_json(folder / f"{stem}.json", sealed(record))


def as_bytes(tensors: Mapping[str, Tensor]) -> bytes:
    """Return named tensors as the content of a safetensors file."""
    return save(_apart(tensors))


def from_bytes(content: bytes) -> dict[str, Tensor]:
    """Return what `as_bytes` was given."""
    return load(content)


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


def prune(folder: Path, kind: str, step: int, keep: int = KEEP) -> None:
    """Keep the newest ``keep`` undamaged checkpoints of ``kind`` up to ``step``, and remove the others.

    Those beyond ``step`` belong to updates that will be done again. Where no undamaged one is up to ``step``, nothing is
    removed: one beyond may be the last that is whole.
    """
    marks = _marks(folder, kind)
    kept: list[Path] = []
    for mark in reversed([mark for mark in marks if _step(mark) <= step]):
        if len(kept) < keep and isinstance(_read(mark), Checkpoint):
            kept.append(mark)
    for mark in marks if kept else ():
        if mark not in kept:
            _remove(mark)


def newest(
    folder: Path, kind: str, unfit: Callable[[Checkpoint], str] = lambda checkpoint: ""
) -> tuple[Checkpoint | None, list[str]]:
    """Return the newest undamaged checkpoint of ``kind`` and a sentence for each one that was passed over.

    ``unfit`` says why one that is whole does not serve, if so. Raises RunError for one that a newer program wrote.
    """
    passed: list[str] = []
    for mark in reversed(_marks(folder, kind)):
        found = _read(mark)
        if isinstance(found, Checkpoint):
            if not (why := unfit(found)):
                return found, passed
            found = f"{mark} does not serve ({why})"
        passed.append(found)
    return None, passed


def steps(folder: Path, kind: str) -> list[int]:
    """Return after which updates there are checkpoints of ``kind``, damaged or not."""
    return [_step(mark) for mark in _marks(folder, kind)]


def at(folder: Path, kind: str, step: int) -> Checkpoint | str:
    """Return the checkpoint of ``kind`` after update ``step``, or a sentence that says what is wrong with it."""
    return _read(folder / f"{kind}-{step:08d}.json")


def mark(folder: Path, kind: str, step: int) -> dict[str, Any] | str:
    """Return the record of a checkpoint without its tensors, or a sentence that says what is wrong with it."""
    path = folder / f"{kind}-{step:08d}.json"
    try:
        return _record(path)
    except (OSError, ValueError) as error:
        return f"{printable(str(path))} is damaged ({reason(error)})"


def _remove(mark: Path) -> None:
    for path in (mark, mark.with_suffix(".safetensors")):
        with contextlib.suppress(FileNotFoundError):
            path.unlink()


def _marks(folder: Path, kind: str) -> list[Path]:
    return sorted((path for path in folder.glob(f"{kind}-*.json") if path.stem[len(kind) + 1 :].isdecimal()), key=_step)


def _step(mark: Path) -> int:
    return int(mark.stem.rpartition("-")[2])


def _record(path: Path) -> dict[str, Any]:
    """Return the record in a mark; raises OSError or ValueError, and RunError where a newer program wrote it."""
    record = checked(read_json(path, MARK_LIMIT), MarkForm)
    if record["format"] > FORMAT:
        raise RunError(
            f"{path} was written in format {record['format']}, and this program reads up to {FORMAT};"
            " install a newer striate"
        )
    if record["step"] != _step(path):
        raise ValueError(f"it is of update {record['step']}")
    return record


def _read(mark: Path) -> Checkpoint | str:
    tensors_path = mark.with_suffix(".safetensors")
    try:
        record = _record(mark)
        if tensors_path.stat().st_size != record["bytes"]:
            return f"{tensors_path} is damaged (its length differs)"
        content = tensors_path.read_bytes()
        if digest(content) != record["sha256"]:  # before parsing: damaged bytes never reach the parser
            return f"{tensors_path} is damaged (its hash differs)"
        return Checkpoint(record["step"], load(content), record["values"], record)
    except (OSError, ValueError, SafetensorError) as error:
        return f"{mark} is damaged ({reason(error)})"


def copy_state(state: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Return a copy of a state dictionary that later updates do not reach."""
    with torch.no_grad():
        return {name: tensor.detach().clone() for name, tensor in state.items()}
