"""What travels between a study's folder and a node: what changed, whole, in an order that can be cut short anywhere."""

from __future__ import annotations

from pathlib import Path

import pytest

from striate.base.errors import RunError
from striate.studies.running.ray import parcel
from striate.studies.running.ray.parcel import packed, stamps, unpack

RUN = "runs/a/0"


def written(root: Path, name: str, content: bytes = b"x") -> None:
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    new = path.with_name("new")
    new.write_bytes(content)
    new.rename(path)


def test_a_parcel_holds_what_changed_and_what_is_gone(tmp_path: Path) -> None:
    for name in ("recipe.json", "status.json", "checkpoints/step-1.json", "lock", ".striate-1-0123456789abcdef.tmp"):
        written(tmp_path, f"{RUN}/{name}")
    before = stamps(tmp_path / RUN, tmp_path)
    assert sorted(before) == [f"{RUN}/checkpoints/step-1.json", f"{RUN}/recipe.json", f"{RUN}/status.json"]
    written(tmp_path, f"{RUN}/status.json", b"y")  # of the same length
    written(tmp_path, f"{RUN}/test.json")
    (tmp_path / RUN / "checkpoints/step-1.json").unlink()
    now = stamps(tmp_path / RUN, tmp_path)
    assert packed(tmp_path, before, now) == {
        f"{RUN}/status.json": b"y",
        f"{RUN}/test.json": b"x",
        f"{RUN}/checkpoints/step-1.json": None,
    }
    (tmp_path / RUN / "test.json").unlink()  # between the two
    assert f"{RUN}/test.json" not in packed(tmp_path, before, now)


def test_there_and_back_is_the_same_folder(tmp_path: Path) -> None:
    here, there = tmp_path / "here", tmp_path / "there"
    written(here, f"{RUN}/recipe.json")
    written(here, f"{RUN}/checkpoints/step-1.json", b"1")
    unpack(packed(here, {}, stamps(here, here)), there, [RUN])
    known = stamps(there, there)
    (there / RUN / "checkpoints/step-1.json").unlink()
    written(there, f"{RUN}/checkpoints/step-2.json", b"2")
    written(there, "rates/a/0.json")
    unpack(packed(there, known, stamps(there, there)), here, [RUN, "rates/a/0.json"])
    assert {name: (here / name).read_bytes() for name in stamps(here, here)} == {
        f"{RUN}/recipe.json": b"x",
        f"{RUN}/checkpoints/step-2.json": b"2",
        "rates/a/0.json": b"x",
    }


def test_what_says_that_a_run_ended_is_written_last(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    order = list[str]()
    monkeypatch.setattr(parcel, "write_bytes", lambda path, content: order.append(path.name))
    names = (
        "status.json",
        "test.json",
        "history.csv",
        "step-1.json",
        "step-1.safetensors",
        "environment.json",
        "recipe.json",
    )
    unpack({f"{RUN}/{'checkpoints/' if 'step' in name else ''}{name}": b"" for name in names}, tmp_path, [RUN])
    assert order == list(reversed(names))


@pytest.mark.parametrize(
    "name",
    [
        "runs/a/1/status.json",
        "/etc/passwd",
        "runs/a/0/../../verdict.json",
        "runs/a/0/lock",
        "runs/a/00",
        "runs/a/0//x",
        "",
    ],
)
def test_a_node_writes_nothing_but_its_run(name: str, tmp_path: Path) -> None:
    with pytest.raises(RunError, match="which is none of its run"):
        unpack({f"{RUN}/recipe.json": b"", name: b""}, tmp_path, [RUN])
    assert not list(tmp_path.iterdir())
