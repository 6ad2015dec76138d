"""`striate list runs` as a person and as a program read it."""

from __future__ import annotations

import json
from pathlib import Path

from striate.training.recipe.recipe import Recipe
from striate.training.train import train


def test_runs_are_listed_and_a_damaged_one_says_why(run, tmp_path: Path) -> None:
    for name, recipe in (("good", {"net": "mlp", "data": "digits", "seed": 0, "epochs": 2}), ("torn\x1b[31m", {})):
        place = tmp_path / "runs" / name
        place.mkdir(parents=True)
        (place / "recipe.json").write_text(json.dumps(recipe) if recipe else "{")
        (place / "status.json").write_text('{"status": "finished", "epoch": 2}')
        (place / "history.csv").write_text("epoch,split,metric,value\n")
    code, out, err = run("list", "runs")
    assert (code, err) == (0, "")
    assert out.splitlines()[2].split()[:5] == ["good", "mlp", "digits", "finished", "2/2"]
    assert "torn\\x1b[31m is damaged: recipe.json cannot be read" in out
    told = json.loads(run("list", "runs", "runs", "--json")[1])
    assert [(row["folder"], row["status"]) for row in told] == [("good", "finished"), ("torn\x1b[31m", "damaged")]


def test_no_runs_are_said_on_the_other_stream(run, tmp_path: Path) -> None:
    code, out, err = run("list", "runs")
    assert (code, out, err.count("\n")) == (2, "", 1)
    (tmp_path / "runs").mkdir()
    assert run("list", "runs") == (0, "", "there is no run in runs; striate train makes one\n")
    assert run("list", "runs", "--json") == (0, "[]\n", "")


def test_a_run_whose_files_do_not_fit_together_is_shown_with_a_note(run, tmp_path: Path) -> None:
    recipe = Recipe(net="mlp", net_options={"hidden": [4]}, epochs=1, batch_size=512)
    history = train(recipe, tmp_path / "r").folder / "history.csv"
    assert run("show", "run", "r", "--quick")[2] == ""
    history.write_text(history.read_text().replace("val,accuracy,0.", "val,accuracy,0.9"))
    code, out, err = run("show", "run", "r", "--quick")
    assert code == 0
    assert "0.9" in out
    assert err == "note: history.csv was not what status.json vouches for; striate resume r mends it\n"
    history.unlink()
    assert "(it is missing); striate resume r mends it" in run("show", "run", "r", "--quick")[2]
