"""The logs that the real programs wrote (tests/studies/logs/written), laid out as they were, and the numbers that they hold."""

from __future__ import annotations

import gzip
import sys
import zipfile
from pathlib import Path

import pytest

WRITTEN = Path(__file__).parent / "studies" / "logs" / "written"
sys.path.insert(0, str(WRITTEN))

from values import RUNS, accuracy, rows  # noqa: E402

__all__ = ["RUNS", "accuracy", "curves", "laid", "rows"]


def laid(name: str, folder: Path) -> Path:
    """Return where the log ``name`` lies, put into ``folder`` as its program left it."""
    if (packed := WRITTEN / f"{name}.gz").exists():
        (folder / name).write_bytes(gzip.decompress(packed.read_bytes()))
        return folder / name
    place = folder / name
    with zipfile.ZipFile(WRITTEN / f"{name}.zip") as archive:
        for member in archive.namelist():
            (place / member).parent.mkdir(parents=True, exist_ok=True)
            (place / member).write_bytes(archive.read(member))
    return place


def curves(metric: str) -> dict[tuple[str, str], list[tuple[float, float]]]:
    """Return (step, value) of ``metric``, val_acc or loss, by arm and seed."""
    found: dict[tuple[str, str], list[tuple[float, float]]] = {}
    for arm, seed, step, value, loss in rows():
        found.setdefault((arm, str(seed)), []).append(
            (step, pytest.approx(value if metric == "val_acc" else loss, nan_ok=True))
        )
    return found
