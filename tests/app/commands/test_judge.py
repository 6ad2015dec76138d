"""`striate judge` and `st.judge`: what they print and write, and how they say no."""

from __future__ import annotations

import json
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

import striate as st
from striate.app import cli
from striate.app.commands.judge import step_of
from striate.app.judging.judged import repeat
from striate.base.errors import StorageError
from striate.studies.judged.columns import Columns

ROWS = [
    (arm, seed, value)
    for arm, start in (("a", 0.80), ("b", 0.86))
    for seed, value in enumerate((start, start + 0.004, start - 0.002))
]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    monkeypatch.chdir(tmp_path)
    lines = "".join(f"{arm},{seed},{value:.4f}\n" for arm, seed, value in ROWS)
    Path("runs.csv").write_text(f"model,seed,test_acc\n{lines}", encoding="utf-8")

    def judge(*words: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["striate", "judge", *words])
        with pytest.raises(SystemExit) as left:
            cli.main()
        out, err = capsys.readouterr()
        return int(left.value.code or 0), out, err

    return judge


USUAL = ("runs.csv", "--arm", "model", "--value", "test_acc", "--claim", "b > a by 0.005")


def test_the_verdict_is_printed_and_the_page_written(run) -> None:
    code, out, err = run(*USUAL, "--out", "page.html")
    assert (code, err) == (0, "wrote page.html\n")
    assert "supported b ends with a higher test_acc than a" in out
    assert "n = 3 against 3" in out
    assert [line.split()[:2] for line in out.splitlines() if line.startswith(("a ", "b "))] == [["a", "3"], ["b", "3"]]
    page = Path("page.html").read_text(encoding="utf-8")
    assert "supported" in page
    assert "striate:output" in page
    assert run(*USUAL, "--out", "page.html")[0] == 0  # over its own
    for to in ("md", "tex", "txt"):
        assert run(*USUAL, "--out", f"paragraph.{to}")[0] == 0
        assert "The unit of analysis is one training run." in Path(f"paragraph.{to}").read_text(encoding="utf-8")


def test_small_numbers_and_any_name_of_a_column_are_shown(run) -> None:
    lines = "".join(f"{arm},{seed},{value * 1e-6}\n" for arm, seed, value in ROWS)
    Path("small.csv").write_text(f"model,seed,name\n{lines}", encoding="utf-8")
    code, out, _ = run(
        "small.csv", "--arm", "model", "--value", "name", "--claim", "b > a by 1e-8", "--out", "page.html"
    )
    assert code == 0
    assert "differs from a by +6.00e-08" in " ".join(out.split())
    assert "8.007e-07 ± 3.055e-09 (3)" in out
    assert "8.007e-07 ± 3.055e-09" in Path("page.html").read_text(encoding="utf-8")


def test_the_record_is_that_of_a_study(run) -> None:
    code, out, err = run(*USUAL, "--json")
    record = json.loads(out)
    assert (code, err) == (0, "")
    assert set(record) >= {"format", "study", "verdicts", "arms", "failures", "warnings"}
    assert record["verdicts"][0]["answer"] == "supported"
    assert record["arms"][1]["test_acc"]["n"] == 3


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("runs.csv",), "nothing says which arm a row is of; add --arm COLUMN, one of model, seed, test_acc"),
        ((*USUAL[:4], "tst_acc", *USUAL[5:]), '--value: column "tst_acc" is unknown (did you mean "test_acc"?)'),
        (USUAL[:5], 'no claim is given, and the arms are a, b; write for example --claim "b > a by 0.005"'),
        (("no.csv", *USUAL[1:]), '"no.csv" is absent; name a table'),
        ((*USUAL, "--at", "end"), "--at is end, and must be a step, as a number, or last"),
    ],
)
def test_what_cannot_be_judged_ends_in_one_sentence(run, words: tuple[str, ...], said: str) -> None:
    code, out, err = run(*words)
    assert (code, out) == (2, "")
    assert said in " ".join(err.replace("│", " ").split())


def test_an_ending_of_which_no_verdict_is_written_is_refused(run) -> None:
    code, _, err = run("runs.csv", "--arm", "model", "--value", "test_acc", "--claim", "b > a", "--out", "v.pdf")
    assert (code, Path("v.pdf").exists()) == (2, False)
    assert "--out is v.pdf, and no verdict is written as .pdf; accepted are .html for the page" in err


def test_nothing_of_the_persons_is_overwritten(run) -> None:
    Path("page.html").write_text("mine", encoding="utf-8")
    assert run(*USUAL, "--out", "page.html")[0] == 3
    with pytest.raises(StorageError, match="striate did not write it"):
        st.judge("runs.csv", "b > a", arm="model", value="test_acc", out="page.html")
    assert Path("page.html").read_text(encoding="utf-8") == "mine"


def test_the_command_that_is_told_gives_the_same(run) -> None:
    columns = Columns("model", "seed", "test_acc", None, None, ("model!=c",), "last", 0.1)
    words = shlex.split(repeat("runs.csv", ["b > a by 0.005", "a < b"], columns, "test", "page.html"))
    assert words[:2] == ["striate", "judge"]
    code, out, _ = run(*words[2:], "--json")
    assert code == 0
    assert [verdict["answer"] for verdict in json.loads(out)["verdicts"]] == ["supported", "supported"]


def test_from_python_with_rows(tmp_path: Path) -> None:
    rows = [{"arm": arm, "seed": seed, "test_acc": value} for arm, seed, value in ROWS]
    judged = st.judge(rows, "b > a by 0.005", value="test_acc", out=tmp_path / "page.html")
    assert judged.verdicts[0].answer == "supported"
    assert (tmp_path / "page.html").exists()


def test_a_step_as_it_is_written() -> None:
    assert (step_of(None), step_of("last"), step_of("1e3")) == (None, "last", 1000.0)


def test_a_table_is_judged_without_pytorch(run) -> None:
    words = ["striate", "judge", *USUAL]
    code = (
        f"import sys\nfrom striate.app import cli\nsys.argv = {words!r}\n"
        "try:\n    cli.main()\nexcept SystemExit:\n    print('torch' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=120, check=True)
    assert done.stdout.splitlines()[-1] == "False"
