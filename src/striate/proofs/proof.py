"""The record of a proof, and the two ways in which a statement is checked.

A symbolic check asks SymPy whether expressions are identically zero, at the size of the exercise. A numeric check draws
random numbers in float64 and compares with an independent oracle, array by array: each may be off by a share of its own
largest number. Both say in `Check.detail` what was compared, at which sizes, how far it was off and how far it may be.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike
from pydantic import ConfigDict

from striate.base.errors import ProofError
from striate.base.inline import Inline
from striate.base.shapes import window_output

TOLERANCE = 1e-9  # relative to the largest expected number; float64 leaves about 1e-15 a step
MOST_BYTES = 256 * 2**20
MOST_WRITTEN = 2**20  # numbers of a record in JSON, about 20 bytes each

CONFIG = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False, use_attribute_docstrings=True)
"""The configuration of every proof's ``Parameters`` model, whose docstrings are what `striate prove NAME --help` says."""


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
class Proof(Inline):
    """A statement, why it is so, and how it was checked.

    ``source`` is the title of the coursework and its question; ``limits`` says what is proved symbolically, for which
    sizes, and what is only checked numerically; ``values`` holds the numbers and NumPy arrays by name; ``parameters``,
    which the catalogue adds, are all that the proof was made with.
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
    parameters: Mapping[str, Any] = field(default_factory=_no_values)

    @property
    def holds(self) -> bool:
        """Whether there is a check and all checks passed."""
        return bool(self.checks) and all(check.passed for check in self.checks)

    def to_json(self) -> dict[str, Any]:
        """Return the record as plain values, arrays as nested lists; raises ProofError for more than 2^20 numbers."""
        numbers = _count(self.values)
        if numbers > MOST_WRITTEN:
            raise ProofError(
                f"proof {self.name} holds {numbers:,} numbers at these sizes, about {20 * numbers / 2**20:,.0f} MiB of JSON, "
                f"and at most {MOST_WRITTEN:,} are written; choose smaller sizes, or take the arrays from "
                f'striate.prove("{self.name}", ...).values in Python'
            )
        return {"holds": self.holds, **plain(asdict(self))}


def _count(value: Any) -> int:
    if isinstance(value, Mapping):
        return sum(map(_count, value.values()))
    return sum(map(_count, value)) if isinstance(value, (list, tuple)) else int(np.size(value))


def plain(value: Any) -> Any:
    """Return ``value`` with arrays, NumPy numbers and tuples as lists and numbers that JSON knows."""
    if isinstance(value, (np.ndarray, np.generic)):
        return plain(value.tolist())
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    return value if value is None or isinstance(value, (bool, int, float)) else str(value)


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
    name: str,
    got: ArrayLike,
    wanted: ArrayLike,
    *,
    oracle: str,
    sizes: str = "",
    tolerance: float = TOLERANCE,
    scale: float = 0,
) -> Check:
    """Return whether the array ``got`` is ``wanted``, as `numerics` judges one array."""
    return numerics(name, [(got, wanted)], oracle=oracle, sizes=sizes, tolerance=tolerance, scale=scale)


def numerics(
    name: str,
    pairs: Iterable[tuple[ArrayLike, ArrayLike]],
    *,
    oracle: str,
    sizes: str = "",
    tolerance: float = TOLERANCE,
    scale: float = 0,
) -> Check:
    """Return whether in each pair (got, wanted) both have one shape and at least one number, and are as good as equal.

    Allowed is ``tolerance`` times the largest magnitude in that pair's ``wanted``, or times ``scale`` where that is larger:
    the magnitude of the terms that were added, where they may cancel. Zeros without a scale must be met exactly.
    """
    head = f"{sizes}; against {oracle}" if sizes else f"against {oracle}"
    arrays = [(np.asarray(got, dtype=float), np.asarray(wanted, dtype=float)) for got, wanted in pairs]
    odd = next((f"shape {a.shape} is not {b.shape}" for a, b in arrays if a.shape != b.shape), "")
    if odd or not arrays or any(a.size == 0 for a, _ in arrays):
        return Check(name, "numeric", False, f"{head}: {odd or 'nothing to compare'}")
    shares = [_off(a, b, scale) for a, b in arrays]
    worst = float(np.max(shares))  # of one that is not a number, no number
    many = f"{len(arrays)} arrays, the worst " if len(arrays) > 1 else ""
    of = "its largest number" if not scale else f"its largest number or of {scale:.3g}"
    detail = f"{head}: {many}off by {worst:.1e} of {of}, {tolerance:.0e} allowed"
    return Check(name, "numeric", bool(worst <= tolerance), detail)


def _off(got: np.ndarray, wanted: np.ndarray, scale: float) -> float:
    """Return the largest difference as a share of the largest number in ``wanted``, or of ``scale`` if that is larger."""
    size, worst = max(scale, float(np.abs(wanted).max())), float(np.abs(got - wanted).max())
    return worst / size if size > 0 or np.isnan(size) else float("inf" if worst else 0)


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


def misfits(sides: Mapping[str, int], kernel: int, stride: int = 1, padding: int = 0, dilation: int = 1) -> list[str]:
    """Return, for each named side on which the window has no place, the rule that is broken."""
    faults: list[str] = []
    for name, side in sides.items():
        try:
            window_output(side, kernel, stride, padding, dilation)
        except ValueError as error:
            faults.append(f"{name} {side} with kernel {kernel}: {error}")
    return faults


def refuse(faults: list[str]) -> None:
    """Raise ValueError with all ``faults`` of a combination, for a validator of Pydantic; do nothing without faults."""
    if faults:
        raise ValueError("; ".join(faults))
