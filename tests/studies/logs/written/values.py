"""The numbers that every program was given to write: two arms, three seeds, three steps; no two runs are equal."""

from __future__ import annotations

from collections.abc import Iterator

RUNS = [(arm, seed) for arm in ("a", "b") for seed in (0, 1, 2)]


def accuracy(arm: str, seed: int, step: int) -> float:
    """Return the validation accuracy of a run after ``step``, from 1 to 3; the arm b is .06 higher, and sooner."""
    end = {"a": 0.80, "b": 0.86}[arm] + (0.0, 0.004, -0.002)[seed]
    return round(end - {"a": 0.1, "b": 0.05}[arm] * (3 - step), 4)


def rows() -> Iterator[tuple[str, int, int, float, float]]:
    """Yield arm, seed, step, accuracy and loss; one loss in between is not a number."""
    for arm, seed in RUNS:
        for step in (1, 2, 3):
            loss = float("nan") if (arm, seed, step) == ("a", 0, 2) else round(1 - accuracy(arm, seed, step), 4)
            yield arm, seed, step, accuracy(arm, seed, step), loss
