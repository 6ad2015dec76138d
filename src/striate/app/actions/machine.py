"""Is this machine ready? One line for each thing that a run depends on."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Finding:
    """One line of the examination; ``well`` is False where something has to be put right."""

    subject: str
    well: bool
    text: str


def examine(data_dir: str | Path | None = None) -> list[Finding]:
    """Return what was found, in the order in which it matters."""
    import torch

    from striate.data import describe
    from striate.nets import build
    from striate.nets.custom.surroundings import seeded
    from striate.training.engines import machine
    from striate.training.engines.precision import choose_precision

    facts = machine.environment()
    where = machine.device()
    native = machine.multiplies_bfloat16(where)
    with seeded(0):  # so that two examinations say the same
        net = build("convnet", {}, (8, 8, 1), 10).to(where)
    dtype, reason = choose_precision("auto", net, torch.ones(4, 1, 8, 8).to(where))
    findings = [
        Finding("python", True, facts["python"]),
        Finding("torch", _at_least(facts["torch"], (2, 9)), f"{facts['torch']} (2.9 or newer is needed)"),
        Finding("processor", True, f"{facts['processor']}, {facts['cores']} cores, {facts['capability']}"),
        Finding("device", True, facts["device"]),
        Finding("side by side", True, _side_by_side()),
        Finding("bfloat16", True, f"{'multiplied in hardware' if native else 'not multiplied in hardware'}"),
        Finding("precision", True, f"auto means {str(dtype).removeprefix('torch.')}: {reason}"),
        _writable(Path.cwd()),
    ]
    return findings + [Finding(f"data {entry.name}", True, entry.where) for entry in describe(data_dir)]


def _side_by_side() -> str:
    """Return how the cores or devices of this machine are best used by more than one process."""
    import torch

    from striate.studies.running.pool import cores

    devices = torch.cuda.device_count()
    what = f"{devices} devices" if devices > 1 else f"{cores()} cores"
    if not devices and cores() == 1:
        return "one core: one run at a time"
    return f"{what} are best used by several runs at once, as in a study; one run on several `processes` pays for large nets"


def _writable(folder: Path) -> Finding:
    try:
        with tempfile.TemporaryFile(dir=folder):
            return Finding("folder", True, f"{folder} can be written")
    except OSError as error:
        return Finding("folder", False, f"{folder} cannot be written ({error.strerror}); name another with `out`")


def _at_least(version: str, least: tuple[int, int]) -> bool:
    major, minor = version.split(".")[:2]
    return (int(major), int(minor)) >= least
