"""Whatever lists or shows something fits into 80 columns, and breaks no number and no word."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

from finished_study import write_study, write_verdict
from striate import Recipe, train
from striate.app.cli import app
from striate.app.commands.catalog import ENTRIES

COLUMNS = 80
LONG = "a-folder-with-a-long-name/and-another-one-in-it"
ASKED = {
    "list nets": [""],
    "list data": [""],
    "list studies": [""],
    "list proofs": [""],
    "list fields": ["", "--net resnet"],
    "list runs": ["FOLDER", f"FOLDER/{LONG}/study"],
    "list cache": [""],
    "list sheets": [""],
    "show data": ["digits"],
    "show net": ["resnet-v2 --set n=1", "convnet --text"],
    "show run": ["RUN --quick"],
    "show mistakes": ["RUN --out FOLDER/mistakes"],
    "show study": ["batchnorm --quick", "filter-size --quick", f"FOLDER/{LONG}/study"],
    "exercise list": [""],
    "doctor": [""],
}
"""Each command that lists or shows, with arguments; FOLDER is where a study lies, RUN a run."""
OTHERWISE = ("list fields", "show net")  # have other words where there is little room
CASES = [(name, words) for name, asked in ASKED.items() for words in asked]
NUMBER = re.compile(r"\d[\d,]*\d")
WORD = re.compile(r"[^\s/─]+")  # a path longer than a line is broken after a slash


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("runs")
    study = made / LONG / "study"
    study.parent.mkdir(parents=True)
    write_study(study)
    write_verdict(study)
    return made


@pytest.fixture(scope="module")
def run(folder: Path) -> Path:
    recipe = Recipe(data="digits", epochs=2, train_images=200, net_options={"widths": [[2]], "hidden": []})
    return train(recipe, folder / "b", warn=lambda text: None).folder


def printed(columns: int, name: str, words: str) -> str:
    asked = [*name.split(), *words.split()]
    done = CliRunner().invoke(app, asked, env={"COLUMNS": str(columns)}, catch_exceptions=False)
    assert done.exit_code in (0, 1), done.output
    return done.stdout


def test_every_command_that_lists_or_shows_is_tried() -> None:
    named = {
        one.name for one in ENTRIES if one.name.split()[0] in ("list", "show", "doctor") or one.name.endswith("list")
    }
    assert set(ASKED) == named


@pytest.mark.parametrize(("name", "words"), CASES, ids=lambda case: str(case) or "-")
def test_it_fits_and_breaks_no_word(name: str, words: str, folder: Path, run: Path) -> None:
    asked = words.replace("FOLDER", str(folder)).replace("RUN", str(run))
    narrow, wide = (printed(columns, name, asked) for columns in (COLUMNS, 10_000))
    too_long = [line for line in narrow.splitlines() if len(line) > COLUMNS and len(line.split()) > 1]
    assert not too_long
    whole = NUMBER if name in OTHERWISE else WORD
    assert set(whole.findall(narrow)) <= set(whole.findall(wide))
