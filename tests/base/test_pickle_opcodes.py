"""A pickle is walked as `pickletools` walks it, and what asks for more than the file can fill is an error."""

from __future__ import annotations

import contextlib
import pickle
import pickletools

import numpy as np
import pytest

from striate.base.errors import DataError
from striate.base.pickle_opcodes import walk

VALUE = [
    0,
    255,
    65535,
    -1,
    2**31 - 1,
    2**40,
    -(2**80),
    0.5,
    "text",
    "é" * 300,
    b"bytes" * 60,
    ("a", {"b": [1]}),
    None,
    True,
]


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
@pytest.mark.parametrize("value", [VALUE, VALUE * 300, "x" * 70_000, b"x" * 70_000, bytearray(3), {1: (2, 3)}])
def test_every_step_stands_where_pickletools_finds_it(value: object, protocol: int) -> None:
    content = pickle.dumps(value, protocol)
    theirs = list(pickletools.genops(content))
    ours = list(walk(content))
    assert [name for name, _, _ in ours] == [opcode.name for opcode, _, _ in theirs]
    assert [0, *(place for _, _, place in ours)] == [*(place for _, _, place in theirs), len(content)]
    for (name, number, _), (_, argument, _) in zip(ours, theirs, strict=True):
        if name in ("INT", "LONG", "BININT", "BININT1", "BININT2", "LONG1", "LONG4") and not isinstance(argument, bool):
            assert number == argument


def test_a_pickle_behind_another_is_walked_from_its_place() -> None:
    first, second = pickle.dumps(1), pickle.dumps((2, 3))
    *_, (name, _, end) = walk(first + second + b"rest", len(first))
    assert (name, end) == ("STOP", len(first + second))


def test_whatever_the_bytes_it_ends() -> None:
    rng = np.random.default_rng(0)
    ended = 0
    for number in range(300):
        content = bytearray(pickle.dumps(VALUE, number % 6))
        for place in rng.integers(0, len(content), 3):
            content[place] = int(rng.integers(256))
        with contextlib.suppress(DataError, ValueError):
            assert all(place <= len(content) for _, _, place in walk(bytes(content)))
            ended += 1
    assert 0 < ended < 300


def test_a_memo_beyond_the_file_is_refused_before_it_is_made() -> None:
    for content in (b"Nr\xff\xff\xff\x7f0N.", b"Np999999999999\n."):
        with pytest.raises(
            DataError, match=r"it asks for place [\d,]+ of its memo, and a file of \d+ bytes cannot fill it"
        ):
            list(walk(content))
    assert [name for name, _, _ in walk(b"Nq\x040N.")] == ["NONE", "BINPUT", "POP", "NONE", "STOP"]
