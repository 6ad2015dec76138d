"""Words after the name of a proof become its fields."""

from __future__ import annotations

import pytest

from striate.app.options.proof_fields import options
from striate.base.errors import ProofError

FIELDS = {
    "channels": int,
    "filters": int,
    "kernel_height": int,
    "bias": bool,
    "alpha": float,
    "output": str,
    "w1": tuple,
}


@pytest.mark.parametrize(
    ("words", "given"),
    [
        (["--channels", "3", "--kernel-height=5"], {"channels": 3, "kernel_height": 5}),
        (["--in", "2", "--out", "4"], {"channels": 2, "filters": 4}),
        (["--bias"], {"bias": True}),
        (["--bias", "--channels", "2"], {"bias": True, "channels": 2}),
        (["--bias", "false"], {"bias": False}),
        (["--no-bias"], {"bias": False}),
        (["--alpha", "-1.5"], {"alpha": -1.5}),
        (["--output", "identity"], {"output": "identity"}),
        (["--w1", "[[1, 2]]"], {"w1": [[1, 2]]}),
        (["--w1", "1,0.5"], {"w1": [1, 0.5]}),
        (["--output", "a,b"], {"output": "a,b"}),
        (["--chanels", "3"], {"chanels": 3}),
        ([], {}),
    ],
)
def test_options_become_fields(words: list[str], given: dict[str, object]) -> None:
    assert options(words, FIELDS) == given


def test_in_and_out_are_the_channels_of_whichever_name() -> None:
    assert options(["--in", "2", "--out", "3"], {"channels_in": int, "channels_out": int}) == {
        "channels_in": 2,
        "channels_out": 3,
    }


def test_words_that_are_no_options_are_told_together() -> None:
    with pytest.raises(ProofError, match=r'"3" is not an option, write --FIELD VALUE; --channels needs a value'):
        options(["3", "--channels"], FIELDS)


def test_a_field_is_given_once() -> None:
    told = r"--channels is given a second time, as 3; give each field once; --no-bias is given a second time, as false"
    with pytest.raises(ProofError, match=told):
        options(["--in", "2", "--channels", "3", "--bias", "--no-bias"], FIELDS)
