"""The commands that repeat a study and a proof, read back by the parser that will read them."""

from __future__ import annotations

import shlex
from dataclasses import replace
from pathlib import Path

from striate.app.options.repeating import arms_and_claims, proof_command, study_command
from striate.proofs.catalog import prove
from striate.reports.study.records import StudyRecord, read_study
from striate.studies.builtin.parts import batchnorm
from striate.training.recipe.setting import parse_setting


def builtin(finished: Path, **changes: object) -> StudyRecord:
    return replace(read_study(finished), base=batchnorm.BASE.change(**changes).to_json())


def test_a_builtin_study_as_it_stands_needs_no_settings(finished: Path) -> None:
    assert study_command(builtin(finished), "runs/bn") == "striate study batchnorm --seeds 3 --out runs/bn"


def test_what_differs_from_the_builtin_base_is_said(finished: Path) -> None:
    study = builtin(
        finished, data="cifar10", epochs=3, batch_size=64, flip=True, dropout=0.25, schedule="constant", decay=0.0
    )
    words = shlex.split(study_command(study, "out"))
    assert words[:3] == ["striate", "study", "batchnorm"]
    flags = dict(zip(words[3::2], words[4::2], strict=True))
    assert (flags["--data"], flags["--epochs"], flags["--seeds"], flags["--out"]) == ("cifar10", "3", "3", "out")
    settings = [parse_setting(text) for flag, text in zip(words[3::2], words[4::2], strict=True) if flag == "--set"]
    assert batchnorm.BASE.change(data="cifar10", epochs=3, **dict(settings)).to_json() == study.base


def test_what_has_an_option_of_its_own_is_said_by_it(finished: Path) -> None:
    study = builtin(finished)
    words = study_command(replace(study, base={**study.base, "start": "weights.safetensors", "lr": 0.5}), "out")
    assert "--start weights.safetensors" in words
    assert "--set lr=0.5" in words


def test_a_study_of_ones_own_is_a_file_with_its_own_base(finished: Path) -> None:
    study = replace(read_study(finished), name="my study")
    assert study_command(study, "out") == "striate study 'my study.py' --data cifar10 --epochs 25 --seeds 3 --out out"


def test_hostile_values_are_quoted(finished: Path) -> None:
    study = builtin(finished, data="x; rm -rf ~")
    assert shlex.split(study_command(study, "$(reboot)"))[3:] == [
        "--data",
        "x; rm -rf ~",
        "--seeds",
        "3",
        "--out",
        "$(reboot)",
    ]


def test_a_search_is_repeated_with_its_sampler(finished: Path) -> None:
    sampled = replace(builtin(finished), searches=({"field": "lr", "trials": 6},))
    assert "--sampler optuna --trials 6 --seeds 3" in study_command(sampled, "out")
    assert "--sampler" not in study_command(replace(sampled, searches=({"field": "lr", "trials": None},)), "out")


def test_parameters_that_are_set_become_options() -> None:
    proof = prove("conv-as-matrix", channels_in=1, height=3, width=4)
    assert proof_command(proof) == (
        "striate prove conv-as-matrix --channels-in 1 --channels-out 2 --kernel 3 --height 3 --width 4 --stride 1 --padding 0 "
        "--dilation 1 --seed 0"
    )


def test_arms_and_claims_are_written_as_they_are_typed() -> None:
    assert arms_and_claims(["low: lr=0.001", "b: norm=batch"], ["b > low"]) == (
        *("--arm", "low: lr=0.001", "--arm", "b: norm=batch"),
        *("--claim", "b > low"),
    )


def test_words_that_a_shell_would_read_are_quoted() -> None:
    proof = replace(prove("cross-correlation", length=1), parameters={"w": [[0.5, 1.0]], "b": False, "text": "a b; c"})
    assert proof_command(proof) == "striate prove cross-correlation --w '[[0.5, 1.0]]' --b false --text 'a b; c'"
