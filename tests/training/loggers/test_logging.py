"""Loggers together: each epoch once over kills and resumes, none that ends a run, and errors before anything is written."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from striate.base.disk.files import read_json, write_json
from striate.base.disk.sealed_json import sealed
from striate.base.errors import RunError
from striate.training.folder.tables import Row
from striate.training.loggers import logging
from striate.training.loggers.logging import FILE, Known, Loggers, asked
from striate.training.recipe.recipe import Recipe
from striate.training.train import train

Open = Callable[..., Loggers]
SMALL = Recipe(net_options={"widths": [[3]], "hidden": []}, batch_size=25, train_images=75, epochs=2)


class Store:
    """What a logger has: ``late`` rows are lost where it is killed; ``tells`` up to where it has a run, or does not."""

    def __init__(self, *, tells: bool = True, late: int = 0, broken: int = 99) -> None:
        self.tells, self.late, self.broken = tells, late, broken
        self.kept: list[int] = []
        self.keys: list[str] = []

    def __call__(self, known: Known) -> Store:
        self.key = known.key
        self.keys.append(known.key)
        return self

    def has(self) -> int | None:
        return max(self.kept, default=0) if self.tells else None

    def write(self, rows: Sequence[Row]) -> None:
        if rows[0].step >= self.broken:
            raise OSError("the server is gone")
        self.kept.append(rows[0].step)

    def killed(self) -> None:
        del self.kept[len(self.kept) - self.late :]

    def close(self) -> None:
        pass


def epoch(step: int) -> list[Row]:
    return [Row(step, step, "train", "loss", 1 / step), Row(step, step, "val", "loss", 2 / step)]


@pytest.fixture
def opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Open:
    monkeypatch.setattr(logging, "find_spec", lambda _: True)

    def open_(
        store: Store,
        step: int,
        names: Sequence[str] = ("wandb",),
        told: list[str] | None = None,
        folder: Path = tmp_path,
    ) -> Loggers:
        monkeypatch.setattr(logging, "loaded", lambda _: store)
        rows = [row for n in range(1, step + 1) for row in (Row(n, n, "train", "batch_loss", 9.0), *epoch(n))]
        return Loggers(names, folder, {}, rows, step, [].append if told is None else told.append)

    return open_


@pytest.mark.parametrize(("tells", "late", "again"), [(True, 2, [3, 4, 5, 6]), (False, 0, [1, 2, 3, 4, 5, 6])])
def test_after_a_kill_what_is_lost_comes_again(opened: Open, tells: bool, late: int, again: list[int]) -> None:
    store = Store(tells=tells, late=late)
    loggers = opened(store, 0)
    for n in (1, 2, 3, 4):
        loggers.write(epoch(n))
    store.killed()  # the run stands after update 2: two epochs are done again
    before = list(store.kept)
    with opened(store, 2) as loggers:
        for n in (3, 4, 5, 6):
            loggers.write(epoch(n))
    assert store.kept[len(before) :] == again  # one that cannot tell is told all; its reader passes over what it has
    assert len(set(store.keys)) == 1


def test_one_that_was_closed_is_told_what_is_new_alone(opened: Open, tmp_path: Path) -> None:
    store = Store(tells=False)
    with opened(store, 0) as loggers:
        loggers.write(epoch(1))
    assert read_json(tmp_path / FILE)["loggers"] == {"wandb": {"key": store.key, "step": 1}}
    with opened(store, 1, names=()) as loggers:  # it is known, and need not be named again
        loggers.write(epoch(2))
    assert store.kept == [1, 2]


def test_one_that_comes_late_is_told_all(opened: Open) -> None:
    store = Store()
    with opened(store, 3) as loggers:
        loggers.write(epoch(4))
    assert store.kept == [1, 2, 3, 4]


def test_one_that_fails_is_left_out_and_the_run_goes_on(opened: Open) -> None:
    store, told = Store(broken=2), list[str]()
    with opened(store, 0, told=told) as loggers:
        for n in (1, 2, 3):
            loggers.write(epoch(n))
    assert store.kept == [1]
    assert told == [
        "wandb takes no more of this run (the server is gone); it goes on, and its numbers are in history.csv"
    ]


def test_one_that_refuses_ends_in_a_sentence(opened: Open) -> None:
    def refuses(_: Known) -> Store:
        raise ValueError("no such project")

    with pytest.raises(
        RunError,
        match=r"the logger wandb cannot be used \(no such project\); set it right, or leave wandb out of `log`",
    ):
        opened(refuses, 0)  # type: ignore[arg-type]


def test_nothing_is_written_for_one_that_is_unknown_or_not_installed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(RunError, match=r'logger "wand" is unknown .did you mean "wandb"'):
        train(SMALL, tmp_path / "run", log="wand")
    monkeypatch.setattr(logging, "find_spec", lambda _: None)
    with pytest.raises(RunError, match=r"needs the package mlflow, which is not installed"):
        train(SMALL, tmp_path / "run", log=("mlflow",))
    assert not (tmp_path / "run").exists()


def test_without_a_logger_that_a_run_has_it_goes_on_by_removing_the_file(
    opened: Open, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with opened(Store(), 0) as loggers:
        loggers.write(epoch(1))
    lost = Store()
    monkeypatch.setattr(lost, "has", lambda: 1 / 0)
    with pytest.raises(RunError, match=r"division by zero.*set it right, or remove .*loggers\.json$"):
        opened(lost, 1, names=())
    monkeypatch.setattr(logging, "find_spec", lambda _: None)
    with pytest.raises(RunError, match=r"install it, .*, or remove .*loggers\.json$"):
        asked(tmp_path, ())


def test_a_key_is_no_place(opened: Open, tmp_path: Path) -> None:
    kept = {"wandb": {"key": "../../elsewhere", "step": 1}}
    write_json(tmp_path / FILE, sealed({"loggers": kept}))
    with pytest.raises(RunError, match="remove it, and the run begins anew in its loggers"):
        asked(tmp_path, ())
    (tmp_path / FILE).unlink()
    store = Store()
    odd = tmp_path / "lr=0.1 #2?"
    odd.mkdir()
    with opened(store, 0, folder=odd):
        assert store.key.startswith("lr-0.1--2--")


def test_a_damaged_file_is_named(tmp_path: Path) -> None:
    (tmp_path / FILE).write_text('{"loggers": 3}')
    with pytest.raises(RunError, match="remove it, and the run begins anew in its loggers"):
        asked(tmp_path, ())


def test_a_run_of_a_study_is_called_by_study_arm_and_seed(tmp_path: Path) -> None:
    assert Known(tmp_path / "bn/runs/batch-norm/3", {}, "", 0).name == "bn-batch-norm-3"
    assert Known(tmp_path / "runs/first", {}, "", 0).name == "first"
    assert Known(tmp_path / "2026", {}, "", 0).name == "2026"
