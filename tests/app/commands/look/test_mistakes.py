"""`striate show mistakes` as it is typed: tables, JSON, and a folder with the page."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

Run = Callable[..., tuple[int, str, str]]


def test_tables_json_and_page_tell_the_same(run: Run, tmp_path: Path) -> None:
    words = ("--net", "convnet", "--set", "widths=[[4]]", "--epochs", "1", "--train-images", "100", "--out", "first")
    assert run("train", "--data", "digits", *words)[0] == 0
    code, out, err = run("show", "mistakes", "first", "--json", "--out", "page", "--most", "3")
    told = json.loads(out)
    assert code == 0
    assert "wrote page/index.html" in err
    assert len(told["surest"]) == 3
    code, out, _ = run("show", "mistakes", "first", "--most", "3")
    made = told["accuracy"]
    assert out.startswith(f"{made['hits']} of {made['tries']} validation images of digits are classified right")
    assert told["surest"][0]["origin"] in out
    (tmp_path / "page" / "index.html").write_text("mine", encoding="utf-8")
    assert run("show", "mistakes", "first", "--out", "page")[0] != 0
