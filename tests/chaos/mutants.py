"""Seeded mutations of what every reader reads (`tests/mutations.py`): it reads, or refuses in a sentence."""

from __future__ import annotations

from pathlib import Path

import mutations
from chaos.tally import Tally

PART = "mutations of every reader"


def run(count: int, seed: int, place: Path, number: int, jobs: int) -> list[Tally]:
    """Share ``count`` mutations over the readers of job ``number``."""
    tally = Tally(PART)
    chosen = list(mutations.readers().items())[number::jobs]
    for name, reader in chosen:
        done = mutations.try_reader(reader, -(-count // len(chosen)), seed)
        tried = sum(done.ends.values())
        tally.hold(tried - len(done.faults))
        for fault in done.faults:
            tally.fault("defects", f"{name}, seed {seed}, {fault}")
    return [tally]
