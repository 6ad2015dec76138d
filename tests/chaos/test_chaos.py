"""The short form of `make chaos`: a few of each part, in processes of their own; and that its table cannot hide a fault."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from chaos.__main__ import PARTS
from chaos.children import Ended
from chaos.tally import WRONG, Tally, merged, sound, table

TESTS = Path(__file__).parents[1]


@pytest.mark.slow
@pytest.mark.parametrize("part", PARTS)
def test_a_few_of_each_part_hold(part: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "chaos", "--short", "--only", part],
        cwd=TESTS,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    tried, held, *wrong = done.stdout.splitlines()[-1].split()[1:]
    assert tried == held != "0"
    assert set(wrong) == {"0"}


@pytest.mark.parametrize("kind", WRONG)
def test_one_fault_of_any_kind_is_in_the_table_and_not_sound(kind: str) -> None:
    good, bad = Tally("a"), Tally("b")
    good.hold(3)
    assert sound([good])
    bad.hold()
    bad.fault(kind, "where", 7)
    again = Tally(**json.loads(json.dumps(bad.to_json())))
    rows = merged([good, again, good])
    assert [(row.part, row.tried, row.held) for row in rows] == [("a", 6, 6), ("b", 2, 1)]
    assert not sound(rows)
    lines = table(rows).splitlines()
    assert lines[3].split() == ["all", "8", "7", *("7" if name == kind else "0" for name in WRONG)]
    assert lines[4] == f"b: {kind}: where"


def test_what_was_never_tried_does_not_hold() -> None:
    assert not sound([])
    assert not sound([Tally("a")])


DEFECTS = (
    *(Ended(1, err="this is a defect of striate (x)"), Ended(0, err="Traceback")),
    *(Ended(-11), Ended(-9, slow=True), Ended(0, memory=1 << 40)),
)


@pytest.mark.parametrize("end", DEFECTS)
def test_a_defect_is_seen(end: Ended) -> None:
    assert end.defect()
    assert not Ended(3, err="striate: the disk is full").defect()
