"""Which rows are of one run and of which arm; what a log does not say is asked for, or said."""

from __future__ import annotations

from pathlib import Path

import pytest

from logged import laid
from striate.base.errors import StudyError
from striate.studies.judged.columns import Columns
from striate.studies.judged.grouping import group
from striate.studies.logs.log import Log
from striate.studies.logs.opening import read_log

ROWS = [{"model": m, "lr": lr, "seed": s, "acc": 0.5} for m in ("x", "y") for lr in (0.1, 1.0) for s in (0, 1)]


def table(*rows: dict[str, object]) -> Log:
    return read_log(list(rows))


def test_an_arm_of_several_columns_and_rows_that_are_kept() -> None:
    found = group(table(*ROWS), Columns(arm="model, lr", where=("model!=y",)))
    assert found.arms == ["model=x, lr=0.1", "model=x, lr=1"]
    assert [seed for _, seed in found.runs] == ["0", "1", "0", "1"]
    assert found.notes == ("only rows with model!=y were judged",)


def test_rows_of_a_table_without_seeds_count_as_runs_and_that_is_said() -> None:
    rows = [{"arm": arm, "acc": value} for arm in "ab" for value in (0.1, 0.2)]
    found = group(table(*rows), Columns())
    assert list(found.runs) == [("a", "row 1"), ("a", "row 2"), ("b", "row 3"), ("b", "row 4")]
    assert "does not say the seeds" in found.notes[0]


def test_arm_and_seed_come_from_the_names_of_runs(tmp_path: Path) -> None:
    folder = laid("lightning", tmp_path)
    for path in folder.rglob("hparams.yaml"):
        path.unlink()
    found = group(read_log(folder), Columns())
    assert list(found.runs) == [(arm, seed) for arm in "ab" for seed in "012"]
    assert found.notes == ('arm and seed are read from the names of the runs: "a/version_0" is a, seed 0',)
    swapped = group(read_log(folder), Columns(names=r"(?P<seed>.)/version_(?P<arm>.)"))
    assert swapped.arms == ["0", "1", "2"]


@pytest.mark.parametrize(
    ("columns", "words"),
    [
        (Columns(arm="modle"), r'`arm`: column "modle" is unknown \(did you mean "model"\?\)'),
        (Columns(arm="model", seed="sed"), r'`seed`: column "sed" is unknown \(did you mean "seed"\?\)'),
        (Columns(arm="model", step="acc2"), r'`step`: column "acc2" is unknown'),
        (Columns(), r"nothing says which arm a row is of; add `arm=COLUMN`, one of model, lr, seed, acc"),
        (Columns(arm="model", where=("lr",)), r'"lr" is not COLUMN=VALUE'),
        (Columns(arm="model", where=("lr=9",)), r"no row is left"),
        (
            Columns(arm="model, lr", at=3.0),
            r"`at` is 3, and nothing counts the rows of a run; add `step=COLUMN`, one of model",
        ),
        (Columns(arm="model"), r'arm "x" has 2 rows with seed 0; leave one row'),
    ],
)
def test_what_is_missing_is_said(columns: Columns, words: str) -> None:
    with pytest.raises(StudyError, match=words):
        group(table(*ROWS), columns)


def test_several_rows_ask_for_the_column_that_counts_them() -> None:
    rows = [{"arm": "a", "seed": 0, "epoch": epoch, "acc": 0.5} for epoch in (1, 2)]
    with pytest.raises(StudyError, match="add `step` epoch"):
        group(table(*rows), Columns())
    with pytest.raises(StudyError, match="add `seed=COLUMN`"):
        group(table({"arm": "a", "epoch": 1}), Columns(step="epoch"))
    with pytest.raises(StudyError, match='row 1 is of arm "a" and has nothing in "seed"'):
        group(table({"arm": "a"}, {"arm": "a", "seed": 1}), Columns())


