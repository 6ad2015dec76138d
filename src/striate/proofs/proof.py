"""The record of a proof, and the two ways in which a statement is checked.

A symbolic check asks SymPy whether expressions are identically zero, at the size of the exercise. A numeric check draws
random numbers in float64 and compares with an independent oracle. Both say in `Check.detail` what was compared, at which
sizes, how far it was off and how far it may be.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike
from pydantic import ConfigDict

TOLERANCE = 1e-9  # relative to the largest expected number; float64 leaves about 1e-15 a step
MOST_BYTES = 256 * 2**20

CONFIG = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False)
"""The configuration of every proof's ``Parameters`` model."""


@dataclass(frozen=True)
class Step:
    """One step of a derivation: words, and its formula as LaTeX without dollar signs; empty when there is none."""

    text: str
    latex: str = ""


@dataclass(frozen=True)
class Check:
    """One comparison. ``detail`` gives the sizes, the worst difference, the tolerance and the oracle."""

    name: str
    kind: Literal["symbolic", "numeric"]
    passed: bool
    detail: str


@dataclass(frozen=True)
class Erratum:
    """A slip in a source: what it says, what is right, and a counter-example in computed numbers."""

    source: str
    says: str
    right: str
    example: str


@dataclass(frozen=True)
class Table:
    """Rows of texts under column heads. A matrix too: the cells are labels such as ``w11_2``, and ``.`` for a zero."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Picture:
    """What a report draws. A heatmap shows ``values`` as rows of cells; lines show each row of ``values`` over ``x``."""

    title: str
    kind: Literal["heatmap", "lines"]
    values: tuple[tuple[float, ...], ...]
    x: tuple[float, ...] = ()
    names: tuple[str, ...] = ()
    """Of the lines, one for each."""
    x_label: str = ""
    y_label: str = ""


def _no_values() -> dict[str, Any]:
    return {}


@dataclass(frozen=True)
class Proof:
    """A statement, why it is so, and how it was checked.

    ``source`` is the title of the coursework and its question; ``limits`` says what is proved symbolically, for which
    sizes, and what is only checked numerically; ``values`` holds the numbers and NumPy arrays by name.
    """

    name: str
    title: str
    statement: str
    statement_latex: str
    source: str
    steps: tuple[Step, ...]
    checks: tuple[Check, ...]
    limits: str
    tables: tuple[Table, ...] = ()
    pictures: tuple[Picture, ...] = ()
    errata: tuple[Erratum, ...] = ()
    values: Mapping[str, Any] = field(default_factory=_no_values)

    @property
    def holds(self) -> bool:
        """Whether there is a check and all checks passed."""
        return bool(self.checks) and all(check.passed for check in self.checks)

    def to_json(self) -> dict[str, Any]:
        """Return the record as plain values, arrays as nested lists; `proof_from_json` reads it."""
        return {"holds": self.holds, **plain(asdict(self))}


def proof_from_json(value: Mapping[str, Any]) -> Proof:
    """Return the record that `Proof.to_json` wrote; arrays in ``values`` stay nested lists."""
    given: dict[str, Any] = {name: item for name, item in value.items() if name != "holds"}
    kinds = (("steps", Step), ("checks", Check), ("tables", Table), ("pictures", Picture), ("errata", Erratum))
    for name, kind in kinds:
        given[name] = tuple(kind(**{key: _tuples(item) for key, item in row.items()}) for row in given[name])
    return Proof(**given)


def plain(value: Any) -> Any:
    """Return ``value`` with arrays, NumPy numbers and tuples as lists and numbers that JSON knows."""
    if isinstance(value, np.ndarray):
        return plain(value.tolist())
    if isinstance(value, np.generic):
        return value.item()
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    return value if value is None or isinstance(value, (bool, int, float)) else str(value)


def _tuples(value: Any) -> Any:
    return tuple(_tuples(item) for item in value) if isinstance(value, list) else value


def rows_of(matrix: ArrayLike) -> tuple[tuple[float, ...], ...]:
    """Return a matrix, or a vector as a single row, as the ``values`` of a `Picture`."""
    return tuple(tuple(float(cell) for cell in row) for row in np.atleast_2d(np.asarray(matrix, dtype=float)))


def symbolic(name: str, differences: Iterable[Any], detail: str) -> Check:
    """Return whether all SymPy expressions in ``differences`` are identically zero; at least one must be given."""
    import sympy

    expressions = list(differences)
    left = [e for e in expressions if sympy.simplify(e) != 0]
    said = f"{len(expressions)} expressions, {'all zero' if not left else f'{len(left)} not zero'}"
    return Check(name, "symbolic", bool(expressions) and not left, f"{detail}: {said}")


def numeric(
    name: str, got: ArrayLike, wanted: ArrayLike, *, oracle: str, sizes: str = "", tolerance: float = TOLERANCE
) -> Check:
    """Return whether ``got`` is ``wanted``: same shape, at least one number, and no entry off by more than allowed.

    Allowed is ``tolerance`` times the largest magnitude in ``wanted``, or times 1 where that is smaller.
    """
    a, b = np.asarray(got, dtype=float), np.asarray(wanted, dtype=float)
    head = f"{sizes}; against {oracle}" if sizes else f"against {oracle}"
    if a.shape != b.shape or a.size == 0:
        return Check(name, "numeric", False, f"{head}: shape {a.shape} is not {b.shape}")
    allowed = tolerance * max(1.0, float(np.abs(b).max()))
    worst = float(np.abs(a - b).max())
    return Check(name, "numeric", bool(worst <= allowed), f"{head}: off by {worst:.1e} at most, {allowed:.0e} allowed")


def exact(name: str, got: object, wanted: object, *, oracle: str, sizes: str = "") -> Check:
    """Return whether a count or shape ``got`` equals ``wanted``."""
    head = f"{sizes}; against {oracle}" if sizes else f"against {oracle}"
    told = f"{got}" if got == wanted else f"{got} is not {wanted}"
    return Check(name, "numeric", got == wanted, f"{head}: {told}")


def oversized(name: str, rows: int, columns: int) -> list[str]:
    """Return the fault of a float64 matrix of more than 256 MiB, with the size it would have; empty when it fits."""
    size = 8 * rows * columns
    if size <= MOST_BYTES:
        return []
    return [
        f"{name} would be {rows:,} x {columns:,}, {size / 2**20:,.0f} MiB, and at most {MOST_BYTES >> 20} MiB are "
        "accepted; choose smaller sizes"
    ]


def refuse(faults: list[str]) -> None:
    """Raise ValueError with all ``faults`` of a combination, for a validator of Pydantic; do nothing without faults."""
    if faults:
        raise ValueError("; ".join(faults))
