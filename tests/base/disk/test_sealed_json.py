"""Every change of a sealed record is found, one from before there were seals is read, and anything else ends in a sentence."""

from __future__ import annotations

import json
import math
from pathlib import Path

import pytest

from damage import FOREIGN, damages
from striate.base.disk.files import digest, read_json, write_json
from striate.base.disk.sealed_json import Form, checked, fault, read_own, seal, sealed
from striate.base.errors import RunError, StudyError

RECORD = {"status": "running", "epoch": 3, "loss": math.nan, "parts": [{"lr": 0.1}, None, "1"]}


class StatusForm(Form):
    status: str
    epoch: int


def test_a_sealed_record_reads_back(tmp_path: Path) -> None:
    write_json(tmp_path / "x.json", sealed(RECORD))
    found = read_own(tmp_path / "x.json", StatusForm, todo="restore it")
    assert repr(found) == repr({**RECORD, "format": 2, "seal": seal(RECORD | {"format": 2})})
    assert seal(found) == seal({key: value for key, value in found.items() if key != "seal"})


def test_a_seal_is_the_sha_256_of_the_sorted_rest() -> None:
    assert seal({"a": 1}) == digest(b'{"a":1}')
    assert seal({"b": [0.5, "x"], "seal": "?", "a": 1}) == seal(json.loads('{"a": 1, "b": [0.5, "x"]}'))
    assert seal({"a": 1}) != seal({"a": 1.0})
    assert seal({"class": "\udcff"}) != seal({"class": "?"})  # a name of a file that is not UTF-8
    assert seal({"a": 1}) != seal({"a": "1"})


def test_every_damage_to_a_sealed_file_is_found_or_changes_nothing(tmp_path: Path) -> None:
    path = tmp_path / "x.json"
    write_json(path, sealed(RECORD))
    whole, told = repr(read_json(path)), list[str]()
    for damage in damages(path, cuts=20, flips=200):
        damage.do()
        try:
            assert repr(read_own(path, StatusForm, todo="restore it")) == whole, damage.what
        except RunError as error:
            told.append(str(error))
    assert len(told) > 200
    assert all(sentence.isprintable() and sentence.endswith("); restore it") for sentence in told)


def test_a_record_from_before_there_were_seals_is_read() -> None:
    assert fault({"status": "running"}) == ""
    assert fault({"format": 1}) == ""
    assert fault({"format": 2}) == "its seal is gone"
    assert fault({"format": "2"}) == "its seal is gone"


@pytest.mark.parametrize("what", FOREIGN)
def test_what_no_program_of_ours_writes_ends_in_one_sentence(what: str, tmp_path: Path) -> None:
    (tmp_path / "x.json").write_bytes(FOREIGN[what])
    with pytest.raises(StudyError, match=r'x.json" cannot be read \(.+\); start again$') as told:
        read_own(tmp_path / "x.json", StatusForm, todo="start again", kind=StudyError)
    assert str(told.value).isprintable()
    assert len(str(told.value)) < 500


def test_the_form_is_told_by_its_place() -> None:
    with pytest.raises(ValueError, match="epoch"):
        checked({"status": "running", "epoch": "3"}, StatusForm)
    assert checked({"a": 1}, Form) == {"a": 1}
    with pytest.raises(ValueError, match="it holds list where an object belongs"):
        checked([], StatusForm)
