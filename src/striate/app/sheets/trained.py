"""How a run, or the runs of a study, were trained: in words, and for a study with what each arm changes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from striate.base.errors import listed
from striate.reports.kit.table import plain_text
from striate.reports.run.page import facts_of
from striate.reports.run.procedure import procedure
from striate.reports.study.methods import setup_of
from striate.sheets.document import Block, Paragraph, Table
from striate.training.folder.run import Run
from striate.training.recipe.recipe import recipe_from_json

if TYPE_CHECKING:
    from striate.reports.study.records import ArmRecord, StudyRecord


def how_trained(found: Run | StudyRecord) -> Sequence[Block]:
    """Return the procedure of a run, or that of a study's base recipe, its arms, and how they were compared."""
    if isinstance(found, Run):
        return [Paragraph(procedure(found.recipe, facts_of(found)), computed=True)]
    made = next((run.environment for run in found.runs if run.environment), {})
    text = procedure(recipe_from_json(found.base), made, seeds=found.seeds)
    rows = tuple((arm.name, _changed(arm)) for arm in found.arms)
    return [
        Paragraph(text, computed=True),
        Table("The arms, each trained in this way but for what it changes", ("arm", "changes"), rows),
        Paragraph(" ".join(setup_of(found)), computed=True),
    ]


def _changed(arm: ArmRecord) -> str:
    return listed([f"{name} = {plain_text(value)}" for name, value in arm.changes.items()]) or "nothing"
