"""The command that makes a proof again."""

from __future__ import annotations

from dataclasses import replace

from striate.proofs.catalog import prove
from striate.reports.proof.command import command


def test_parameters_that_are_set_become_options() -> None:
    proof = prove("conv-as-matrix", channels_in=1, height=3, width=4)
    assert command(proof) == (
        "striate prove conv-as-matrix --channels-in 1 --channels-out 2 --kernel 3 --height 3 --width 4 --stride 1 --padding 0 "
        "--dilation 1 --seed 0"
    )


def test_words_that_a_shell_would_read_are_quoted() -> None:
    proof = replace(prove("cross-correlation", length=1), parameters={"w": [[0.5, 1.0]], "b": False, "text": "a b; c"})
    assert command(proof) == "striate prove cross-correlation --w '[[0.5, 1.0]]' --b false --text 'a b; c'"
