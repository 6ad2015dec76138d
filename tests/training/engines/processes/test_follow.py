"""What must be the same in all processes of a run, and what one says when it is not."""

from __future__ import annotations

import json
from typing import Any

import pytest
import torch

from striate.base.errors import RunError
from striate.base.version import VERSION
from striate.data import load
from striate.training.engines.processes import follow
from striate.training.recipe.recipe import Recipe


class Told:
    """A group whose first process has told a job."""

    rank, size = 1, 2

    def __init__(self, job: dict[str, Any]) -> None:
        self.job = job

    def told(self) -> bytes:
        return json.dumps(self.job).encode()


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        (
            "striate",
            "0.0.1",
            f"process 2 of 2 has other striate than the first \\({VERSION} and 0.0.1\\); bring them into",
        ),
        ("torch", "1.0", f"other torch than the first \\({torch.__version__[:4]}"),
        ("data", "f" * 64, "other images than the first \\(.* and ffffff"),
        ("precision", "bfloat16", "other precision than the first \\(float32 and bfloat16"),
    ],
)
def test_what_differs_is_told(name: str, value: str, told: str) -> None:
    recipe = Recipe(data="digits", precision="float32")
    job = follow.job(recipe.to_json(), "", load("digits").fingerprint, "float32", None)
    job["same"][name] = value
    with pytest.raises(RunError, match=told):
        follow.follow(Told(job))
