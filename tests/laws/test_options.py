"""Each option is stated once, and the library speaks of parameters: `--flags` belong to the command line."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

import pytest
import typer.main

from striate.app.actions import choices
from striate.app.cli import app
from striate.app.exporting.export import FORMATS
from striate.app.options.flags import FLAGS, PARAMETER, flag
from striate.training.confusion import On

SOURCE = Path(__file__).parents[2] / "src" / "striate"
# A flag, and no custom property of a style sheet: those are defined with a colon, and used in var(...).
FLAG = re.compile(r"(?<![\w(-])--[a-z]+(?:-[a-z]+)*(?![\w:-])")
OF_THE_COMMAND_LINE = ("app/cli.py", "app/commands/", "app/options/", "app/terminal/")


def trees(*, below: bool) -> Iterator[tuple[str, ast.Module]]:
    """Yield the sources that are not of the command line, or those of the app, by their path below striate/."""
    for path in sorted(SOURCE.rglob("*.py")):
        name = path.relative_to(SOURCE).as_posix()
        if (not name.startswith(OF_THE_COMMAND_LINE)) if below else name.startswith("app/"):
            yield name, ast.parse(path.read_text(encoding="utf-8"))


def strings(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Yield every string that is not a docstring, with its line."""
    said = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in said:
            yield node.lineno, node.value


def flags(tree: ast.Module) -> list[str]:
    return [f"{line}: {flag}" for line, text in strings(tree) for flag in FLAG.findall(text)]


def parameters(tree: ast.Module) -> set[str]:
    """Return the names that sentences put into backticks."""
    return {name for _, text in strings(tree) for name, _ in PARAMETER.findall(text)}


def declared(tree: ast.Module) -> list[str]:
    """Return the flags and the help of every option that is declared."""
    calls = (node for node in ast.walk(tree) if isinstance(node, ast.Call) and ast.unparse(node.func) == "typer.Option")
    found: list[str] = []
    for call in calls:
        found += [ast.literal_eval(word) for word in call.args if isinstance(word, ast.Constant)]
        found += [ast.unparse(word.value) for word in call.keywords if word.arg == "help"]
    return found


def test_no_option_is_declared_twice() -> None:
    every = [said for _, tree in trees(below=False) for said in declared(tree)]
    assert sorted({said for said in every if every.count(said) > 1}) == []


def test_an_option_that_is_declared_twice_is_found() -> None:
    twice = ast.parse('a = typer.Option("--x", help="One.")\nb = typer.Option("--x", help="One.")')
    assert declared(twice) == ["--x", "'One.'", "--x", "'One.'"]


def test_nothing_is_read_off_the_local_names() -> None:
    calls = [node.func for path in SOURCE.rglob("*.py") for node in ast.walk(ast.parse(path.read_text()))
             if isinstance(node, ast.Call)]  # fmt: skip
    assert not [call for call in calls if isinstance(call, ast.Name) and call.id == "locals"]


def test_the_library_names_no_flags() -> None:
    assert {name: found for name, tree in trees(below=True) if (found := flags(tree))} == {}


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ('raise E("choose another --out")', ["1: --out"]),
        ('raise E(f"add --set {x}")', ["1: --set"]),
        ('"""A heading with --out."""', []),
        ('style = "--ink:#000; fill: var(--ink)"', []),
    ],
)
def test_a_flag_in_a_sentence_is_found(source: str, found: list[str]) -> None:
    assert flags(ast.parse(source)) == found


def options_of(command: Any) -> set[str]:
    """Return every flag of a command, or of the commands of a group."""
    own = {flag for option in command.params for flag in option.opts}
    names = command.list_commands(None) if hasattr(command, "list_commands") else ()
    return own.union(*(options_of(command.get_command(None, name)) for name in names))


def test_the_options_that_parameters_become_exist() -> None:
    assert set(FLAGS.values()) - options_of(typer.main.get_command(app)) == set()


def test_what_sentences_put_into_backticks_is_a_parameter() -> None:
    raised = {name: parameters(tree) for name, tree in trees(below=True)}
    named = set[str]().union(*raised.values())
    assert {"out", "tap", "seeds", "redo_damaged"} <= named
    options = options_of(typer.main.get_command(app))
    assert {name for name in named if flag(name) in options and name not in FLAGS} == set()


def test_choices_are_those_of_the_library() -> None:
    assert get_args(choices.On) == get_args(On)
    assert get_args(choices.ExportFormat) == tuple(FORMATS)
