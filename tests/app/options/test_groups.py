"""Groups of options: they stand in a signature as one parameter, and on the command line as several options."""

from __future__ import annotations

import inspect
from dataclasses import dataclass
from typing import Annotated

import pytest
import typer
from typer.testing import CliRunner

from striate.app.options.groups import spliced


@dataclass(frozen=True)
class Sizes:
    high: Annotated[int, typer.Option(min=1, help="How high.")] = 2
    flat: Annotated[bool, typer.Option(help="Not high at all.")] = False


@dataclass(frozen=True)
class Other:
    high: Annotated[int, typer.Option()] = 3


@dataclass(frozen=True)
class House:
    sizes: Sizes
    doors: Annotated[int, typer.Option()] = 1


app = typer.Typer()


@app.command()
@spliced
def build(
    name: str,
    *,
    wide: Annotated[int, typer.Option()] = 1,
    sizes: Sizes,
    as_json: Annotated[bool, typer.Option("--json")] = False,
) -> None:
    """Build."""
    typer.echo(f"{name} {wide} {sizes} {as_json}")


def test_the_fields_stand_where_the_group_stood() -> None:
    assert list(inspect.signature(build).parameters) == ["name", "wide", "high", "flat", "as_json"]


def test_the_command_gets_the_group_made_of_what_was_given() -> None:
    said = CliRunner().invoke(app, ["tower", "--high", "5", "--flat"], catch_exceptions=False).output
    assert said == "tower 1 Sizes(high=5, flat=True) False\n"
    assert CliRunner().invoke(app, ["tower"]).output == "tower 1 Sizes(high=2, flat=False) False\n"
    assert CliRunner().invoke(app, ["tower", "--high", "0"]).exit_code == 2


def test_a_switch_has_one_form_and_keeps_a_name_of_its_own() -> None:
    words = CliRunner().invoke(app, ["--help"]).output.split()
    assert {"--flat", "--json", "--high"} <= set(words)
    assert not {"--no-flat", "--no-json", "--as-json"} & set(words)


def test_a_field_of_a_group_may_be_a_group() -> None:
    built: list[House] = []

    def build_house(name: str, *, house: House) -> None:
        built.append(house)

    assert list(inspect.signature(spliced(build_house)).parameters) == ["name", "high", "flat", "doors"]
    spliced(build_house)(name="a", high=4, flat=True, doors=2)
    assert built == [House(Sizes(4, True), 2)]


def test_two_groups_with_one_option_are_refused() -> None:
    def twice(sizes: Sizes, other: Other) -> None: ...

    with pytest.raises(TypeError, match="twice takes high twice"):
        spliced(twice)
