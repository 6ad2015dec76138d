"""Commands as people write them: words, or a shell where only a shell will do."""

from __future__ import annotations

import pytest

from striate.base.errors import StudyError
from striate.studies.gate.command_line import command, files_of, needs_shell


@pytest.mark.parametrize(
    "text",
    [
        "python train.py --seed {seed}",
        "python train.py --widths [[4],[4]] --seed={seed}",
        "sh -c 'a | b > $HOME; c' {seed}",
        'python -c "print(1)" {seed}',
        r"python a\ b.py \$x {seed} a~b",
        "env SEED={seed} python train.py",
    ],
)
def test_no_shell_where_words_are_enough(text: str) -> None:
    assert needs_shell(text) == ""


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("cd x && python train.py {seed}", "&"),
        ("python train.py {seed} | tail -1", "|"),
        ("python train.py {seed} > log", ">"),
        ("python train.py $ARGS {seed}", "$"),
        ('python "$HOME/train.py" {seed}', "$"),
        ("python train.py `x` {seed}", "`"),
        ("cat *.txt {seed}", "*"),
        ("~/bin/train {seed}", "~"),
        ("python ~/train.py {seed}", "~"),
        ("SEED={seed} python train.py", "SEED={seed}"),
        ("a {seed}\nb", "a line break"),
    ],
)
def test_what_needs_a_shell_is_named_and_gets_one(text: str, what: str) -> None:
    made = command("control", text)
    assert made.shell == what
    assert made.words(3) == ["/bin/sh", "-c", text.replace("{seed}", "3")]


def test_the_seed_stands_wherever_it_is_written() -> None:
    made = command("control", "run 'a b' --seed {seed} --out runs/{seed} '{\"json\": {}}'")
    assert made.words(12) == ["run", "a b", "--seed", "12", "--out", "runs/12", '{"json": {}}']


def test_what_could_be_a_file_is_found_within_a_shells_words_too() -> None:
    assert files_of("cd x && python a.py --config=b.yaml 'c d' | tee a.py") == [
        *("cd", "x", "python", "a.py", "--config", "b.yaml", "c", "d", "tee")
    ]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("python train.py", r'the control has no \{seed\}.*"env SEED=\{seed\} \.\.\." before it'),
        ("python 'train.py {seed}", "No closing quotation"),
        ("a\0{seed}", "is not a command"),
    ],
)
def test_what_is_no_command_is_refused(text: str, words: str) -> None:
    with pytest.raises(StudyError, match=words):
        command("control", text)
