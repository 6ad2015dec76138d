"""The list of what `--set` reaches: every field, its default, what it accepts in words, and a meaning for each."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any, Literal

import pytest
from pydantic import Field, create_model

from striate.app.actions.fields import accepted, fields_of, shared_names
from striate.base.errors import NetError
from striate.nets.catalog import ENTRIES, option_fields
from striate.scratch import catalog as scratch_nets
from striate.training.recipe.recipe import Recipe


@pytest.mark.parametrize(
    ("annotation", "words"),
    [
        (Annotated[int, Field(ge=1, le=64)], "whole number from 1 to 64"),
        (Annotated[float, Field(gt=0, lt=1)], "number above 0 and below 1"),
        (Annotated[float, Field(le=2.5)], "number to 2.5"),
        (Annotated[int, Field(ge=0, lt=2**63)], "whole number from 0 and below 9223372036854775808"),
        (Literal["channel", "image"], "channel or image"),
        (Recipe.model_fields["image_size"].annotation, "whole number from 1 to 4096 or none"),
        (Annotated[float | None, Field(gt=0)], "number above 0 or none"),
        (str | None, "text or none"),
        (list[list[int]], "list of [list of whole number]"),
        (tuple[Annotated[int, Field(ge=1)], ...], "list of whole number from 1"),
        (tuple[int, str], "list"),
        (Sequence[float], "list of number"),
        (list, "list"),
        (bool, "true or false"),
        (dict[str, int], ""),
        (Path, "text"),
        (Any, ""),
    ],
)
def test_a_type_in_words(annotation: Any, words: str) -> None:
    field = create_model("One", option=(annotation, ...)).model_fields["option"]
    assert accepted(field.annotation, field.metadata) == words


@pytest.mark.parametrize("name", ENTRIES)
def test_every_field_of_a_recipe_and_of_a_net_is_told_with_its_meaning(name: str) -> None:
    rows = fields_of("torch", name)
    assert [field for whose, field, *_ in rows if whose == "recipe"] == [
        f for f in Recipe.model_fields if f != "net_options"
    ]
    assert tuple(field for whose, field, *_ in rows if whose == name) == option_fields(name)
    for _, field, default, values, meaning in rows:
        assert default, field
        assert values, field
        assert meaning.endswith("."), field


def test_the_defaults_are_those_of_the_net_of_that_name() -> None:
    small, full = (
        {field: default for whose, field, default, *_ in fields_of("torch", name) if whose == name}
        for name in ("vgg11-small", "vgg11")
    )
    assert (small["width"], full["width"]) == ("8", "64")
    assert (small["activation"], full["hidden"]) == ("none", "[4096, 4096]")


@pytest.mark.parametrize("name", scratch_nets.ENTRIES)
def test_the_nets_by_hand_are_told_too(name: str) -> None:
    rows = {
        field: (default, values) for whose, field, default, values, _ in fields_of("scratch", name) if whose == name
    }
    assert tuple(rows) == scratch_nets.option_fields(name)
    assert all(default and values for default, values in rows.values())


def test_nets_of_ones_own_and_of_others(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "striate_listed.py").write_text(
        "from torch import device, nn\n"
        "def net(classes, units: int, where: device = device('cpu'), bias: bool = True): ...\n"
    )
    monkeypatch.chdir(tmp_path)
    rows = {row[1]: row[2:4] for row in fields_of("torch", "striate_listed:net") if row[0] == "striate_listed:net"}
    assert list(rows) == ["units", "where", "bias"]
    assert rows["units"][0] == "must be given"
    assert {row[1] for row in fields_of("torch", "timm:resnet18") if row[0] == "timm:resnet18"} == {
        "pretrained",
        "weights",
    }
    with pytest.raises(NetError, match='net "convnt" is unknown'):
        fields_of("torch", "convnt")


def test_an_own_net_is_told_with_full_names_and_readable_defaults(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    Path(tmp_path, "striate_fields.py").write_text(
        "from torch import nn\n"
        "def net(classes, seed: int = 4, norm_layer=nn.BatchNorm2d, width: int = None):\n    return nn.Flatten()\n"
    )
    monkeypatch.chdir(tmp_path)
    rows = [row[1:4] for row in fields_of("torch", "striate_fields:net") if row[0] == "striate_fields:net"]
    assert rows == [
        ("net.seed", "4", "whole number"),
        ("norm_layer", "BatchNorm2d", ""),
        ("width", "none", "whole number"),
    ]
    assert shared_names("striate_fields:net") == ["net.seed"]
    assert shared_names("convnet") == []
