"""Whatever the bytes, a reader reads or refuses in a sentence, within time and memory: a short form of `tests/mutations.py`."""

from __future__ import annotations

import importlib.util
import sys
import time
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from striate.base.errors import DataError


def _loaded() -> ModuleType:
    """Return the module, which lies beside the tests and is not a test."""
    spec = importlib.util.spec_from_file_location("striate_mutations", Path(__file__).parents[1] / "mutations.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


mutations = _loaded()
# What a run folder keeps has its own tests; these are files that come from elsewhere.
FOREIGN = [name for name in mutations.readers() if not name.startswith("run ")]


@pytest.mark.parametrize("name", FOREIGN)
def test_damage_is_read_or_refused(name: str) -> None:
    outcome = mutations.try_reader(mutations.readers()[name], 40, seed=1)
    assert outcome.faults == []
    assert outcome.ends["refused"] > 5


@pytest.mark.slow
@pytest.mark.parametrize("name", FOREIGN)
def test_much_damage_is_read_or_refused(name: str) -> None:
    outcome = mutations.try_reader(mutations.readers()[name], 300, seed=2)
    assert outcome.faults == []


def _reader(read: Callable[[Path], object]) -> object:
    return mutations.Reader("made up", lambda folder: mutations._written(folder / "x", b"sound" * 20), read)


def test_each_kind_of_fault_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    def read(path: Path) -> None:
        if path.read_bytes() != b"sound" * 20:
            raise KeyError("x")

    (first, *_) = mutations.try_reader(_reader(read), 5, seed=0).faults
    assert first == "mutation 0: KeyError: 'x' (read)"

    def slow(path: Path) -> None:
        if path.read_bytes() != b"sound" * 20:
            time.sleep(5)

    monkeypatch.setattr(mutations, "SECONDS", 0.01)
    assert "Slow: more than 0.01 seconds" in mutations.try_reader(_reader(slow), 1, seed=0).faults[0]

    def rambling(path: Path) -> None:
        if path.read_bytes() != b"sound" * 20:
            raise DataError("two\nlines")

    monkeypatch.setattr(mutations, "SECONDS", 10)
    assert "no sentence" in mutations.try_reader(_reader(rambling), 1, seed=0).faults[0]


def test_a_mutation_is_a_function_of_its_seed_and_changes_something() -> None:
    sound = bytes(range(256)) * 4
    made = [[mutations.mutated(sound, np.random.default_rng([3, n])) for n in range(200)] for _ in range(2)]
    assert made[0] == made[1]
    assert sum(content != sound for content in made[0]) > 180
    assert len({len(content) for content in made[0]}) > 20
    assert mutations.mutated(b"", np.random.default_rng(0)) is not None
