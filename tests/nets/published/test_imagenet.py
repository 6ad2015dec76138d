"""ImageNet's names: those of either library, each once, and numbers where there is none."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest

from striate.nets.published import imagenet


def names(monkeypatch: pytest.MonkeyPatch, *sources: Callable[[], Sequence[str]]) -> tuple[str, ...]:
    monkeypatch.setattr(imagenet, "SOURCES", sources)
    imagenet.class_names.cache_clear()
    try:
        return imagenet.class_names()
    finally:
        imagenet.class_names.cache_clear()


@pytest.mark.parametrize("source", imagenet.SOURCES)
def test_each_library_knows_a_thousand_different_ones(
    source: Callable[[], Sequence[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    found = names(monkeypatch, source)
    assert len(set(found)) == 1000
    for number, word in ((0, "tench"), (281, "tabby"), (282, "tiger cat"), (999, "toilet")):
        assert word in found[number]


def test_equal_names_bear_their_number(monkeypatch: pytest.MonkeyPatch) -> None:
    found = names(monkeypatch, lambda: ["crane", *(f"c{k}" for k in range(998)), "crane"])
    assert (found[0], found[1], found[999]) == ("crane (0)", "c0", "crane (999)")


def _absent() -> Sequence[str]:
    raise ImportError


def test_numbers_stand_where_no_library_knows_names(monkeypatch: pytest.MonkeyPatch) -> None:
    assert names(monkeypatch, _absent, lambda: ["one"])[281] == "class 281"
    assert names(monkeypatch, _absent, lambda: [f"n{k}" for k in range(1000)])[281] == "n281"
