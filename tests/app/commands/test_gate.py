"""`striate gate` and `st.gate`: exit codes for a program, sentences for a person, and a folder that goes on."""

from __future__ import annotations

import json
import shlex
import sys
from pathlib import Path

import pytest

import striate as st
from striate.app import cli
from striate.app.judging.gate import repeat
from striate.base.errors import StorageError
from striate.studies.gate import gate as module

PROGRAM = 'case $2 in 0) d=13;; 1) d=47;; *) d=22;; esac; echo "loss: $1$d"\n'


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    monkeypatch.chdir(tmp_path)
    Path("loss").write_text(PROGRAM, encoding="utf-8")

    def gate(*words: str, treatment: str = "sh loss 0.70 {seed}") -> tuple[int, str, str]:
        given = (
            "--control",
            "sh loss 0.80 {seed}",
            "--treatment",
            treatment,
            "--measure",
            "loss: (.*)",
            "--seeds",
            "3",
        )
        monkeypatch.setattr(sys, "argv", ["striate", "gate", *given, *words])
        with pytest.raises(SystemExit) as left:
            cli.main()
        out, err = capsys.readouterr()
        return int(left.value.code or 0), out, err

    return gate


def test_each_answer_has_its_exit_code(run) -> None:
    assert run("--lower-is-better")[0] == 0
    assert run()[0] == 3
    assert run(treatment="sh ./loss 0.80 {seed}")[0] == 5
    assert sorted(path.name for path in Path("runs").iterdir()) == ["gate-1", "gate-2", "gate-3"]  # each a new one


def test_what_is_said_and_kept(run) -> None:
    code, out, err = run("--lower-is-better", "--out", "g")
    assert code == 0
    assert "supported the treatment ends with a lower loss than the control" in out
    assert "a gain of +0.1000" in out
    assert out.endswith("report: g/report.html\n")
    assert err.splitlines()[:2] == ["control, seed 0: loss 0.8013", "treatment, seed 0: loss 0.7013"]
    page = Path("g/report.html").read_text(encoding="utf-8")
    assert "sh loss 0.70 {seed}" in page
    again = run("--lower-is-better", "--out", "g", "--json")
    record = json.loads(again[1])
    assert (again[0], record["answer"], record["folder"], record["report"]) == (0, "supported", "g", "g/report.html")
    assert "(run before)" in again[2]
    assert record["values"]["control"] == {"0": 0.8013, "1": 0.8047, "2": 0.8022}
    assert record["night"] is None


def test_seeds_until_decided(run) -> None:
    made = st.gate(*("sh loss 0.80 {seed}", "sh loss 0.70 {seed}", "loss: (.*)", "g"), lower=True, seeds=st.Until(2, 6))
    assert made.answer == "supported"
    assert shlex.split(repeat(made))[-8:] == [
        "--until-decided",
        "--least",
        "2",
        "--most",
        "6",
        "--lower-is-better",
        "--out",
        "g",
    ]
    code, out, err = run("--lower-is-better", "--until-decided", "--json")
    assert (code, out) == (2, "")
    assert "a fixed number, and --until-decided stops earlier" in err  # this helper always gives --seeds


def test_the_shell_is_said(run) -> None:
    _, _, err = run(treatment="sh loss 0.70 {seed} | cat")
    assert err.splitlines()[0] == (
        "the treatment is run by /bin/sh, since it has |, which hides a failure of what stands before it"
    )


def test_a_run_that_cannot_count_is_code_two_and_one_sentence(run) -> None:
    code, out, err = run("--out", "g", treatment="sh -c 'echo no; exit 7' {seed}")
    assert (code, out) == (2, "")
    assert err.splitlines()[-1] == (
        "striate: the treatment with seed 0 failed with exit code 7; what it said is in g/runs/treatment/0/1, and the same"
        " command with --out g goes on from there; where failing is part of what is judged, ask anew with --failed-as"
    )
    assert Path("g/runs/treatment/0/1/stdout").read_text() == "no\n"


def test_a_disk_that_refuses_is_no_answer(run, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise StorageError("no space")

    monkeypatch.setattr(module, "run_jobs", full)
    code, out, err = run()
    assert (code, out) == (1, "")
    assert err == "striate: no space\n"


def test_a_stop_says_how_it_goes_on(run, monkeypatch: pytest.MonkeyPatch) -> None:
    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(module, "run_jobs", stop)
    code, _, err = run()
    assert code == 130
    assert err == (
        "stopped; what is done is kept in runs/gate-1, and the same command with --out runs/gate-1 continues\n"
    )


def test_a_night_is_told(run) -> None:
    code, out, _ = run("--lower-is-better", "--night", "night.json", "--json")
    record = json.loads(out)
    assert code == 0
    assert record["night"] == {"gate": 1, "level": pytest.approx(0.0109, abs=1e-4), "rule": "LORD++"}
    assert "97.81 % interval" in record["verdicts"][0]["reason"]


def test_from_python_and_the_command_that_is_told(run) -> None:
    made = st.gate(
        *("sh loss 0.80 {seed}", "sh loss 0.70 {seed}", "loss: (.*)", "g"), lower=True, margin=0.05, seeds=3, timeout=60
    )
    assert made.answer == "supported"
    words = shlex.split(repeat(made))
    assert words[:2] == ["striate", "gate"]
    code, _, err = run(*words[2:])
    assert code == 0
    assert err.count("(run before)") == 6
