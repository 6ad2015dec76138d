"""The command line: what it prints, what it returns, and how it says no."""

from __future__ import annotations

import json
import math
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from striate.app import cli
from striate.app.inputs.changes import changes_of

TINY = ["--set", "widths=[[4]]", "--set", "hidden=[]", "--set", "batch_size=256"]
# The largest rates at which nets of this study learn are sought from its rate: few short runs from here, on few images.
TINY_STUDY = ["--set", "widths=[[2]]", "--set", "hidden=[]", "--set", "batch_size=32", "--set", "lr=0.1"]


def test_train_test_and_resume_tell_what_to_do_next(run) -> None:
    code, out, err = run("train", "--epochs", "1", "--out", "first", *TINY)
    assert (code, err) == (0, "")
    assert "finished after epoch 1 of 1" in out
    assert "test it with: striate test first" in out
    code, out, _ = run("test", "first")
    assert code == 0
    assert out.startswith("test accuracy 0.")
    code, out, _ = run("test", "first", "--json")
    assert json.loads(out)["images"] == 359
    code, out, err = run("test", "first", "--test-flips")
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert "the recipe of a run says whether its test has mirror images" in err
    assert run("resume", "first")[0] == 0
    told = json.loads(run("resume", "first", "--json")[1])
    assert told["best"] == {"epoch": 1, "val_accuracy": told["last"]["val_accuracy"]}


@pytest.mark.parametrize(
    ("words", "hidden"), [(("--net", "mlp"), [7]), ((), [7]), (("--engine", "scratch", "--net", "softmax"), 7)]
)
def test_hidden_units_are_those_of_either_engine(words: tuple[str, ...], hidden: object) -> None:
    given = dict(zip((word[2:] for word in words[::2]), words[1::2], strict=True))
    assert changes_of(None, {"hidden": 7, **given})["hidden"] == hidden


