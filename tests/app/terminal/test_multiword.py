"""Several words after one option."""

from __future__ import annotations

import pytest

from striate.app.terminal.multiword import repeated


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("NET --taps a b --out x", "NET --taps a --taps b --out x"),
        ("NET --taps a --channels 3 8 --json", "NET --taps a --channels 3 --channels 8 --json"),
        ("NET --out x y", "NET --out x y"),
        ("--taps a --taps b NET", "--taps a --taps b --taps NET"),
        ("NET", "NET"),
    ],
)
def test_each_word_has_its_option(words: str, expected: str) -> None:
    assert repeated(words.split(), ("--taps", "--channels")) == expected.split()


def test_an_option_without_a_word_stays_a_mistake() -> None:
    assert repeated(["NET", "--taps"], ("--taps",)) == ["NET"]
