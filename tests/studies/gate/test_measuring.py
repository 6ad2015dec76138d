"""The number in an output: once, or the last; on stdout, or else on stderr."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

from striate.base.errors import StudyError
from striate.studies.gate.measuring import Measure, find, read_output, value_of


@pytest.mark.parametrize(
    ("pattern", "name"),
    [
        (r"val_bpb: (\d+)", "val_bpb"),
        (r"^val/acc\s*=\s*(.*)$", "val/acc"),
        (r"(?P<value>\d+)", "measure"),
        (r"\bloss (.*)", "loss"),
        ("(.*)", "measure"),
    ],
)
def test_the_name_of_a_measure(pattern: str, name: str) -> None:
    assert Measure(pattern).name == name


@pytest.mark.parametrize(
    ("pattern", "text", "found"),
    [
        ("acc: (.*)", "epoch 1\nacc: 0.5\n", "0.5"),
        (r"^\d\.\d+$", "x\n0.75\n", "0.75"),
        (r"(?P<value>\d+) of (\d+)", "3 of 4", "3"),
        (r"acc (?:of )?(\d+)", "acc of 3", "3"),
    ],
)
def test_a_pattern_finds_one(pattern: str, text: str, found: str) -> None:
    Measure(pattern).check()
    assert find(Measure(pattern), text, "acc: 9") == found


def test_stderr_is_searched_where_stdout_has_nothing() -> None:
    assert find(Measure("acc: (.*)"), "done", "acc: 0.5") == "0.5"


def test_none_and_several_are_refused_and_the_last_is_taken_on_request() -> None:
    assert find(Measure("acc: (.*)"), "loss: 1", "") is None
    text = "acc: 0.1\nacc: 0.2\nacc: 0.3\n"
    with pytest.raises(StudyError, match=r"printed 3 that fit .* \(0\.1, 0\.2 \.\.\.\); .* `last`"):
        find(Measure("acc: (.*)"), text, "")
    assert find(Measure("acc: (.*)", last=True), text, "") == "0.3"


@pytest.mark.parametrize(
    ("text", "value"),
    [("0.5", 0.5), ("0.5 (best)", 0.5), ("87.3%", 87.3), ("-1e-3", -1e-3), ("12.5ms", 12.5), ("inf", math.inf)],
)
def test_a_text_as_a_number(text: str, value: float) -> None:
    assert value_of(text) == value


@pytest.mark.parametrize("text", ["much", "0.5 of 0.7", "", "v2", "information"])
def test_what_is_no_number_is_refused(text: str) -> None:
    with pytest.raises(StudyError, match="where a number is expected"):
        value_of(text)


@pytest.mark.parametrize(("pattern", "words"), [("(", "is not a pattern"), ("(a)(b)", r"has 2 groups; name the one")])
def test_what_is_no_measure_is_refused(pattern: str, words: str) -> None:
    with pytest.raises(StudyError, match=words):
        Measure(pattern).check()


def test_colours_and_progress_do_not_hide_a_number(tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes(b"10%\r100%\racc: \x1b[1m0.5\x1b[0m\r\n\xff\n")
    assert find(Measure("^acc: (.*)$"), read_output(tmp_path / "x"), "") == "0.5"
