"""The backward passes by hand against central differences."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from striate.scratch import gradcheck_cases
from striate.scratch.gradcheck import GradCheck, summary
from striate.scratch.gradcheck_cases import Case


@dataclass(frozen=True)
class Checked:
    """One layer, loss or net with the outcome of its check."""

    case: Case
    check: GradCheck

    def to_json(self) -> dict[str, Any]:
        """Return the outcome as JSON-able values."""
        return {"layer": self.case.name, "inputs": self.case.inputs, **summary(self.check)}


def check_layers(
    layer: str | None = None, *, seed: int = 0, watch: Callable[[str], None] | None = None
) -> tuple[Checked, ...]:
    """Check ``layer`` with its variants, or all; ``watch`` is told the name of each before it is checked.

    ``seed`` draws the inputs and the gradient that goes in. Raises ScratchError for an unknown name.
    """
    found: list[Checked] = []
    for case in gradcheck_cases.cases(layer):
        if watch is not None:
            watch(case.name)
        found.append(Checked(case, gradcheck_cases.check(case, seed)))
    return tuple(found)
