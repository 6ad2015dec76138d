"""A test score comes back from JSON as it went; what does not apply is not written."""

from __future__ import annotations

import json

from striate.training.folder.run_score import Earlier, RunScore

PLAIN = RunScore(0.0, 1.5, 20, 3, 12)


def test_what_does_not_apply_is_left_out_and_zeros_are_not() -> None:
    assert PLAIN.to_json() == {"accuracy": 0.0, "loss": 1.5, "images": 20, "epoch": 3, "step": 12}
    full = RunScore(0.5, 1.0, 20, 3, 12, "ab", 0.0, 0.0, True, (Earlier(0.25, 2.0, 1, 4),), "running", 0, 9)
    told = json.loads(json.dumps(full.to_json()))
    assert list(told) == [
        *("accuracy", "loss", "images", "epoch", "step", "checkpoint", "accuracy_flips", "loss_flips"),
        *("chosen_on_test", "earlier", "status", "reached", "epochs"),
    ]
    assert told["earlier"] == [{"accuracy": 0.25, "loss": 2.0, "epoch": 1, "step": 4}]
    assert RunScore.of(told) == full


def test_names_of_later_versions_are_passed_over() -> None:
    assert RunScore.of({**PLAIN.to_json(), "seal": "x", "format": 1, "new": [1]}) == PLAIN
    assert PLAIN.before() == Earlier(0.0, 1.5, 3, 12)
