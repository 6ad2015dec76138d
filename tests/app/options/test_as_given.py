"""What a command converts: what was given to it and has to become something else, and nothing besides."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Annotated, Any, Literal

import pytest
import typer
from typer.core import TyperCommand
from typer.testing import CliRunner

from striate.app.terminal.multiword import Command

Asked = dict[str, Any]


def _twice(value: str | None) -> str | None:
    return value and value * 2


def call(kind: type[TyperCommand], words: str) -> tuple[int, str, Asked]:
    """Return exit code, output, and what a command of this kind with an option of each type is called with."""
    told: Asked = {}
    app = typer.Typer(rich_markup_mode=None)

    @app.command(cls=kind)
    def ask(  # pyright: ignore[reportUnusedFunction]
        name: str,
        more: Annotated[list[str] | None, typer.Argument()] = None,
        side: Annotated[int, typer.Option(min=1)] = 8,
        rate: float | None = None,
        out: Path = Path("here"),
        engine: Literal["torch", "scratch"] = "torch",
        again: Annotated[str | None, typer.Option(callback=_twice)] = None,
        tap: list[str] | None = None,
        quick: bool = False,
    ) -> None:
        values = (name, more, side, rate, out, engine, again, tap, quick)
        told.update(
            zip(("name", "more", "side", "rate", "out", "engine", "again", "tap", "quick"), values, strict=True)
        )

    done = CliRunner().invoke(app, words.split())
    return done.exit_code, done.output, told


@pytest.mark.parametrize(
    "words",
    [
        "a",
        "a b c --side 3 --rate 0.5 --out there --engine scratch --again ab --tap x --tap y --quick",
        "--tap x -- a b",
        "",
        "a --side 0",
        "a --side x",
        "a --engine other",
        "a --rate x",
        "a --out",
        "--help",
    ],
)
def test_it_takes_and_refuses_what_typer_does(words: str) -> None:
    code, output, told = call(TyperCommand, words)
    assert call(Command, words) == (code, output.replace("Value error, ", ""), told)  # without a word of Pydantic's


def test_what_is_refused_is_told_without_a_word_of_pydantics() -> None:
    assert "Value error" in call(TyperCommand, "a --engine other")[1]
    assert "Value error" not in call(Command, "a --engine other")[1]


def test_what_nobody_gave_is_as_it_is_written() -> None:
    code, _, told = call(Command, "a")
    assert code == 0
    assert told["side"] == 8
    assert told["out"] == Path("here")
    assert (told["engine"], told["again"], told["tap"], told["quick"]) == ("torch", None, None, False)
    assert call(Command, "a --again ab")[2]["again"] == "abab"


def test_a_command_to_which_only_words_are_given_loads_no_pydantic(tmp_path: Path) -> None:
    code = (
        "import sys\nfrom typer.testing import CliRunner\nfrom striate.app.cli import app\n"
        "for words in (['list', 'nets'], ['list', 'nets', '--json'], ['list', 'sheets', '--json']):\n"
        "    assert CliRunner().invoke(app, words).exit_code == 0\n"
        "print('pydantic' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, timeout=60)
    assert done.stdout == "False\n", done.stderr


def test_what_is_refused_is_told_in_no_word_of_pydantic() -> None:
    app = typer.Typer(rich_markup_mode=None)

    @app.command(cls=Command)
    def ask(engine: Literal["torch", "scratch"] | None = None) -> None:  # pyright: ignore[reportUnusedFunction]
        raise AssertionError(engine)

    done = CliRunner().invoke(app, ["--engine", "other"])
    assert done.exit_code == 2
    assert "'other' is not one of 'torch', 'scratch'" in done.output
    assert "Value error" not in done.output
