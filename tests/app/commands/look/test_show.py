"""`striate show study`, and arms from the command line, as a person types them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

TINY = ["--set", "widths=[[4]]", "--set", "hidden=[]", "--set", "batch_size=256", "--epochs", "1"]
ARMS = ["--arm", "slow: lr=0.001", "--arm", "fast [/b]: lr=0.01"]


def test_arms_are_shown_then_run_then_shown_with_their_files(run) -> None:
    code, out, err = run("show", "study", *ARMS, *TINY, "--seeds", "1", "--quick")
    assert (code, err) == (0, "")
    assert "fast [/b]  lr=0.01" in out
    assert "2 arms x 1 seed = 2 runs" in out
    claim = ("--claim", "fast [/b] > slow by 0.02 in best")
    code, out, err = run("study", *ARMS, *claim, *TINY, "--seeds", "1", "--out", "asked")
    assert code == 0
    assert "striate:" not in err  # on a slow machine the progress is told there
    assert "fast [/b] ends in a higher best accuracy than slow" in out
    page = Path("asked/report.html").read_text()
    assert "striate study --arm &#39;slow: lr=0.001&#39; --arm" in page
    told = json.loads(run("show", "study", "asked", "--json")[1])
    assert (told["ended"], told["runs"]) == (2, 2)
    code, out, _ = run("show", "study", "asked", "--to", "tex", "--to", "csv", "--out", "files")
    assert 'format "jpg" is unknown' in run("show", "study", "asked", "--to", "jpg")[2]
    names = ("arms.tex", "changes.tex", "methods.tex", "arms.csv", "comparisons.csv", "runs.csv", "curves.csv")
    assert (code, out) == (0, "".join(f"wrote files/{name}\n" for name in names))


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("study",), "no study and no arm are given"),
        (("study", "--arm", "a: lr=1"), "one arm is given"),
        (("show", "study", "batchnrm"), 'did you mean "batchnorm"?'),
        (("show", "study", "batchnorm", "--to", "svg"), "write the charts and tables of a study that has run"),
        (("show", "study", *ARMS, "--claim", "fast"), "is not ARM > CONTROL by MARGIN in MEASURE"),
    ],
)
def test_mistakes_end_in_one_sentence(run, words: tuple[str, ...], sentence: str) -> None:
    code, out, err = run(*words)
    assert (code, out) == (2, "")
    assert err.count("\n") == 1
    assert sentence in err


def test_data_that_are_not_here_cost_no_download_and_no_answer(run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("STRIATE_DATA", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(Path.cwd()))
    code, out, err = run("show", "study", "batchnorm", "--data", "cifar100")
    assert code == 0
    assert "no estimate of the time: " in err
    assert "6 arms x 5 seeds = 30 runs" in out
