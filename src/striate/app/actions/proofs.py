"""The proofs: one at sizes of one's own, or all of them checked."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from striate.app.options.repeating import proof_command
from striate.base.disk.outputs import write_output
from striate.proofs import catalog
from striate.proofs.proof import Proof

Watch = Callable[[str], None]


@dataclass(frozen=True)
class Checked:
    """One proof of the list: whether it holds, and how many checks of each kind passed judgement on it."""

    name: str
    holds: bool
    symbolic: int
    numeric: int
    summary: str


def check_all(watch: Watch | None = None) -> tuple[Checked, ...]:
    """Check every proof at its own sizes; ``watch`` is told the name of each before it is checked."""
    rows: list[Checked] = []
    for name, entry in catalog.ENTRIES.items():
        if watch is not None:
            watch(name)
        proof = catalog.prove(name)
        symbolic, numeric = (sum(check.kind == kind for check in proof.checks) for kind in ("symbolic", "numeric"))
        rows.append(Checked(name, proof.holds, symbolic, numeric, entry.summary))
    return tuple(rows)


def write_proof(proof: Proof, html: str | Path | None = None, latex: str | Path | None = None) -> Sequence[Path]:
    """Write the proof as a page and as a fragment of LaTeX, where a file is named for it, and return the paths.

    Raises StorageError where one cannot be written.
    """
    from striate.reports.proof.latex import proof_latex
    from striate.reports.proof.page import proof_html

    written: list[Path] = []
    for file, made in ((html, proof_html), (latex, proof_latex)):
        if file is not None:
            write_output(Path(file), made(proof, proof_command(proof)))
            written.append(Path(file))
    return written
