"""`striate show run`: in words, as a page and as JSON, with and without data at hand."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest
from rich.console import Console

from striate.app.actions.run_shown import run_record, seen
from striate.app.terminal.run import show_seen
from striate.base.disk.files import dump_json
from striate.base.errors import RunError
from striate.reports.run.page import run_page
from striate.training import train as door
from striate.training.recipe.recipe import Recipe
from striate.training.train import train

RECIPE = Recipe(data="digits", epochs=2, batch_size=256, train_images=200, net_options={"widths": [[2]], "hidden": []})


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("runs") / "<b>run"
    train(RECIPE, place, warn=lambda text: None)
    return place


def printed(shown: object, width: int = 80) -> str:
    out = Console(file=io.StringIO(), width=width, highlight=False)
    show_seen(out, shown)  # type: ignore[arg-type]
    return out.file.getvalue()  # type: ignore[attr-defined]


def test_the_terminal_shows_curves_words_and_counts(folder: Path) -> None:
    text = printed(seen(folder))
    assert max(len(line) for line in text.splitlines() if str(folder) not in line) <= 80
    for part in ("Accuracy: o training, x validation", "Updates are by Adam", "confusion matrix", "true class"):
        assert part in text
    assert "145" in next(line for line in text.splitlines() if line.startswith("all"))


def test_quick_classifies_nothing_and_the_test_waits_for_its_score(folder: Path) -> None:
    shown = seen(folder, quick=True)
    assert shown.confusion is None
    assert "No images were classified." in printed(shown)
    with pytest.raises(RunError, match="has not been tested"):
        seen(folder, "test", quick=True)
    with pytest.raises(RunError, match="no run in"):
        seen(folder.parent)


def test_a_run_whose_best_weights_are_gone_is_shown_without_them(tmp_path: Path) -> None:
    train(RECIPE, tmp_path / "run", warn=lambda text: None)
    door.test(tmp_path / "run")
    assert seen(tmp_path / "run", "test").confusion is not None
    for file in (tmp_path / "run" / "checkpoints").glob("best*"):
        file.unlink()
    (tmp_path / "run" / "anatomy.json").write_text("{")
    shown = seen(tmp_path / "run")
    assert (shown.confusion, shown.anatomy) == (None, None)
    assert "has no best-validation checkpoint" in " ".join(printed(shown).split())
    assert "has no best-validation checkpoint" in run_page(
        shown.run, shown.anatomy, shown.confusion, shown.unclassified
    )


def test_the_record_is_json_and_the_page_holds_no_markup_from_outside(folder: Path) -> None:
    shown = seen(folder)
    told = json.loads(dump_json(run_record(shown)))
    assert told["confusion"]["images"] == sum(map(sum, told["confusion"]["counts"])) == 145
    assert [epoch for epoch, _ in told["curves"]["val_accuracy"]] == [1, 2]
    page = run_page(shown.run, shown.anatomy, shown.confusion)
    assert "<b>run" not in page
    assert "&lt;b&gt;run" in page
    for part in ("Confusion matrix", "best validation accuracy", "is trained on 200 images of digits", "<svg"):
        assert part in page
