"""A proof as one page: the statement, its derivation in MathML, matrices with a colour for each weight, the checks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from striate.reports.kit.mathml import Formula, formula, parts
from striate.reports.kit.page import Picture, picture, render
from striate.reports.kit.palette import PALETTE
from striate.reports.proof.pictures import picture_svg
from striate.reports.proof.weight_labels import Cell, cells

if TYPE_CHECKING:
    from striate.proofs.proof import Proof, Table


@dataclass(frozen=True)
class Grid:
    """A table with its cells taken apart; ``matrix`` where every one of them is a weight or a zero."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]

    @property
    def matrix(self) -> bool:
        """Whether weights have colours here."""
        return any(cell.colour is not None for row in self.rows for cell in row)


def proof_html(proof: Proof, command: str) -> str:
    """Return the page of ``proof``: one file, nothing requested from anywhere; ``command`` makes it again."""
    return render(
        "proof.html.jinja",
        title=proof.title,
        proof=proof,
        statement=_formula(proof.statement_latex),
        steps=[(step.text, _formula(step.latex)) for step in proof.steps],
        tables=[grid(made) for made in proof.tables],
        pictures=_pictures(proof),
        palette=PALETTE,
        command=command,
    )


def grid(table: Table) -> Grid:
    """Return ``table`` with its cells taken apart."""
    return Grid(table.title, table.columns, cells(table.rows))


def _formula(latex: str) -> list[Formula]:
    return [formula(part) for part in parts(latex)]


def _pictures(proof: Proof) -> list[Picture]:
    return [picture(picture_svg(shown)) for shown in proof.pictures]
