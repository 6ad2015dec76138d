"""Options that are made from the fields of the recipe."""

from __future__ import annotations

from typing import Annotated, get_args

import typer
from typer.testing import CliRunner

from striate.app.options.groups import spliced
from striate.app.options.recipe import Changes, RecipeFields
from striate.training.recipe.recipe import Optimizer, Recipe

app = typer.Typer(rich_markup_mode=None)


@app.command()
@spliced
def change(
    fields: Annotated[Changes, RecipeFields(("optimizer", "lr", "flip", "train_images"), defaults=True)],
) -> None:
    """Change."""
    typer.echo(str(dict(fields.given)))


def test_help_is_the_recipes_own() -> None:
    shown = " ".join(CliRunner().invoke(app, ["--help"], env={"COLUMNS": "200"}).output.split())
    assert "|".join(get_args(Optimizer)) in shown
    for name in ("optimizer", "lr", "flip", "train_images"):
        assert " ".join(str(Recipe.model_fields[name].description).split()) in shown, name
    assert "[default: 0.001]" in shown
    assert "--flip" in shown
    assert "--no-flip" in shown


def test_only_what_is_given_is_a_change_and_the_recipe_judges_it() -> None:
    assert CliRunner().invoke(app, []).output == "{}\n"
    said = CliRunner().invoke(app, ["--lr", "0.5", "--no-flip", "--optimizer", "sdg"]).output
    assert said == "{'optimizer': 'sdg', 'lr': 0.5, 'flip': False}\n"
    assert CliRunner().invoke(app, ["--train-images", "few"]).exit_code == 2
