"""The tables of a run read back to the last bit, and what is no such table is refused with its line."""

from __future__ import annotations

import math
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from damage import FOREIGN
from striate.base.errors import RunError, StorageError
from striate.training.folder.tables import (
    HEADER,
    TIMING_HEADER,
    Growing,
    Row,
    history_rows,
    history_text,
    read_history,
    read_timing,
    timing_rows,
    timing_text,
)


@given(values=st.lists(st.floats(allow_nan=False), max_size=5))
def test_history_reads_back_to_the_last_bit(values: list[float], tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("run")
    rows = [Row(step, 1, "val", "loss", value) for step, value in enumerate(values)]
    Growing(folder, rows, [])
    assert read_history(folder) == rows


def test_nan_survives(tmp_path: Path) -> None:
    Growing(tmp_path, [Row(1, 1, "val", "loss", math.nan)], [])
    assert math.isnan(read_history(tmp_path)[0].value)


def test_timing_reads_back(tmp_path: Path) -> None:
    Growing(tmp_path, [], [(3, 1, 0.25)])
    assert read_timing(tmp_path) == [(3, 1, 0.25)]
    assert read_timing(tmp_path / "nothing") == []


@pytest.mark.parametrize(
    ("row", "fault"),
    [
        ("1,1,val,loss", "line 2 is not a row of step"),
        ("1,1,test,loss,0.5", "line 2 is not a row of step"),
        ("1,1,val,,0.5", "line 2 is not a row of step"),
        ("x,1,val,loss,0.5", 'line 2 holds "x" where a whole number belongs'),
        (f"{'9' * 5000},1,val,loss,0.5", "where a whole number belongs"),
        ("1,-1,val,loss,0.5", "where a whole number belongs"),
        ("1,1,val,loss,high", 'line 2 holds "high" where a number belongs'),
    ],
)
def test_a_row_that_is_none_is_told_with_its_line(row: str, fault: str) -> None:
    with pytest.raises(ValueError, match=fault):
        history_rows(f"{HEADER}\n{row}\n")


def test_a_table_without_its_head_or_its_end_is_refused() -> None:
    with pytest.raises(ValueError, match="its last line is cut off"):
        history_rows(f"{HEADER}\n1,1,val,loss,0.5")
    with pytest.raises(ValueError, match="its first line is not step,epoch,seconds"):
        timing_rows(f"{HEADER}\n")
    with pytest.raises(ValueError, match="line 2 is not a row of step,epoch,seconds"):
        timing_rows(f"{TIMING_HEADER}\n1,1\n")


@pytest.mark.parametrize("what", FOREIGN)
def test_what_is_no_table_ends_in_one_sentence(what: str, tmp_path: Path) -> None:
    if what == "empty":
        return  # as no table
    for name, read in (("history.csv", read_history), ("timing.csv", read_timing)):
        (tmp_path / name).write_bytes(FOREIGN[what])
        with pytest.raises(RunError, match=rf"{name}\" cannot be read \(.*; striate resume .* puts it back"):
            read(tmp_path)


def rows(count: int) -> list[Row]:
    return [Row(n, n, "val", "loss", 1 / n) for n in range(1, count + 1)]


def timing(count: int) -> list[tuple[int, int, float]]:
    return [(n, n, n / 8) for n in range(1, count + 1)]


def test_what_is_new_is_appended_to_the_same_file(tmp_path: Path) -> None:
    growing = Growing(tmp_path, rows(2), timing(2))
    files = [tmp_path / name for name in ("history.csv", "timing.csv")]
    before = [path.stat().st_ino for path in files]
    for count in (3, 3, 7):
        growing.add(rows(count), timing(count))
        assert [path.read_text() for path in files] == [history_text(rows(count)), timing_text(timing(count))]
    assert [path.stat().st_ino for path in files] == before


def test_a_table_that_somebody_changed_or_removed_is_written_whole(tmp_path: Path) -> None:
    growing = Growing(tmp_path, rows(2), timing(2))
    (tmp_path / "history.csv").write_text("step")
    (tmp_path / "timing.csv").unlink()
    growing.add(rows(3), timing(3))
    assert read_history(tmp_path) == rows(3)
    assert read_timing(tmp_path) == timing(3)
    (tmp_path / "history.csv").unlink()
    (tmp_path / "history.csv").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(StorageError, match="symbolic link"):
        growing.add(rows(4), timing(4))
    assert not (tmp_path / "elsewhere").exists()


@pytest.mark.parametrize("cut", range(1, 19))
def test_a_line_that_a_kill_cut_off_is_not_read(cut: int, tmp_path: Path) -> None:
    Growing(tmp_path, rows(3), timing(3))
    path = tmp_path / "history.csv"
    line = len("3,3,val,loss,0.3333333333333333\n")
    path.write_bytes(path.read_bytes()[: -min(cut, line)])
    assert read_history(tmp_path) == rows(2)
