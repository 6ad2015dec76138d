"""A sheet holds together, questions are found by their numbers, and a teacher's own file is one too."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from striate.base.errors import StudyError
from striate.sheets.catalog import sheet
from striate.sheets.parts import Curves, Look, Says, Scores, Text, Verdicts, needs
from striate.sheets.sheet import Question, Sheet, sheet_from_file
from striate.sheets.work import Work

WORDS = (Text("words"),)
WRONG: Any = Question
OWN = '''"""My exercise."""
from striate.sheets import Question, Sheet, Text
SHEET = Sheet("mine", "My homework", (Question("1", "Why?", (Text("So."),)),))
'''


@pytest.mark.parametrize(
    ("number", "found"), [("4", ["4a", "4b"]), ("4a", ["4a"]), ("1", ["1"]), ("2", ["2.1", "2.11"]), ("2.1", ["2.1"])]
)
def test_a_number_finds_its_question_and_those_below_it(number: str, found: list[str]) -> None:
    numbers = ("1", "2.1", "2.11", "4a", "4b")
    made = Sheet("s", "S", tuple(Question(one, "?", WORDS) for one in numbers))
    assert [question.number for question in made.asked(number)] == found


def test_a_question_that_is_not_there_is_answered_with_all_that_are() -> None:
    made = Sheet("s", "S", (Question("2.1", "?", WORDS), Question("4", "?", WORDS)))
    with pytest.raises(StudyError, match=r'question "2.10" is unknown \(did you mean "2.1"\?\); accepted are 2.1, 4'):
        made.asked("2.10")


@pytest.mark.parametrize(
    ("questions", "works", "said"),
    [
        ((), (), "has no questions"),
        ((Question("1", "?", ()),), (), "question 1: it has no parts"),
        ((Question("1", "?", WORDS), Question("1", "?", WORDS)), (), 'question "1" is there twice'),
        ((Question("1", "?", WORDS),), (Work("a"), Work("a")), 'work, look or trial "a" is there twice'),
        (
            (Question("1", "?", (Curves("dropput"),)),),
            (Work("dropout"),),
            '"dropput" is unknown .*did you mean "dropout"',
        ),
        ((Question("1", "?", (Look("l", "fool", "l"),)),), (Work("cnn"),), 'work "l" is unknown'),
        ((Question("1", "?", (Says(lambda: (), ("nothing",)),)),), (), 'work "nothing" is unknown'),
    ],
)
def test_what_does_not_hold_together_is_refused(
    questions: tuple[Question, ...], works: tuple[Work, ...], said: str
) -> None:
    with pytest.raises(StudyError, match=said):
        Sheet("s", "S", questions, works)


def test_parts_say_what_they_rest_on() -> None:
    assert [needs(part) for part in (Text("t"), Scores("a"), Verdicts("b"), Says(lambda: (), ("a", "b")))] == [
        (),
        ("a",),
        ("b",),
        ("a", "b"),
    ]


def test_a_teachers_own_file_is_a_sheet(tmp_path: Path) -> None:
    path = tmp_path / "mine.py"
    path.write_text(OWN, encoding="utf-8")
    assert sheet(str(path)).title == "My homework"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("SHEET = 3", "needs SHEET = Sheet"),
        ("1 / 0", "cannot be run .ZeroDivisionError"),
        ('from striate.sheets import Sheet\nSHEET = Sheet("a", "A", ())', "has no questions"),
    ],
)
def test_a_file_that_holds_none_is_refused_in_a_sentence(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "bad.py"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(StudyError, match=said):
        sheet_from_file(path)


def test_names_that_are_no_sheet_are_refused(tmp_path: Path) -> None:
    with pytest.raises(StudyError, match=r'sheet "cs715" is unknown .did you mean "cs7150"'):
        sheet("cs715")
    with pytest.raises(StudyError, match="does not exist"):
        sheet(str(tmp_path / "none.py"))


def test_budgets_choose_data_epochs_and_runs_and_data_of_another_kind_are_left_alone() -> None:
    images = Work("cnn", changes={"lr": 0.1}, quick={"epochs": 2}, full={"epochs": 9}, seeds=(1, 3, 5))
    assert images.changed("quick") == {"data": "digits", "lr": 0.1, "epochs": 2}
    assert images.changed("full") == {"data": "cifar10", "lr": 0.1, "epochs": 9}
    assert images.changed("quick", "photos")["data"] == "photos"
    assert images.changed("quick", "data.pkl")["data"] == "digits"
    assert [images.runs(budget) for budget in ("quick", "evening", "full")] == [1, 3, 5]
    assert images.changed("quick", "real") == {
        "data": "cifar10", "lr": 0.1, "train_images": 1400, "validation": 0.02, "epochs": 2
    }  # fmt: skip
    assert images.changed("quick", "mnist")["train_images"] == 1400
    less = Work("cnn", quick={"epochs": 4}, full={"epochs": 9}, offline={"epochs": 3})
    assert [less.changed("quick", data)["epochs"] for data in (None, "digits", "real", "mnist")] == [3, 3, 4, 4]
    assert less.changed("full")["epochs"] == 9
    assert images.changed("full", "real") == images.changed("full")
    table = Work("logistic", kind="table", real="sums")
    assert table.changed("quick", "real")["data"] == "sums"
    assert table.changed("full", "data.pkl")["data"] == "data.pkl"
    assert table.changed("full", "cifar10")["data"] == "sums"


WITH_WORKS = """
from striate.sheets import Question, Sheet, Text, Work

