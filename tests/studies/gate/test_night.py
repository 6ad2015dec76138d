"""LORD++ by hand, by simulation, and as a file that gates share."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from scipy import special, stats

from striate.base.errors import StorageError, StudyError
from striate.studies.gate import night
from striate.studies.gate.night import ALPHA, FIRST, ZETA, enter, leave, levels


def test_the_shares_sum_to_one() -> None:
    assert pytest.approx(special.zeta(night.POWER)) == ZETA


def test_levels_by_hand() -> None:
    g = [t**-1.6 / ZETA for t in range(1, 6)]
    assert levels([], 1) == pytest.approx(0.025 * g[0])
    assert levels([], 2) == pytest.approx(0.025 * g[1])
    assert levels([2], 3) == pytest.approx(0.025 * g[2] + 0.025 * g[0])
    assert levels([2, 3], 5) == pytest.approx(0.025 * g[4] + 0.025 * g[2] + 0.05 * g[1])
    assert levels([5], 5) == levels([], 5)  # what is found now pays for later gates alone


def test_without_any_effect_the_levels_spend_at_most_what_there_is() -> None:
    assert sum(levels([], gate) for gate in range(1, 2000)) < FIRST < ALPHA


def nights(effects: np.ndarray, seeds: int, rule: bool, seed: int) -> np.ndarray:
    """Return which gates are kept, (nights, gates), by the one-sided p of Welch's test of ``seeds`` against ``seeds``."""
    rng = np.random.default_rng(seed)
    shape = (*effects.shape, seeds)
    p = stats.ttest_ind(
        rng.normal(size=shape) + effects[..., None],
        rng.normal(size=shape),
        axis=-1,
        equal_var=False,
        alternative="greater",
    ).pvalue
    kept = np.zeros(effects.shape, bool)
    for place, row in enumerate(p):
        found: list[int] = []
        for gate, value in enumerate(row, 1):
            if value <= (levels(found, gate) if rule else 0.025):
                found.append(gate)
                kept[place, gate - 1] = True
    return kept


def test_a_night_without_effects_keeps_something_in_at_most_one_of_twenty() -> None:
    effects = np.zeros((1000, 60))
    assert nights(effects, 5, True, 1).any(axis=1).mean() < ALPHA
    assert nights(effects, 5, False, 1).any(axis=1).mean() > 0.6  # gates that do not know of each other


@pytest.mark.parametrize("share", [0.1, 0.4])
def test_of_what_is_kept_at_most_one_in_twenty_has_no_effect(share: float) -> None:
    rng = np.random.default_rng(2)
    real = rng.random((400, 60)) < share
    kept = nights(np.where(real, 3.0, 0.0), 5, True, 3)
    false = np.where(kept.any(axis=1), (kept & ~real).sum(axis=1) / np.maximum(kept.sum(axis=1), 1), 0.0)
    assert false.mean() + 3 * false.std() / 20 < ALPHA + 0.01
    assert kept[real].mean() > 0.25  # and it does keep changes that help


def test_gates_share_a_file_and_one_that_goes_on_keeps_its_level(tmp_path: Path) -> None:
    path = tmp_path / "night.json"
    assert enter(path, tmp_path / "a", "1") == (1, levels([], 1))
    assert enter(path, tmp_path / "b", "2") == (2, levels([], 2))  # while the first one is still running
    leave(path, "1", "supported")
    assert enter(path, tmp_path / "b", "2") == (2, levels([], 2))
    leave(path, "2", "refuted")
    assert enter(path, tmp_path / "c", "3") == (3, levels([1], 3))
    record = json.loads(path.read_text())
    assert [gate["answer"] for gate in record["gates"]] == ["supported", "refuted", None]


def test_a_gate_is_known_by_its_key_and_not_by_its_folder(tmp_path: Path) -> None:
    path = tmp_path / "night.json"
    assert enter(path, tmp_path / "a", "1")[0] == 1
    assert enter(path, tmp_path / "a", "2")[0] == 2  # another one, in a folder of the same name
    assert enter(path, tmp_path / "moved", "1", answered=True)[0] == 1
    with pytest.raises(StudyError, match="was answered before it came to the night"):
        enter(path, tmp_path / "a", "3", answered=True)


def test_a_night_that_an_earlier_version_wrote_goes_on(tmp_path: Path) -> None:
    path = tmp_path / "night.json"
    night._write(path, [{"folder": str(tmp_path / "a"), "level": levels([], 1), "answer": "refuted"}])
    assert enter(path, tmp_path / "a", "1", answered=True) == (1, levels([], 1))
    assert enter(path, tmp_path / "a", "2")[0] == 2


def test_a_file_that_is_no_night_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("mine")
    with pytest.raises(StorageError, match="striate did not write it"):
        enter(path, tmp_path / "a", "1")
    assert path.read_text() == "mine"
    enter(tmp_path / "night.json", tmp_path / "a", "1")
    text = (tmp_path / "night.json").read_text()
    (tmp_path / "night.json").write_text(text.replace('"answer": null', '"answer": "supported"'))
    with pytest.raises(StudyError, match="was changed after it was written"):
        enter(tmp_path / "night.json", tmp_path / "b", "2")


def test_a_level_that_no_gate_can_have_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "night.json"
    enter(path, tmp_path / "one", "1")
    (gate,) = json.loads(path.read_text())["gates"]
    for changes in ({"level": 0.04}, {"level": -1.0}, {"answer": "perhaps"}):
        night._write(path, [{**gate, **changes}])
        with pytest.raises(StudyError, match=r"level|answer"):
            enter(path, tmp_path / "two", "2")
