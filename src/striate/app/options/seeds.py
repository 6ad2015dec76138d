"""How many seeds there are: a number, or until it is decided; of `striate study`, `show study` and `gate`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from striate.base.errors import StudyError

if TYPE_CHECKING:
    from striate.studies.looks.plan import Until

UntilDecided = Annotated[
    bool,
    typer.Option("--until-decided", help="Look after each seed; stop when decided, or when more seeds hardly would."),
]
Least = Annotated[int | None, typer.Option(min=2, max=200, help="Seeds of the first look.  [default: 3]")]
Most = Annotated[int | None, typer.Option(min=2, max=200, help="Seeds of the last look.  [default: 12]")]


def seeds_of(seeds: int | None, least: int | None, most: int | None, *, until_decided: bool) -> int | Until | None:
    """Return how many seeds there are, or until when; None where nothing says.

    Raises StudyError for a number and looks at once.
    """
    if until_decided and seeds is not None:
        raise StudyError(
            f"`seeds` is {seeds}, a fixed number, and `until_decided` stops earlier; give `most` in place of `seeds`"
        )
    if not until_decided and (least is not None or most is not None):
        raise StudyError("`least` and `most` belong to `until_decided`; add it, or give `seeds` alone")
    if not until_decided:
        return seeds
    from striate.studies.looks.plan import Until

    usual = Until()
    return Until(least or min(usual.least, most or usual.least), most or max(usual.most, least or 0))
