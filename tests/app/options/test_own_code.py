"""What lets the code of a run's own net run, on the commands that open a run folder."""

from __future__ import annotations

import inspect
from pathlib import Path
from typing import Annotated

import pytest
import typer
from typer.testing import CliRunner

from striate.app.options.groups import spliced
from striate.app.options.own_code import OwnCode
from striate.nets.custom import trust
from striate.training.folder import own_code

app = typer.Typer()


@app.command()
@spliced
def look(net: str, *, more: Annotated[list[str] | None, typer.Option()] = None, own: OwnCode) -> None:
    """Look."""
    own.let_in(net)
    typer.echo(f"{net} {more}")


def test_a_command_keeps_its_own_parameters_and_gets_three_more() -> None:
    assert list(inspect.signature(look).parameters) == ["net", "more", "own_net", "trust_code", "changed_code"]
    shown = CliRunner().invoke(app, ["--help"]).output
    for word in ("--more", "--net", "--trust-code", "--changed-code"):
        assert word in shown
    assert CliRunner().invoke(app, ["run", "--more", "x"]).output == "run ['x']\n"


def test_the_options_reach_what_they_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    accepted: set[Path] = set()
    monkeypatch.setattr(own_code, "_accepts_changes", accepted)
    (tmp_path / "recipe.json").write_text("{}")
    CliRunner().invoke(app, [str(tmp_path), "--net", "a:b", "--changed-code"], catch_exceptions=False)
    assert trust.is_trusted("a:b")
    assert accepted == {tmp_path.resolve()}
    assert not trust.trusts_folder(tmp_path)


def test_trusting_shows_the_source_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "recipe.json").write_text("{}")
    monkeypatch.setattr(own_code, "kept_files", lambda folder: {Path("net.py"): b"x = '\x1b[31m'\n"})
    result = CliRunner().invoke(app, [str(tmp_path), "--trust-code"], catch_exceptions=False)
    first, second = result.stderr.splitlines()[:2]
    assert first.startswith("net.py  SHA-256 ")
    assert second == "    x = '\\x1b[31m'"
    assert trust.trusts_folder(tmp_path)
