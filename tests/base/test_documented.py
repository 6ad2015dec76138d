"""Descriptions of fields are the texts below them, as Pydantic itself would find them."""

from __future__ import annotations

from typing import Annotated

import pytest
from pydantic import BaseModel, ConfigDict, Field, ValidationError, create_model

from striate.base.documented import Documented
from striate.nets.families import options
from striate.training.recipe.recipe import Recipe


class Ours(Documented):
    """A toy."""

    width: Annotated[int, Field(ge=1)] = 16
    """Filters of the first stack;
    the second has twice as many."""
    plain: bool = False
    said: int = Field(1, description="what stands here")
    """What stands below wins."""


class Theirs(BaseModel):
    """The same, by Pydantic."""

    model_config = ConfigDict(use_attribute_docstrings=True)

    width: Annotated[int, Field(ge=1)] = 16
    """Filters of the first stack;
    the second has twice as many."""
    plain: bool = False
    said: int = Field(1)
    """What stands below wins."""


class Heir(Ours):
    """One that inherits."""

    more: int = 0
    """Its own."""


def told(model: type[BaseModel]) -> dict[str, str | None]:
    return {name: field.description for name, field in model.model_fields.items()}


def test_they_are_those_that_pydantic_finds_and_stand_in_the_schema() -> None:
    assert told(Ours) == told(Theirs)
    assert Ours.model_json_schema()["properties"] == Theirs.model_json_schema()["properties"]
    assert told(Heir) == {**told(Ours), "more": "Its own."}


def test_the_check_is_built_when_it_is_needed() -> None:
    assert Ours(width=3).width == 3
    with pytest.raises(ValidationError):
        Ours(width=0)


def test_a_class_without_source_has_none() -> None:
    made = create_model("Made", __base__=Documented, width=(int, 1))
    assert told(made) == {"width": None}


def test_every_field_of_a_recipe_and_of_a_net_has_one() -> None:
    nets = [kind for kind in vars(options).values() if isinstance(kind, type) and issubclass(kind, options.NetOptions)]
    assert len(nets) > 5
    missing = [f"{kind.__name__}.{name}" for kind in (Recipe, *nets) for name, text in told(kind).items() if not text]
    assert missing == []
