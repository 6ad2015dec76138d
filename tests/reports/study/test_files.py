"""Charts and tables of a study as files: which there are, that they repeat, and that LaTeX and CSV are what they say."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import replace
from pathlib import Path

import pytest

from striate.base.errors import StorageError, StudyError
from striate.reports.kit.page import picture
from striate.reports.kit.table import Cell, Table
from striate.reports.study.cards import intervals_of
from striate.reports.study.files import charts, latex, sheet, write_files
from striate.reports.study.records import read_study

CHARTS = {"training-loss", "validation-loss", "training-accuracy", "validation-accuracy"}


@pytest.mark.parametrize("to", ["svg", "pdf", "tex", "md", "txt", "csv"])
def test_every_file_is_written_twice_alike(finished: Path, tmp_path: Path, to: str) -> None:
    first = write_files(finished, to, tmp_path / "a")
    second = write_files(finished, to, tmp_path / "b")
    assert [path.read_bytes() for path in first] == [path.read_bytes() for path in second]
    assert write_files(finished, to, tmp_path / "a") == first  # what was written here is replaced
    names = {path.stem for path in first}
    if to in ("svg", "pdf"):
        assert names >= CHARTS
        assert sum(name.startswith("intervals-") for name in names) == 2  # the verdict about rates has none
    elif to == "tex":
        assert names == {"arms", "changes", "methods"}
    elif to in ("md", "txt"):
        assert names == {"methods"}
    else:
        assert names == {"arms", "comparisons", "runs", "curves"}


@pytest.mark.parametrize("to", ["svg", "pdf", "tex", "md", "txt", "csv"])
def test_a_file_of_someone_elses_is_left_alone(finished: Path, tmp_path: Path, to: str) -> None:
    path = write_files(finished, to, tmp_path)[0]
    path.write_text("mine")
    with pytest.raises(StorageError, match="striate did not write it"):
        write_files(finished, to, tmp_path)
    assert path.read_text() == "mine"


def test_a_chart_is_one_drawing_or_one_page(finished: Path, tmp_path: Path) -> None:
    for path in write_files(finished, "svg", tmp_path):
        picture(path.read_text().removesuffix("<!-- striate:output -->\n").strip())
    for path in write_files(finished, "pdf", tmp_path):
        content = path.read_bytes()
        assert content.startswith(b"%PDF-")
        assert content.count(b"/Type /Page ") + content.count(b"/Type /Page\n") == 1
        assert b"CreationDate" not in content


def test_csv_holds_every_number_to_the_last_digit(finished: Path, tmp_path: Path) -> None:
    files = {
        path.stem: list(csv.DictReader(io.StringIO(path.read_text())))
        for path in write_files(finished, "csv", tmp_path)
    }
    assert len(files["arms"]) == 6 * 3
    row = next(row for row in files["arms"] if (row["arm"], row["measure"]) == ("baseline", "best"))
    assert (float(row["mean"]), int(row["n"])) == (0.8034, 3)
    assert len(files["runs"]) == 18
    one = [
        r
        for r in files["curves"]
        if (r["arm"], r["seed"], r["split"], r["metric"]) == ("BN x1", "1", "val", "accuracy")
    ]
    assert [int(r["epoch"]) for r in one] == list(range(1, 26))
    assert sheet([("a,b", None, 0.1 + 0.2)]) == '"a,b",,0.30000000000000004\n'


def test_latex_needs_no_package_and_escapes_what_it_must(finished: Path, tmp_path: Path) -> None:
    table = Table("title", ("a_b", "c"), ((Cell("[x] & 50 % ± −1", "→"), Cell("$\\frac{$")),))
    text = latex(table)
    assert text.isascii()
    assert r"a\_b & c \\" in text
    assert r"{[}x] \& 50 \% $\pm$ $-$1 ($\rightarrow$) & \$\textbackslash{}frac\{\$ \\" in text
    assert "0.5 (2) \\\\" in latex(Table("", ("a",), ((Cell("0.5", "(2)"),),)))
    for path in write_files(finished, "tex", tmp_path):
        said = path.read_text()
        assert said.isascii()
        if path.stem == "methods":
            continue
        rows = [line for line in said.splitlines() if line.endswith(r"\\")]
        columns = len(re.findall("l", re.search(r"tabular}\{(l+)}", said)[1]))
        assert {len(re.findall(r"(?<!\\)&", row)) for row in rows} == {columns - 1}


def test_what_is_no_study_has_no_files(tmp_path: Path) -> None:
    with pytest.raises(StudyError, match="holds no study"):
        write_files(tmp_path, "svg", tmp_path / "out")


def test_no_chart_takes_anothers_file(finished: Path) -> None:
    study = read_study(finished)
    named = iter(("b > a", "b < a", "β > a", "b > a"))
    study = replace(
        study, verdicts=tuple({**one, "claim": next(named)} for one in (*study.verdicts, study.verdicts[-1]))
    )
    drawn = [chart for verdict in study.verdicts if (chart := intervals_of(verdict)) is not None]
    assert sum(name.startswith("intervals-") for name in charts(study)) == len(drawn) == 3
