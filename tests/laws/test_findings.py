"""The scripts that made the findings still work: each is run on a small folder, and what it wrote is read."""

from __future__ import annotations

import csv
import importlib
import re
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
from scipy.special import expit

from finished_study import ARMS, SEEDS, write_study, write_verdict
from striate.base.disk.files import read_json
from striate.training.recipe.recipe import Recipe
from striate.training.train import test as score
from striate.training.train import train

FINDINGS = Path(__file__).parents[2] / "findings"
Script = Callable[[str], ModuleType]


@pytest.fixture
def script(monkeypatch: pytest.MonkeyPatch) -> Script:
    """The maker of a script's module, imported as it would be beside its neighbours."""
    monkeypatch.syspath_prepend(FINDINGS)
    monkeypatch.syspath_prepend(FINDINGS / "scratch")
    return importlib.import_module


@pytest.fixture(scope="module")
def studies(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of one finished study, with made-up numbers."""
    folder = tmp_path_factory.mktemp("studies")
    write_study(folder / "norm")
    write_verdict(folder / "norm")
    return folder


def test_a_study_becomes_tables_and_pictures(script: Script, studies: Path, tmp_path: Path) -> None:
    made = script("collect")
    study = made.read_study(studies / "norm")
    picture = made.curve(study, "accuracy")
    assert picture.startswith("<svg")
    assert 'xmlns="http://www.w3.org/2000/svg"' in picture
    slugs = [arm["slug"] for arm in read_json(studies / "norm/study.json")["arms"]]
    made.write_tables(studies / "norm", tmp_path, slugs, study)
    rows = (tmp_path / "table.md").read_text().splitlines()
    assert len(rows) == 2 + len(ARMS) * len(SEEDS)
    assert len({row.count("|") for row in rows[:2]}) == 1
    history = list(csv.DictReader((tmp_path / "history.csv").read_text().splitlines()))
    one = [row for row in history if (row["arm"], row["seed"], row["epoch"]) == ("baseline", "1", "25")]
    assert {(row["split"], row["metric"]) for row in one} >= {("val", "accuracy"), ("train", "loss")}


def test_all_studies_become_one_page_that_keeps_its_introduction(script: Script, studies: Path, tmp_path: Path) -> None:
    other = "## Another?\n\n`zeta` on digits.\n\n- **refuted**: Not.\n"
    (tmp_path / "README.md").write_text(f"# Ours\n\nWhy we asked.\n\n<!-- collected -->\n\n{other}")
    for _ in range(2):  # a second time changes nothing
        script("studies").main(studies, tmp_path)
        page = (tmp_path / "README.md").read_text()
        assert page.startswith("# Ours\n\nWhy we asked.\n\n<!-- collected -->\n")
        assert page.count("## Does batch normalization help?") == 1
        assert page.endswith(f"\n\n{other}")  # whose folder is not at hand
    answers = [verdict["answer"] for verdict in read_json(studies / "norm/verdict.json")["verdicts"]]
    assert re.findall(r"^- \*\*(\w+)\*\*: ", page, re.MULTILINE) == [*answers, "refuted"]
    assert (tmp_path / "norm/accuracy.svg").is_file()


def test_runs_become_one_table(script: Script, tmp_path: Path) -> None:
    recipe = Recipe(data="digits", epochs=1, train_images=64, net_options={"widths": [[2]], "hidden": []}, seed=3)
    run = train(recipe, tmp_path / "small")
    accuracy = score(run.folder).accuracy
    script("runs").main(tmp_path / "finding", [run.folder])
    row = (tmp_path / "finding/table.md").read_text().splitlines()[-1]
    assert row.startswith("| small | ")
    assert f" | {accuracy:.4f}" in row
    recipes = read_json(tmp_path / "finding/recipes.json")
    assert recipes["small"]["seed"] == 3
    assert "lr" not in recipes["small"]  # as it is by default


def test_the_optima_are_optima(script: Script) -> None:
    """The logistic loss has no slope there, and no step in any direction makes the hinge loss smaller."""
    made = script("optimum")
    rng = np.random.default_rng(0)
    x = np.hstack([rng.normal(size=(60, 3)), np.ones((60, 1))])
    s = np.sign(x @ [1.0, -2.0, 0.5, 0.3] + rng.normal(size=60))
    smooth = made.logistic(x, s)
    assert np.abs((s * expit(-s * (x @ smooth))) @ x / len(s)).max() < 1e-4
    sharp = made.hinge(x, s)
    hinge = lambda w: float(np.maximum(0, 1 - s * (x @ w)).mean())  # noqa: E731
    assert all(hinge(sharp) <= hinge(sharp + step) + 1e-12 for step in rng.normal(scale=0.01, size=(200, 4)))
    told = made.row("svm", "exact optimum", sharp, {"train": (x, s), "validation": (x, -s)})
    right = float((s * (x @ sharp) > 0).mean())
    assert told == f"| svm | exact optimum | {hinge(sharp):.4f} | {right:.4f} | {1 - right:.4f} |"
