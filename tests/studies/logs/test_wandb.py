"""W&B's log: chunks over several blocks, a killed run, damage; and its two exports."""

from __future__ import annotations

import struct
import zlib
from pathlib import Path

import pandas
import pytest

from logged import laid
from striate.base.errors import DataError
from striate.studies.logs import wandb
from striate.studies.logs.opening import read_log


def chunk(kind: int, content: bytes) -> bytes:
    return struct.pack("<IHB", zlib.crc32(content, zlib.crc32(bytes([kind]))), len(content), kind) + content


def test_a_record_over_several_blocks_is_one(tmp_path: Path) -> None:
    folder = laid("wandb", tmp_path)
    (path,) = folder.rglob("run-a0.wandb")
    whole = path.read_bytes()
    length, kind = struct.unpack("<HB", whole[11:14])
    first, rest = whole[14 : 14 + length], whole[14 + length :]
    assert kind == 1
    # The same first record, with an unknown field of 100,000 bytes in front, in parts that end where a block does.
    long = b"\xfa\x3f" + b"\xa0\x8d\x06" + b"x" * 100_000 + first
    made, kinds = bytearray(whole[:7]), 2
    while long:
        room = 32768 - len(made) % 32768 - 7
        if room <= 0:
            made += bytes(room + 7)
            continue
        part, long = long[:room], long[room:]
        made += chunk(kinds if long or kinds == 2 else 4, part)
        kinds = 3
    path.write_bytes(bytes(made) + rest)
    assert [row["val.acc"] for row in wandb.read_runs(path).rows] == [0.6, 0.7, 0.8]


def test_a_killed_run_gives_what_is_before_and_damage_is_found(tmp_path: Path) -> None:
    folder = laid("wandb", tmp_path)
    (path,) = folder.rglob("run-a0.wandb")
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    log = wandb.read_runs(folder)
    assert log.notes == ("the log of 1 run ends within a record, as a killed run leaves it",)
    spoiled = bytearray(whole)
    spoiled[whole.index(b"0.6")] ^= 1
    path.write_bytes(bytes(spoiled))
    with pytest.raises(DataError, match="is damaged at byte"):
        wandb.read_runs(folder)
    path.write_bytes(b"something else")
    with pytest.raises(DataError, match="not a log of an offline W&B run"):
        wandb.read_runs(folder)


def test_what_is_no_protocol_buffer_is_said(tmp_path: Path) -> None:
    (tmp_path / "run-x.wandb").write_bytes(b":W&B\xe1\xbe\0" + chunk(1, b"\x12\xff"))
    with pytest.raises(DataError, match="not a protocol buffer"):
        wandb.read_runs(tmp_path)


def test_an_export_of_the_api_as_its_documentation_shows(tmp_path: Path) -> None:
    """A frame with the dictionaries summary and config, and the name, as text."""
    summary = [{"acc": 0.5, "loss": float("nan"), "_step": 3}, {"acc": 0.6, "loss": 1.0}]
    config = [{"arm": "a", "opt": {"name": "banana"}}, {"arm": "b", "opt": {"name": "sgd"}}]
    frame = pandas.DataFrame({"summary": summary, "config": config, "name": ["x", "y"]})
    frame.to_csv(tmp_path / "project.csv")
    log = read_log(tmp_path / "project.csv")
    assert [dict(row) for row in log.rows] == [
        {"name": "x", "arm": "a", "opt.name": "banana", "acc": 0.5},
        {"name": "y", "arm": "b", "opt.name": "sgd", "acc": 0.6, "loss": 1.0},
    ]
    (tmp_path / "bad.csv").write_text("summary,config,name\n__import__('os'),{},x\n", encoding="utf-8")
    with pytest.raises(DataError, match="not a dictionary"):
        read_log(tmp_path / "bad.csv")


def test_an_export_of_a_chart_has_a_column_for_each_run(tmp_path: Path) -> None:
    head = '"Step","a-0 - val/acc","a-0 - val/acc__MIN","a-0 - val/acc__MAX","b-0 - val/acc"'
    (tmp_path / "chart.csv").write_text(
        f'{head}\n"1","0.5","0.5","0.5",""\n"2","0.6","0.6","0.6","0.7"\n', encoding="utf-8"
    )
    log = read_log(tmp_path / "chart.csv")
    assert [dict(row) for row in log.rows] == [
        {"run": "a-0", "name": "a-0", "step": 1.0, "val/acc": 0.5},
        {"run": "a-0", "name": "a-0", "step": 2.0, "val/acc": 0.6},
        {"run": "b-0", "name": "b-0", "step": 2.0, "val/acc": 0.7},
    ]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[" * 70, "nested more than 64"),
        ("{'a': -" + "-" * 50_000 + "1}", "more than texts"),
        ("{'a': f(1)}", "more than texts"),
    ],
)
def test_no_more_than_plain_values_are_given_to_pythons_parser(text: str, words: str, tmp_path: Path) -> None:
    (tmp_path / "e.csv").write_text(f'summary,config,name\n"{text}",{{}},a-0\n')
    with pytest.raises(DataError, match=words):
        read_log(tmp_path / "e.csv")


def test_brackets_and_signs_within_a_text_are_a_text(tmp_path: Path) -> None:
    (tmp_path / "e.csv").write_text(
        "summary,config,name\n\"{'a': '[[--f(1)' , 'b': -1.5e-3, 'c': (1, [True, None])}\",{},a-0\n"
    )
    (row,) = read_log(tmp_path / "e.csv").rows
    assert (row["a"], row["b"]) == ("[[--f(1)", -0.0015)
