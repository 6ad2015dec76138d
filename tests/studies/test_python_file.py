"""A file that someone names is run, and whatever keeps it from being run is one sentence."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from striate.base.errors import StudyError
from striate.studies.python_file import question_from_file, run_file


def test_it_is_run_and_known_by_a_name_of_its_own(tmp_path: Path) -> None:
    (tmp_path / "mine.py").write_text("from dataclasses import dataclass\n\n@dataclass\nclass A:\n    b: int = 3\n")
    made = run_file(tmp_path / "mine.py", "study", "studies")
    assert made.A().b == 3
    assert sys.modules.pop("striate_study_mine") is made


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("absent.py", None, 'sheet file ".*absent.py" does not exist; name a file, or one of striate list sheets'),
        ("mine.txt", "", 'sheet file ".*mine.txt" is not a Python file; its name must end in .py'),
        (
            "mine.py",
            "1 / 0",
            r'sheet file ".*" cannot be run \(ZeroDivisionError: division by zero\); correct it first',
        ),
        (
            "mine.py",
            "import sys\nsys.exit(0)",
            r'sheet file ".*" cannot be run \(SystemExit: 0\); correct it first',
        ),
        (
            "mine.py",
            "from striate.base.errors import StudyError\nraise StudyError('a is given twice')",
            "^a is given twice$",
        ),
    ],
)
def test_what_keeps_it_from_being_run_is_said(tmp_path: Path, name: str, text: str | None, words: str) -> None:
    if text is not None:
        (tmp_path / name).write_text(text)
    with pytest.raises(StudyError, match=words):
        run_file(tmp_path / name, "sheet", "sheets")


def test_what_lies_beside_it_can_be_imported_but_takes_no_librarys_place(tmp_path: Path) -> None:
    before = list(sys.path)
    (tmp_path / "shared_by_studies.py").write_text("HALF = 0.5\n")
    (tmp_path / "json.py").write_text("1 / 0\n")
    (tmp_path / "mine.py").write_text("import json\nfrom shared_by_studies import HALF\nTEXT = json.dumps(HALF)\n")
    try:
        assert run_file(tmp_path / "mine.py", "study", "studies").TEXT == "0.5"
    finally:
        sys.modules.pop("shared_by_studies", None)
    assert sys.path == before


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("def study(base, more): ...", r"study\(base, more\) cannot be called with the base recipe alone \(missing a"),
        ("def study(): ...", r"study\(\) cannot be called with the base recipe alone \(too many"),
        ("def study(base): raise SystemExit(0)", r"its function study ended the program \(SystemExit: 0\)"),
        ("def study(base): ...", "gave NoneType; it must return a Study"),
    ],
)
def test_a_function_that_makes_no_study_is_refused(tmp_path: Path, body: str, words: str) -> None:
    (tmp_path / "mine.py").write_text(f"import striate as st\nBASE = st.Recipe()\n{body}\n")
    with pytest.raises(StudyError, match=words):
        question_from_file(tmp_path / "mine.py").study({})
