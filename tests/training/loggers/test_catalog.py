"""The loggers by name: each is told of with its package and extra, and none is loaded by being named."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
from typer.testing import CliRunner

from striate.app.cli import app
from striate.training.loggers.catalog import LOGGERS, TENSORBOARD

PROJECT = Path(__file__).parents[3] / "pyproject.toml"


def test_what_each_needs_is_a_dependency_or_an_extra_of_its_name() -> None:
    project = tomllib.loads(PROJECT.read_text())["project"]
    for name in LOGGERS:
        wanted = project["dependencies"] if name == TENSORBOARD else project["optional-dependencies"][name]
        assert any(line.startswith(name) for line in wanted), name


@pytest.mark.parametrize("command", ["train", "resume"])
def test_the_help_names_them_all(command: str) -> None:
    told = " ".join(CliRunner().invoke(app, [command, "--help"]).output.split())
    assert f"Who is told of each epoch: {', '.join(LOGGERS)}; repeatable. [default: {TENSORBOARD}]" in told