def test_a_study_prints_verdicts_and_writes_its_report(run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("striate.app.progress.bars.SILENCE", math.inf)  # a slow machine is no other answer
    code, out, err = run("study", "batchnorm", "--epochs", "1", "--seeds", "1", "--out", "bn", *TINY_STUDY)
    assert (code, err) == (0, "")
    assert out.startswith("Does batch normalization help?\ndigits, 6 arms x 1 seed, 1 epoch")
    assert out.count("undecided ") == 3
    assert "report: bn/report.html" in out
    assert Path("bn/report.html").is_file()
    code, out, _ = run("study", "batchnorm", "--epochs", "1", "--seeds", "1", "--out", "bn", *TINY_STUDY, "--json")
    assert [verdict["answer"] for verdict in json.loads(out)["verdicts"]] == ["undecided"] * 3


def test_the_hint_after_training_a_net_of_ones_own_is_a_command_that_runs(run, monkeypatch: pytest.MonkeyPatch) -> None:
    Path("hinted.py").write_text(
        "from torch import nn\ndef net(classes):\n    return nn.Sequential(nn.Flatten(), nn.Linear(64, classes))\n"
    )
    monkeypatch.syspath_prepend(str(Path.cwd()))
    code, out, _ = run("train", "--net", "hinted:net", "--epochs", "1", "--train-images", "64", "--out", "first")
    hint = re.search(r"test it with: striate (.*)", out)
    assert (code, hint and hint[1]) == (0, "test first --net hinted:net")
    assert run(*hint[1].split())[0] == 0


def test_a_diverged_run_has_an_exit_code_of_its_own(run) -> None:
    words = (
        "train",
        "--optimizer",
        "sgd",
        "--lr",
        "1000",
        "--epochs",
        "20",
        "--out",
        "wild",
        *TINY,
        "--set",
        "activation=elu",
    )
    code, out, _ = run(*words)
    assert code == 4
    assert "diverged after epoch" in out
    assert "not finite" in out


@pytest.mark.parametrize(
    ("words", "sentences"),
    [
        (("train", "--net", "convnt"), ['net "convnt" is unknown (did you mean "convnet"?)']),
        (("train", "--lr", "-1", "--set", "epochz=3"), ["lr is -1.0", '"epochz" is unknown (did you mean "epochs"?)']),
        (("train", "--lr", "nan"), ["lr is nan"]),
        (("train", "--epochs", "2", "--set", "epochs=1"), ["epochs is given by --epochs and by --set; give it once"]),
        (("train", "--set", "lr=1", "--set", "lr=2"), ["lr is set 2 times; set it once"]),
        (("study", "batchnorm", "--data", "digits", "--set", "data=mnist"), ["data is given by --data and by --set"]),
        (("train", "--set", "lr"), ['"lr" is not a setting; write field=value']),
        (("train", "--data", "cifr10"), ['data set "cifr10" is unknown (did you mean "cifar10"?)']),
        (("train", "--processes", "20"), ["20 processes need batches of at least 40", "take fewer --processes"]),
        (("train", "--set", "widths=[[4],[4],[4],[4]]"), ["4 stages", "8x8 pixels allow 3"]),
        (("study", "batchnrm"), ['study "batchnrm" is unknown (did you mean "batchnorm"?)']),
        (("study", "batchnorm", "--set", "kernle=3"), ['"kernle" is unknown (did you mean "kernel"?)']),
        (("test", "nowhere"), ['no run in "nowhere"']),
        (("test", "nowhere", "--test-flips"), ['no run in "nowhere"']),
        (("resume", "nowhere"), ['no run in "nowhere"']),
        (("show", "net", "convnet", "--input", "32"), ['input "32" is not an image shape', "3x32x32"]),
    ],
)
def test_mistakes_end_in_one_sentence_and_leave_nothing(run, words: tuple[str, ...], sentences: list[str]) -> None:
    code, out, err = run(*words)
    assert (code, out) == (2, "")
    assert err.startswith("striate: ")
    assert err.count("\n") == 1
    for sentence in sentences:
        assert sentence in err
    assert list(Path().iterdir()) == []


def test_processes_of_a_launcher_are_not_counted_twice(run, monkeypatch: pytest.MonkeyPatch) -> None:
    found = {"RANK": "1", "WORLD_SIZE": "2", "MASTER_ADDR": "127.0.0.1", "MASTER_PORT": "1"}
    for name, value in found.items():
        monkeypatch.setenv(name, value)
    for words in (("train",), ("resume", "nowhere")):
        code, out, err = run(*words, "--processes", "3")
        assert (code, out) == (2, "")
        assert "the launcher started 2 processes, and --processes says 3; leave that out" in err


def test_debug_shows_the_traceback(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    from striate.base.errors import NetError

    monkeypatch.setattr(sys, "argv", ["striate", "--debug", "show", "net", "convnt"])
    with pytest.raises(NetError):
        cli.main()


def test_code_that_ends_the_program_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(str(tmp_path))
    Path("leaves_early.py").write_text(
        "import sys\nfrom torch import nn\n\nclass Net(nn.Linear):\n    def __init__(self): super().__init__(64, 10)\n"
        "    def forward(self, x): sys.exit(0)\n"
    )
    monkeypatch.setattr(sys, "argv", ["striate", "show", "net", "leaves_early:Net"])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    assert ended.value.code == 2
    assert (
        "leaves_early.py, line 6: this code ended the program (SystemExit: 0); leave that out"
        in capsys.readouterr().err
    )


def test_the_lists(run) -> None:
    for words, name in (
        (("nets",), "convnet-cs7150"),
        (("nets",), "timm:NAME"),
        (("data",), "cifar100"),
        (("studies",), "batchnorm"),
    ):
        code, out, err = run("list", *words)
        assert (code, err) == (0, "")
        assert name in out
        assert name in [next(iter(row.values())) for row in json.loads(run("list", *words, "--json")[1])]


@pytest.mark.parametrize("what", ["nets", "data", "studies"])
def test_a_table_that_is_piped_has_one_line_for_each_row(run, what: str) -> None:
    rows = json.loads(run("list", what, "--json")[1])
    lines = run("list", what)[1].splitlines()[2:]
    assert [line.split()[0] for line in lines] == [next(iter(row.values())).split()[0] for row in rows]
    assert max(map(len, lines)) > 120 or what != "data", "nothing here is long enough to be folded"


def test_the_doctor_finds_this_machine_well(run) -> None:
    code, out, _ = run("doctor")
    assert code == 0
    assert "torch" in out
    assert "fix" not in out


def test_the_version_is_printed() -> None:
    done = subprocess.run([sys.executable, "-m", "striate", "--version"], capture_output=True, text=True, check=True)
    assert done.stdout == "0.1.0\n"


def test_python_gives_the_same_answers(tmp_path: Path) -> None:
    import striate as st

    run = st.train(st.Recipe(epochs=1, batch_size=256), tmp_path / "run")
    assert st.test(run.folder).accuracy == st.test(tmp_path / "run").accuracy
    small = {"widths": [[2]], "hidden": [], "batch_size": 32, "lr": 0.1}
    found = st.study("batchnorm", tmp_path / "bn", seeds=1, changes={"epochs": 1, **small})
    assert found.report.is_file()
    assert len(found.answer.verdicts) == 3
    with pytest.raises(AttributeError, match="no attribute 'trian'"):
        _ = st.trian
    assert set(st.__all__) <= set(dir(st))


def test_the_layers_by_hand_are_trained_tested_and_resumed_by_the_same_commands(run) -> None:
    words = ("--engine", "scratch", "--net", "logistic", "--hidden", "4", "--data", "sums", "--epochs", "1")
    code, out, err = run("train", *words, "--out", "hand")
    assert (code, err) == (0, "")
    assert "finished after epoch 1 of 1" in out
    assert run("test", "hand")[1].startswith("test accuracy 0.")
    assert run("resume", "hand")[0] == 0
    code, _, err = run("train", *words, "--precision", "bfloat16")
    assert code == 2
    assert "precision is bfloat16, and engine scratch accepts auto or float32 or float64" in err
    assert "by hand: conv-[batch norm]-relu-pool-dense-relu-[dropout]-dense" in run("list", "nets")[1]


def test_a_sampler_belongs_to_a_study_of_a_range(run) -> None:
    code, _, err = run("study", "batchnorm", "--sampler", "optuna")
    assert (code, err) == (2, 'striate: study "batchnorm" has no range to sample from; leave the sampler out\n')
    code, _, err = run("study", "hidden-units", "--trials", "4")
    assert (code, err) == (
        2,
        "striate: trials is 4, and belongs to the sampler optuna; add --sampler optuna\n",
    )


def test_code_that_asks_for_input_finds_none_and_a_remark_is_a_sentence(tmp_path: Path) -> None:
    """The command's own input stays open, as a terminal multiplexer or a scheduler leaves it, and nobody types."""
    (tmp_path / "asks.py").write_text(
        '"""Asks."""\nimport warnings\nfrom striate.base.errors import remark\nremark("heard")\ninput()\n'
    )
    reading, writing = os.pipe()
    try:
        words = [sys.executable, "-m", "striate", "study", "asks.py"]
        done = subprocess.run(
            words, cwd=tmp_path, stdin=reading, capture_output=True, text=True, timeout=120, check=False
        )
    finally:
        os.close(reading)
        os.close(writing)
    assert done.returncode == 2
    remarked, refused = done.stderr.splitlines()
    assert remarked == "striate: heard"
    assert refused.startswith('striate: study file "asks.py" cannot be run (EOFError: EOF when reading a line)')
