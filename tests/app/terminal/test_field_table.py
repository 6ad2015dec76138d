"""The list of fields at 80 columns: every field once, in its group, and nothing beyond the edge."""

from __future__ import annotations

import io
from typing import Any

import pytest
from rich.console import Console

from striate.app.actions.fields import fields_of
from striate.app.terminal.field_table import GROUPS, show_fields
from striate.nets.catalog import option_fields
from striate.training.recipe.recipe import Recipe


def lines(rows: Any, width: int = 80) -> list[str]:
    out = Console(file=io.StringIO(), width=width, highlight=False)
    show_fields(out, rows)
    return out.file.getvalue().splitlines()  # type: ignore[attr-defined]


def test_the_groups_begin_at_fields_of_a_recipe_in_their_order() -> None:
    known = [field for field in Recipe.model_fields if field in GROUPS]
    assert known == list(GROUPS)
    assert known[0] == next(iter(Recipe.model_fields))


@pytest.mark.parametrize("width", [80, 60])
def test_every_field_begins_one_line_and_no_line_is_too_long(width: int) -> None:
    printed = lines(fields_of("torch", "convnet"), width)
    first = [line.split()[0] for line in printed if line.strip() and not line.startswith(" ")]
    assert max(map(len, printed)) <= width
    for field in (*Recipe.model_fields, *option_fields("convnet")):
        assert first.count(field) == (field != "net_options"), field
    assert {*GROUPS.values(), "options of the net convnet"} <= {line.strip() for line in printed}


def test_a_net_alone_is_one_group() -> None:
    rows = [row for row in fields_of("torch", "mlp") if row[0] == "mlp"]
    assert lines(rows)[0] == "options of the net mlp"


def test_what_is_accepted_is_said_where_the_default_does_not() -> None:
    printed = " ".join(" ".join(lines([("recipe", "lr", "0.001", "number above 0 to 1000", "Rate.")])).split())
    assert printed == "the optimizer lr 0.001 Rate. (number above 0 to 1000)".replace("the optimizer", "the recipe")
    assert "true or false" not in " ".join(lines([("recipe", "flip", "false", "true or false", "Mirror.")]))
