"""The commands that list and clear the cache."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from typer.testing import CliRunner

from striate.app.cli import app
from striate.data import load
from striate.data.photos import stack


def run(*words: str) -> tuple[str, str]:
    done = CliRunner().invoke(app, list(words), catch_exceptions=False)
    assert done.exit_code == 0
    return done.stdout, done.stderr


def test_what_is_kept_is_listed_and_cleared(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STRIATE_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(stack, "CACHED", 0)
    assert run("list", "cache") == ("", f"nothing is kept in {tmp_path / 'cache' / 'decoded'}\n")
    for label in ("cat", "dog"):
        (tmp_path / "pets" / label).mkdir(parents=True)
        pixels = np.random.default_rng(len(label)).integers(0, 256, (5, 7), np.uint8)
        Image.fromarray(pixels).save(tmp_path / "pets" / label / "1.png")
    load(tmp_path / "pets")
    table, said = run("list", "cache")
    assert "pets" in table
    assert "5 x 7 x 1" in table
    assert said.startswith(f"they lie in {tmp_path / 'cache' / 'decoded'}: ")
    (row,) = json.loads(run("list", "cache", "--json")[0])
    assert (row["name"], row["shape"]) == ("pets", [2, 5, 7, 1])
    assert run("clear", "cache", "pets")[0].startswith("1 data set was removed from the cache, ")
    assert json.loads(run("list", "cache", "--json")[0]) == []
