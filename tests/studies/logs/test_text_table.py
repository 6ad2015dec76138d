"""CSV and JSON lines as people have them, and what is none."""

from __future__ import annotations

from pathlib import Path

import pytest

from striate.base.errors import DataError
from striate.studies.logs.text_table import read_csv, read_json_lines


def write(path: Path, text: str | bytes) -> Path:
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_the_separator_is_that_of_the_first_line(separator: str, tmp_path: Path) -> None:
    text = '\ufeffarm,seed,acc\r\n"a, wide",0,0.5\r\n\r\nb, 1 ,\r\n'.replace(",", separator)
    rows = read_csv(write(tmp_path / "t.csv", text)).rows
    assert [dict(row) for row in rows] == [
        {"arm": f"a{separator} wide", "seed": "0", "acc": "0.5"},
        {"arm": "b", "seed": "1"},
    ]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("a,b\n1\n", r"has 1 cell in line 2, and 2 columns"),
        ("a,a\n1,2\n", r'two columns named "a"'),
        ('a,b\n"1,2\n', r"is not CSV"),
        (b"a,b\n\xff,1\n", r"not UTF-8"),
        ("a,b\n", r"holds no rows"),
        ("", r"holds no rows"),
    ],
)
def test_what_is_no_table_is_refused_with_its_place(text: str | bytes, words: str, tmp_path: Path) -> None:
    with pytest.raises(DataError, match=words):
        read_csv(write(tmp_path / "t.csv", text))


def test_objects_in_a_line_are_columns_with_dots(tmp_path: Path) -> None:
    rows = read_json_lines(write(tmp_path / "t.jsonl", '{"arm": "a", "val": {"acc": NaN}}\n\n{"arm": "b"}\n')).rows
    assert [set(row) for row in rows] == [{"arm", "val.acc"}, {"arm"}]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('{"a": 1}\n{"a": \n', r"line 2, is not a JSON object"),
        ("3\n", r"there is int where an object belongs"),
        ("[1]", r"is not a list of JSON objects"),
        ("[" * 100_000, r"nested too deep"),
    ],
)
def test_what_is_no_json_is_refused_with_its_place(text: str, words: str, tmp_path: Path) -> None:
    with pytest.raises(DataError, match=words):
        read_json_lines(write(tmp_path / "t.jsonl", text))


def test_a_pipe_is_no_table(tmp_path: Path) -> None:
    import os

    os.mkfifo(tmp_path / "t.csv")
    with pytest.raises(DataError, match="not a regular file"):
        read_csv(tmp_path / "t.csv")


def test_a_line_ends_where_json_says_it_ends(tmp_path: Path) -> None:
    (tmp_path / "t.jsonl").write_text('{"a": "x\u2028y"}\n{"a": "z\x85"}\n', encoding="utf-8")
    assert [row["a"] for row in read_json_lines(tmp_path / "t.jsonl").rows] == ["x\u2028y", "z\x85"]


def test_columns_and_lines_that_nobody_writes_are_refused_at_once(tmp_path: Path) -> None:
    wide = tmp_path / "wide.csv"
    wide.write_text(",".join(f"c{n}" for n in range(100_000)) + "\n")
    with pytest.raises(DataError, match="has 100,000 columns"):
        read_csv(wide)
    with (tmp_path / "sparse.csv").open("wb") as file:
        file.write(b"a,b\n")
        file.truncate(1 << 29)
    with pytest.raises(DataError, match="a line of more than"):
        read_csv(tmp_path / "sparse.csv")


def test_a_mark_of_the_byte_order_is_no_part_of_a_text(tmp_path: Path) -> None:
    mark = b"\xef\xbb\xbf"
    assert read_csv(write(tmp_path / "a.csv", mark + b"arm,acc\na,1\n")).columns == ("arm", "acc")
    for text in (b'{"arm": "a"}\n{"arm": "b"}\n', b'[{"arm": "a"}, {"arm": "b"}]'):
        assert [row["arm"] for row in read_json_lines(write(tmp_path / "a.json", mark + text)).rows] == ["a", "b"]