works = (Work("w", "question.py"), Work("v", "batchnorm"))
SHEET = Sheet("a", "A", (Question("1", "?", (Text("t"),)),), works)
"""


def test_a_study_file_beside_the_sheet_is_found_from_any_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "question.py").write_text("", encoding="utf-8")
    (tmp_path / "mine.py").write_text(WITH_WORKS, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    studies = [work.study for work in sheet("mine.py").works]
    assert studies == [str(tmp_path / "question.py"), "batchnorm"]


@pytest.mark.parametrize(
    ("questions", "said"),
    [
        ((WRONG("1", "?", ("words",)),), "'words' is among its parts, which are of Text, Derivation, .* or Beside"),
        ((WRONG("1", "?", "words"),), "question 1: its parts must be a tuple; one alone takes a comma after it"),
        ((WRONG(2, "?", WORDS),), "question 2: its number and its words must be texts"),
        (Question("1", "?", WORDS), "its questions must be a tuple"),
        ((Question("1", "?", (Look("l", "saliency", "s"),)),), 'Look "l" is asked of the study "s", and takes a run'),
    ],
)
def test_what_is_of_another_kind_is_refused_before_anything_is_done(questions: Any, said: str) -> None:
    with pytest.raises(StudyError, match=said):
        Sheet("s", "S", questions, (Work("s", study="batchnorm"),))


@pytest.mark.parametrize("name", ["a/b", "", "..", 3])
def test_a_name_that_no_document_can_have_is_refused(name: Any) -> None:
    with pytest.raises(StudyError, match="its document is named after it"):
        Sheet(name, "S", (Question("1", "?", WORDS),))


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"changes": [1]}, r"work 'w': changes is \[1\], and must be a dict of fields of the recipe"),
        ({"quick": None}, "quick is None"),
        ({"seeds": (1,)}, r"seeds are \(1,\), and must be three numbers of runs, for quick, evening and full"),
        ({"seeds": (0, 1, 2)}, "seeds are"),
        ({"kind": "image"}, 'kind "image" is unknown .did you mean "images"'),
    ],
)
def test_a_work_says_which_of_its_fields_is_of_another_kind(given: dict[str, Any], said: str) -> None:
    with pytest.raises(StudyError, match=said):
        Work("w", **given)
