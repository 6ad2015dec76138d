"""What is said of a table speaks of its rows: no command, page or file of one calls them images."""

from __future__ import annotations

import io
import json
import re
from pathlib import Path

import numpy as np
import pytest
from rich.console import Console
from typer.testing import CliRunner

from striate.app.actions.run_shown import seen
from striate.app.cli import app
from striate.app.terminal.run import show_seen
from striate.reports.run.page import run_page

SETTINGS = ("--net", "mlp", "--set", "lr=0.01", "--epochs", "1", "--data", "table.npz")
ARMS = ("--arm", "slow: lr=0.001", "--arm", "fast: lr=0.01")


def said(*words: str) -> str:
    done = CliRunner().invoke(app, list(words))
    assert done.exit_code == 0, done.output
    return done.output


def words(text: str) -> str:
    """Return what a reader is told, without scripts."""
    return re.sub(r"<script.*?</script>", "", text, flags=re.DOTALL)


@pytest.fixture
def _table(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    rng = np.random.default_rng(0)
    x = rng.normal(size=(100, 3))
    np.savez("table.npz", X=x, y=(x[:, 0] > 0).astype(int))


@pytest.mark.usefixtures("_table")
def test_a_run_on_a_table_speaks_of_rows() -> None:
    texts = [said("train", *SETTINGS, "--out", "run"), said("test", "run"), said("show", "data", "table.npz")]
    texts.append(said("train", *SETTINGS[:4], "--overfit-batch", "--data", "table.npz"))
    shown = seen(Path("run"), "test")
    out = io.StringIO()
    show_seen(Console(file=out, width=80), shown)
    texts += [out.getvalue(), run_page(shown.run, shown.anatomy, shown.confusion, shown.unclassified)]
    for text in texts:
        assert " image" not in words(text)
    assert "on 25 rows" in texts[1]
    assert json.loads(said("test", "run", "--json"))["unit"] == "row"


@pytest.mark.slow
@pytest.mark.usefixtures("_table")
def test_a_study_on_a_table_speaks_of_rows() -> None:
    study = ("study", *SETTINGS[:2], *SETTINGS[4:], *ARMS)
    texts = [said("show", *study), said(*study, "--seeds", "2", "--workers", "1", "--out", "asked")]
    texts += [said("show", "study", "asked"), Path("asked/report.html").read_text()]
    said("show", "study", "asked", "--to", "tex")
    texts += [file.read_text() for file in Path("asked").rglob("*.tex")]
    assert len(texts) > 4
    for text in texts:
        assert " image" not in words(text)
