"""The options that say which study is meant: of `striate study`, which runs it, and `striate show study`, which tells of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

import typer

from striate.app.options.recipe import Changes, RecipeFields
from striate.app.options.repeating import OWN
from striate.app.options.seeds import Least, Most, UntilDecided, seeds_of
from striate.app.options.shared import DataDir, Settings, Workers

if TYPE_CHECKING:
    from striate.studies.looks.plan import Until
    from striate.studies.question import Study

BaseFields = Annotated[Changes, RecipeFields(OWN)]
"""Fields of the base recipe that have options of their own."""


@dataclass(frozen=True)
class Question:
    """Arms, claims and seeds beside the name of a study, and what its runs need."""

    arm: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME: FIELD=VALUE, ...", help="An arm; the first is the control. May be repeated."),
    ] = None
    claim: Annotated[
        list[str] | None,
        typer.Option(
            metavar="ARM > CONTROL by MARGIN",
            help="A claim, as 'b > a by 0.01 in test'.  [default: each --arm > the first by 0.005]",
        ),
    ] = None
    seeds: Annotated[int | None, typer.Option(min=1, max=1000, help="Runs per arm, with seeds 0, 1, ...")] = None
    until_decided: UntilDecided = False
    least: Least = None
    most: Most = None
    workers: Workers = None
    settings: Settings = None
    data_dir: DataDir = None

    def changes(self, fields: Changes, **more: Any) -> Mapping[str, Any]:
        """Return what ``fields``, --set and ``more`` change of the base recipe; raises RecipeError for a field given twice."""
        from striate.app.inputs.changes import changes_of

        return changes_of(self.settings, {**fields.given, **more})

    def planned(self, name: str | None, changes: Mapping[str, Any], trials: int | None = None) -> Study:
        """Return the study that will run."""
        from striate.app.study import plan

        return plan(name, self.counted, changes, trials, self.arm or (), self.claim or ())

    @property
    def counted(self) -> int | Until | None:
        """How many seeds are asked for, or until when; None where that is left to the study."""
        return seeds_of(self.seeds, self.least, self.most, until_decided=self.until_decided)
