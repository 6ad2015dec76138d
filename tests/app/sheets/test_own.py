"""What a teacher's own sheet gets wrong costs that part, in a sentence, and leaves the others whole."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import striate as st
from striate.app.sheets.own import refuse_unknown, ruled
from striate.app.sheets.workshop import NotDone, Workshop
from striate.sheets import Checked, Code, Derivation, Figure, Question, Says, Sheet, Text


def one(facts: Any) -> str:
    """Return one text, where several are meant."""
    return f"{facts} is said."


def broken(facts: Any) -> Any:
    """Raise what a slip raises."""
    return facts.nothing


def number(facts: Any) -> Any:
    """Return no text."""
    return [3]


def test_each_wrong_part_is_told_and_the_others_stand(tmp_path: Path) -> None:
    parts = (
        Figure("convnett"),
        Code(("striate.nowhere:x",)),
        Code(("striate.app.sheets.own:nothing",)),
        Checked(("relo",)),
        Says(broken, ("batch-norm-shapes",)),
        Text("still here"),
    )
    sheet = Sheet("own", "O", (Question("1", "?", (*parts, Derivation("batch-norm-shapes"))),))
    done = st.sheet(sheet, tmp_path / "out", to="md")
    (question,) = done.document.questions
    assert done.failed
    missing = "is no function or class whose source is there, named as module:name."
    assert [part.cost.partition(" (did you mean")[0].partition("; accepted")[0] for part in question.pending] == [
        'It could not be done: net "convnett" is unknown',
        f"striate.nowhere:x {missing}",
        f"striate.app.sheets.own:nothing {missing}",
        'It could not be done: layer "relo" is unknown',
        "The rule broken raises AttributeError: 'Proof' object has no attribute 'nothing'.",
    ]
    assert "still here" in (tmp_path / "out/own.md").read_text(encoding="utf-8")


def test_a_rule_may_return_one_text_and_nothing_but_texts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shop = Workshop(Sheet("s", "S", (Question("1", "?", (Text("t"),)),)), "quick", tmp_path)
    monkeypatch.setattr(Workshop, "fact", lambda self, name: name)
    assert list(ruled(one, ("a",), shop)) == ["a is said."]
    with pytest.raises(NotDone, match="The rule number returns list, and must return texts"):
        ruled(number, ("a",), shop)


def test_a_name_that_is_not_there_is_told_with_those_that_are() -> None:
    refuse_unknown("arm", ("a",), ("a", "b"))
    with pytest.raises(NotDone, match='arm "c" is unknown; accepted are a, b'):
        refuse_unknown("arm", ("c",), ("a", "b"))
