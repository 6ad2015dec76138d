"""A verdict.json that was sealed anew with something else in a field is named as damaged; the rest of the study is shown."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest

from striate.base.disk.files import read_json, write_json
from striate.base.disk.sealed_json import sealed
from striate.reports.study.files import numbers
from striate.reports.study.records import read_study


@pytest.mark.parametrize(
    ("place", "value"),
    [
        (("arms", 0, "best"), True),
        (("arms", 0, "test"), 1e308),
        (("arms", 0, "test", "mean"), "high"),
        (("arms", 0), "a"),
        (("verdicts", 0, "comparisons"), 3),
        (("verdicts", 0, "comparisons", 0), None),
        (("verdicts", 0, "comparisons", 0, "effect"), [1]),
        (("verdicts", 0, "answer"), None),
    ],
)
def test_a_field_of_another_kind_is_damage(place: tuple[Any, ...], value: Any, finished: Path, tmp_path: Path) -> None:
    folder = tmp_path / "study"
    shutil.copytree(finished, folder)
    record: Any = {key: held for key, held in read_json(folder / "verdict.json").items() if key != "seal"}
    inside = record
    for key in place[:-1]:
        inside = inside[key]
    assert place[-1] in inside or isinstance(place[-1], int)
    inside[place[-1]] = value
    write_json(folder / "verdict.json", sealed(record))
    study = read_study(folder)
    assert [told for told in study.damaged if told.startswith("verdict.json cannot be read")]
    assert len(numbers(study)["runs"]) > 1
