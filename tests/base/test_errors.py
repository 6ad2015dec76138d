"""The sentences that people read: the nearest name, several faults at once, and nothing that draws on a terminal."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import striate
from striate.base.errors import (
    DataError,
    NetError,
    RecipeError,
    RunError,
    StorageError,
    StriateError,
    StudyError,
    counted,
    foreign_place,
    listed,
    nearest,
    printable,
    reason,
    sentence,
)


@pytest.mark.parametrize("error", [RecipeError, DataError, NetError, RunError, StudyError])
def test_what_a_person_can_mend_ends_with_code_2(error: type[StriateError]) -> None:
    assert issubclass(error, StriateError)
    assert error("why").exit_code == 2
    assert str(error("why")) == "why"


def test_it_is_caught_by_its_public_name() -> None:
    with pytest.raises(striate.StriateError, match='net "convnett" is unknown'):
        striate.build("convnett", {}, (8, 8, 1), 10)


def test_a_refusing_disk_ends_with_code_3() -> None:
    assert issubclass(StorageError, StriateError)
    assert StorageError.exit_code == 3


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("learing_rate", ' (did you mean "learning_rate"?)'),
        ("epoch", ' (did you mean "epochs"?)'),
        ("zzz", ""),
        ("", ""),
    ],
)
def test_the_nearest_name_is_offered(name: str, hint: str) -> None:
    assert nearest(name, ["epochs", "learning_rate", "momentum"]) == hint


def test_valid_names_may_come_from_any_iterable() -> None:
    assert nearest("convnt", iter({"convnet": 1})) == ' (did you mean "convnet"?)'


@pytest.mark.parametrize(
    ("faults", "text"),
    [
        (["a"], "a"),
        (["a", "b"], "a; b"),
        (["a", "b", "c"], "a; b; c"),
        (["a", "b", "c", "d"], "a; b; c; and 1 more"),
        (["a", "b", "c", "d", "e"], "a; b; c; and 2 more"),
    ],
)
def test_faults_are_listed_together(faults: list[str], text: str) -> None:
    assert sentence(faults, limit=3) == text


def test_ten_faults_are_shown_unless_told() -> None:
    faults = [f"fault {k}" for k in range(11)]
    assert sentence(faults[:10]) == "; ".join(faults[:10])
    assert sentence(faults) == "; ".join(faults[:10]) + "; and 1 more"


def test_the_same_fault_is_told_once() -> None:
    assert sentence(["a", "b", "a", "a"]) == "a; b"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain caf\u00e9 \u6570\u5b57", "plain caf\u00e9 \u6570\u5b57"),
        ("red \x1b[31m", r"red \x1b[31m"),
        ("two\nlines\r", r"two\nlines\r"),
        ("bell\a tab\t nul\0", r"bell\x07 tab\t nul\x00"),
        ("right-to-left \u202e", r"right-to-left \u202e"),
    ],
)
def test_control_characters_are_shown_not_obeyed(text: str, shown: str) -> None:
    assert printable(text) == shown


@given(st.text())
def test_whatever_comes_out_is_printable(text: str) -> None:
    assert printable(text).isprintable()
    assert printable(printable(text)) == printable(text)


def test_words_are_listed_as_one_says_them() -> None:
    assert [listed(words) for words in ([], ["a"], ["a", "b"], ["a", "b", "c"])] == ["", "a", "a and b", "a, b and c"]
    assert listed(("a", "b", "c"), "or") == "a, b or c"
    assert listed(("a, 1", "b", "c")) == "a, 1; b; and c"  # where one ends stays plain


def test_what_others_code_raised_is_one_printable_line() -> None:
    assert reason(ValueError("\n first \x1b[31m\nsecond."), kind=True) == "ValueError: first \\x1b[31m"
    assert reason(KeyError(), kind=True) == "KeyError"
    assert len(reason(ValueError("x" * 70_000), kind=True)) < 400


def test_the_code_of_others_is_found_in_a_traceback(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "striate_thrower.py").write_text("def throw(*given):\n    raise ValueError('mine')\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    from striate_thrower import throw

    with pytest.raises(ValueError, match="mine") as caught:
        throw()
    assert foreign_place(caught.value) == ""  # nothing of ours called it
    with pytest.raises(ValueError, match="mine") as caught:
        nearest("a", map(throw, [1]))
    assert foreign_place(caught.value) == f"{tmp_path / 'striate_thrower.py'}, line 2"
    with pytest.raises(TypeError) as own:
        nearest("a", 3)
    assert foreign_place(own.value) == ""


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (ValueError("first\nsecond"), "first"),
        (ValueError(), "ValueError"),
        (ValueError("\n\n  third\x1b[31m"), "third\\x1b[31m"),
        (ValueError("x" * 500), "x" * 200 + " ..."),
        (OSError(2, "No such file", "name"), "No such file"),
        (ValueError("Cannot load file containing pickled data when allow_pickle=False"), "ValueError"),
        (RuntimeError("Weights only load failed. ...\nRe-running torch.load with weights_only=False"), "RuntimeError"),
        (RuntimeError("use torch.serialization.safe_globals"), "RuntimeError"),
        (OSError("pass verify=False"), "OSError"),
        (UnicodeDecodeError("utf-8", b"\xff", 0, 1, "invalid start byte"), "byte 0 is not UTF-8"),
    ],
)
def test_a_librarys_words_are_quoted_without_its_advice(error: Exception, words: str) -> None:
    assert reason(error) == words
    kind = type(error).__name__
    if words == kind:
        assert reason(error, kind=True) == kind
    else:
        assert reason(error, kind=True).startswith(f"{kind}: ")


def test_a_number_and_its_noun_agree() -> None:
    told = [counted(n, name) for n, name in ((0, "run"), (1, "epoch"), (1200, "image"), (2, "class"), (2, "entry"))]
    assert told == ["0 runs", "1 epoch", "1,200 images", "2 classes", "2 entries"]
    assert [counted(n, "file was", "files were") for n in (1, 2)] == ["1 file was", "2 files were"]