def test_two_runs_with_one_seed_are_refused_with_what_tells_them_apart(tmp_path: Path) -> None:
    log = read_log(laid("trackio.db", tmp_path))
    with pytest.raises(StudyError, match=r'arm "b" has two runs with seed 2 .* `where` \'run!=(\w+)\'') as told:
        group(log, Columns())
    condition = str(told.value).partition("`where` '")[2].rstrip("'")
    assert len(group(log, Columns(where=(condition,))).runs) == 6


@pytest.mark.parametrize("again", ["01", "1.00", 1, 1.0, " 1"])
def test_one_seed_is_one_however_it_is_written(again: object) -> None:
    rows = [{"arm": "a", "seed": "1", "acc": 0.1}, {"arm": "a", "seed": again, "acc": 0.2}]
    with pytest.raises(StudyError, match='arm "a" has 2 rows with seed 1'):
        group(table(*rows), Columns())


def test_seeds_that_differ_are_not_made_one() -> None:
    rows = [{"arm": "a", "seed": seed} for seed in ("1", "10", "0", "00.5", "1e3", "s1", "1.5")]
    assert [seed for _, seed in group(table(*rows), Columns()).runs] == ["1", "10", "0", "00.5", "1e3", "s1", "1.5"]


def test_rows_are_kept_by_what_a_number_is_and_not_by_how_it_is_written() -> None:
    rows = [
        {"arm": "a", "seed": 0, "lr": "0.10"},
        {"arm": "a", "seed": 1, "lr": "1e-1"},
        {"arm": "b", "seed": 0, "lr": "1"},
    ]
    assert len(group(table(*rows), Columns(where=("lr=0.1",))).runs) == 2
    with pytest.raises(StudyError, match=r'no row is left with lr=2; "lr" holds 0.10, 1e-1, 1; keep some of them'):
        group(table(*rows), Columns(where=("lr=2",)))


def test_runs_whose_names_say_too_little_are_answered_with_what_to_write() -> None:
    rows = [{"run": name, "name": name, "step": 1, "acc": 0.5} for name in ("base", "wide")]
    log = Log("MLflow", ("run", "name", "step", "acc"), rows, step="step", run="run")
    with pytest.raises(
        StudyError, match=r"one of run, name, step, acc; or `names=PATTERN`, where the names of the runs say it"
    ):
        group(log, Columns())


def test_a_seed_in_the_name_of_a_run_is_one_too() -> None:
    rows = [{"run": name, "name": name, "step": 1, "acc": 0.5} for name in ("a-1", "a-01", "b-1", "b-2")]
    log = Log("MLflow", ("run", "name", "step", "acc"), rows, step="step", run="run")
    with pytest.raises(StudyError, match=r'arm "a" has two runs with seed 1 \(a-1 and a-01\)'):
        group(log, Columns())


def test_one_arm_that_is_written_in_two_ways_is_said() -> None:
    def notes(*arms: str) -> tuple[str, ...]:
        return group(table(*({"arm": arm, "seed": seed, "acc": 0.5} for seed, arm in enumerate(arms))), Columns()).notes

    said = "differ by capitals, spaces or the like alone, and were taken for 2 arms"
    assert notes("a", "b", "A", "a") == (f'"a" and "A" {said}',)
    assert notes("BN x5", "bn_x5", "plain") == (f'"BN x5" and "bn_x5" {said}',)
    assert notes("a", "b", "lr=0.1", "lr=0.01", "lr=1e-3", "lr=1e3", "+", "-") == ()


def test_rows_of_no_arm_are_left_out_and_said_to_be() -> None:
    rows = [{"arm": "a", "seed": 0}, {"arm": "a", "seed": 1}, {"seed": 2}, {"arm": " ", "seed": 3}]
    assert group(table(*rows), Columns()).notes == ("2 rows of no arm were left out",)
    assert group(table(*rows[:3]), Columns()).notes == ("1 row of no arm was left out",)
    assert group(table(*rows[:2]), Columns()).notes == ()
