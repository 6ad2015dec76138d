"""`striate predict` as it is typed: a table, CSV or JSON, and one form at a time."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

Run = Callable[..., tuple[int, str, str]]


def test_the_forms_of_an_answer_agree(run: Run, tmp_path: Path) -> None:
    words = ("--net", "mlp", "--set", "hidden=[8]", "--epochs", "1", "--train-images", "50", "--out", "first")
    assert run("train", "--data", "digits", *words)[0] == 0
    code, out, _ = run("predict", "first", "digits:0-1", "--top", "2", "--json")
    told = json.loads(out)
    assert code == 0
    assert [each["image"] for each in told["predictions"]] == ["digits:0", "digits:1"]
    best = told["predictions"][0]["classes"][0]
    code, out, _ = run("predict", "first", "digits:0-1", "--top", "2", "--csv")
    assert out.splitlines()[1] == f"digits:0,1,{best['class']},{best['probability']}"
    code, out, _ = run("predict", "first", "digits:0")
    assert f"{best['probability']:.4f}" in out
    code, _, err = run("predict", "first", "digits:0", "--csv", "--json")
    assert code == 2
    assert "two forms of one answer" in err


def test_a_start_is_said_and_kept(run: Run, tmp_path: Path) -> None:
    words = ("--data", "digits", "--net", "mlp", "--set", "hidden=[8]", "--train-images", "50")
    assert run("train", *words, "--epochs", "1", "--out", "first")[0] == 0
    code, out, _ = run("train", *words, "--epochs", "2", "--start", "first", "--freeze", "body", "--out", "second")
    assert code == 0
    assert "start weights first" in out
    assert json.loads((tmp_path / "second" / "recipe.json").read_text(encoding="utf-8"))["start_hash"]
    assert "do not learn" in run("show", "run", "second")[1]
    code, _, err = run("train", *words, "--start", "nosuch.pt", "--out", "third")
    assert code == 2 or "are not there" in err
    assert not (tmp_path / "third").exists()
