"""What was tried of each part and what came of it, and the table of it all."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from typing import Any

WRONG = ("silently wrong", "defects", "processes left", "bytes differing")
SHOWN = 20  # faults of one part that are printed


@dataclass
class Tally:
    """One part: how much was tried, how much of it held, and how often each of WRONG was seen; ``faults`` say where."""

    part: str
    tried: int = 0
    held: int = 0
    wrong: dict[str, int] = field(default_factory=lambda: dict.fromkeys(WRONG, 0))
    faults: list[str] = field(default_factory=list[str])

    def hold(self, tried: int = 1) -> None:
        """Count what was tried and ended as it should."""
        self.tried += tried
        self.held += tried

    def fault(self, kind: str, told: str, count: int = 1, tried: int = 1) -> None:
        """Count what was tried and did not end as it should: ``kind`` is one of WRONG."""
        self.tried += tried
        self.wrong[kind] += count
        self.faults.append(f"{self.part}: {kind}: {told}")

    def add(self, other: Tally) -> None:
        """Count what another one counted of the same part."""
        self.tried += other.tried
        self.held += other.held
        self.wrong = {kind: count + other.wrong[kind] for kind, count in self.wrong.items()}
        self.faults += other.faults

    def to_json(self) -> dict[str, Any]:
        """Return the tally as `Tally` takes it."""
        return asdict(self)


def merged(tallies: Iterable[Tally]) -> list[Tally]:
    """Return one tally of each part, in the order in which the parts came."""
    found: dict[str, Tally] = {}
    for tally in tallies:
        found.setdefault(tally.part, Tally(tally.part)).add(tally)
    return list(found.values())


def table(tallies: Iterable[Tally]) -> str:
    """Return the table of the parts with their sum in the last line, then the faults."""
    rows = [*tallies]
    total = Tally("all")
    for row in rows:
        total.add(row)
    lines = ["".join((f"{'part':44}", f"{'tried':>8}", f"{'held':>8}", *(f"{kind:>17}" for kind in WRONG)))]
    for row in (*rows, total):
        counts = "".join(f"{row.wrong[kind]:17,}" for kind in WRONG)
        lines.append(f"{row.part:44}{row.tried:8,}{row.held:8,}{counts}")
    return "\n".join([*lines, *(fault for row in rows for fault in row.faults[:SHOWN])]) + "\n"


def sound(tallies: Iterable[Tally]) -> bool:
    """Tell whether something was tried of every part, and all of it held."""
    rows = [*tallies]
    return bool(rows) and all(row.tried and row.held == row.tried and not any(row.wrong.values()) for row in rows)
