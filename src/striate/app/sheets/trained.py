"""How a run, or the runs of a study, were trained: in words, and for a study with what each arm sets.

A probe shows a net that another question trains, or none: that one is named, or told as it is met first.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from striate.base.errors import RecipeError, counted, listed
from striate.data.catalog import one_of
from striate.reports.kit.table import plain_text
from striate.reports.run.page import facts_of
from striate.reports.run.procedure import OPTIMIZERS, net_in_words, procedure
from striate.reports.study.methods import setup_of
from striate.sheets.document import Block, Paragraph, Table
from striate.sheets.parts import Look, Trained, Trial
from striate.training.folder.run import Run
from striate.training.recipe.recipe import Recipe, recipe_from_json

if TYPE_CHECKING:
    from striate.app.sheets.workshop import Workshop
    from striate.reports.study.records import StudyRecord
    from striate.sheets.parts import Part


def how_trained(found: Run | StudyRecord) -> Sequence[Block]:
    """Return the procedure of a run, or that of a study's base recipe, its arms, and how they were compared."""
    if isinstance(found, Run):
        return [Paragraph(procedure(found.recipe, facts_of(found)), computed=True)]
    made = next((run.environment for run in found.runs if run.environment), {})
    base, shared = _shared(found)
    rows = tuple((arm.name, _set({k: v for k, v in arm.changes.items() if k not in shared})) for arm in found.arms)
    return [
        Paragraph(procedure(base, made, seeds=found.seeds), computed=True),
        Table("The arms, each trained in this way but for what it sets", ("arm", "sets"), rows),
        Paragraph(" ".join(setup_of(found)), computed=True),
    ]


def _shared(study: StudyRecord) -> tuple[Recipe, Mapping[str, Any]]:
    """Return the base recipe with what all arms set alike, which belongs to the procedure, and that."""
    base = recipe_from_json(study.base)
    first = study.arms[0].changes if study.arms else {}
    same = {k: v for k, v in first.items() if all(k in arm.changes and arm.changes[k] == v for arm in study.arms)}
    try:
        return base.change(**same), same
    except RecipeError:  # it fits only together with what the arms set apart
        return base, {}


def _set(changes: Mapping[str, Any]) -> str:
    return listed([f"{name} = {_written(value)}" for name, value in changes.items()]) or "nothing"


def _written(value: Any) -> str:
    """Return a value as the procedure writes it: lists in brackets."""
    return json.dumps(value) if isinstance(value, (list, tuple)) and value else plain_text(value)


def nets_of(part: Look, shop: Workshop) -> Sequence[Block]:
    """Return which nets a probe is asked of: those of another question by its number, the others with how they were trained."""
    others = tuple(part.options.get("also", ())) if part.probe == "fool" else ()
    told: list[str] = []
    for place, work in enumerate((part.work, *others)):
        said = _net(part, work, shop)
        told += [f"{f'The other net {work}' if place else 'The net'} {said}"] if said else []
    return [Paragraph(one, computed=True) for one in told]


def _net(part: Look, work: str, shop: Workshop) -> str:
    home = next((q for q in shop.questions if any(_tells(one, work) for one in q.parts)), None)
    if home is not None and not any(one is part for one in home.parts):
        named = any(isinstance(one, Look) and work != one.work and _tells(one, work) for one in home.parts)
        called = f", there called {work}" if named and work == part.work else ""
        return f"is that of question {home.number}{called}."
    if home is not None and any(isinstance(one, Trained) and one.work == work for one in home.parts):
        return ""
    run: Run = shop.fact(work)
    best = run.best()
    told = procedure(run.recipe, facts_of(run)).removeprefix("The net ").replace(" is trained on ", ", trained on ", 1)
    return f"is {told}" + (f" Its best validation accuracy is {best[1]:.4f}." if best else "")


def _tells(part: Part, work: str) -> bool:
    """Return whether ``part`` is where a reader learns what the net of ``work`` is."""
    if isinstance(part, Trained):
        return part.work == work
    return isinstance(part, Look) and work in (part.work, *part.options.get("also", ()))


def one_batch(part: Trial, shop: Workshop) -> Block:
    """Return which net is to learn one batch of what by heart, and by which updates."""
    work = shop.sheet.work(part.work)
    assert work is not None
    recipe = shop.recipe(work)
    batch = f"{counted(recipe.batch_size, one_of(recipe.data))} of {recipe.data}"
    updates = f"updates are by {OPTIMIZERS[recipe.optimizer]} at a rate of {recipe.lr:g}"
    told = f"The net {net_in_words(recipe)} is shown one batch of {batch} again and again; {updates}."
    return Paragraph(told, computed=True)
