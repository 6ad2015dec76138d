"""`striate prove`: what it prints, what it writes, and how it says no."""

from __future__ import annotations

import json
import shlex
from functools import partial
from pathlib import Path

import pytest

import striate
from striate.base.catalog import Catalog
from striate.base.errors import ProofError
from striate.proofs import catalog
from striate.proofs.proof import Check


@pytest.fixture
def run(run):
    return partial(run, "prove")


def test_a_proof_at_sizes_of_ones_own(run) -> None:
    code, out, err = run("cross-correlation", "--length", "3")
    assert (code, err) == (0, "")
    assert "∂z[k]/∂x[i] = y[(i + k) mod n]" in out
    assert "z1   y1   y2   y0" in out
    assert "✓ symbolic every entry of both Jacobians: length 3: 18 expressions, all zero" in out
    assert "✓ it holds" in out
    words = " ".join(out.split())
    assert "Drawn on the page only, which --html FILE writes: dz/dx: entries of y; dz/dy: entries of x" in words
    assert out.endswith("made by: striate prove cross-correlation --length 3 --seed 0\n")


def test_the_command_that_made_a_proof_makes_it_again(run) -> None:
    words = ("backprop-example", "--w1", "[[0.1],[0.2]]", "--w2", "[1,2]", "--output=identity")
    made = run(*words)[1]
    assert run(*shlex.split(made.splitlines()[-1].removeprefix("made by: striate prove ")))[1] == made


def test_a_matrix_too_large_to_be_printed_is_told(run) -> None:
    out = " ".join(run("conv-as-matrix", "--length", "60")[1].split())
    assert "A is 116 x 120, 13,920 cells: a matrix is not printed cell by cell above 2,048; all of it is in" in out
    assert "not printed" not in run("conv-as-matrix", "--length", "5")[1]


def test_json_that_no_file_should_hold_is_refused_before_anything_is_written(run) -> None:
    code, out, err = run("cross-correlation", "--length", "800", "--json", "--html", "p.html")
    assert (code, out) == (2, "")
    assert "proof cross-correlation holds 1,282,400 numbers at these sizes, about 24 MiB of JSON, and at most" in err
    assert not Path("p.html").exists()


def test_errata_are_printed(run) -> None:
    out = run("one-one-convolution", "--in", "2", "--out", "2")[1]
    assert "it says  The two are the same when the number of input channels is 1." in out
    assert "α    ." in out


def test_json_holds_the_numbers(run) -> None:
    code, out, _ = run("cross-correlation", "--length", "2", "--json")
    record = json.loads(out)
    assert code == 0
    assert record["holds"] is True
    assert len(record["values"]["jacobian_x"]) == 2


def test_page_and_fragment_are_written(run) -> None:
    code, out, err = run("batch-norm-shapes", "--html", "p.html", "--latex", "p.tex")
    assert (code, out) == (0, "")
    assert err == "wrote p.html\nwrote p.tex\n"
    assert "<math" in Path("p.html").read_text(encoding="utf-8")
    assert Path("p.tex").read_text(encoding="utf-8").startswith("% In the preamble")


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        (["crosscorrelation"], 2, 'proof "crosscorrelation" is unknown (did you mean "cross-correlation"?)'),
        (["cross-correlation", "--lenght", "3"], 2, 'field "lenght" is unknown (did you mean "length"?)'),
        (["cross-correlation", "--length", "0"], 2, "length is 0, and must be greater than or equal to 1"),
        (["--in", "3", "cross-correlation"], 2, "which proof? write its name right after prove"),
        (["--html", "p.html"], 2, "which proof?"),
        (["backprop-example", "--w1", "x"], 2, "w1 is x, and must be a list such as [1, 2]"),
        (["batch-norm-shapes", "--latex", "."], 3, ". could not be written: it is a folder; name a file in it"),
        (["batch-norm-shapes", "--html", "no/p.html"], 3, "there is no folder no; make it first"),
    ],
)
def test_it_says_no_in_a_sentence(run, words: list[str], code: int, told: str) -> None:
    left, out, err = run(*words)
    assert (left, out) == (code, "")
    assert told in err
    assert "Traceback" not in err


@pytest.fixture
def two(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [catalog.ENTRIES[name] for name in ("cross-correlation", "batch-norm-shapes")]
    monkeypatch.setattr(catalog, "ENTRIES", Catalog("proof", ProofError, rows))


@pytest.mark.usefixtures("two")
def test_the_list_checks_every_proof(run) -> None:
    code, out, err = run()
    assert (code, err) == (0, "")
    assert "✓   cross-correlation " in out
    assert "2 of 2 hold" in out
    rows = json.loads(run("--json")[1])
    assert [(row["name"], row["holds"], row["symbolic"]) for row in rows] == [
        ("cross-correlation", True, 1),
        ("batch-norm-shapes", True, 1),
    ]


@pytest.mark.usefixtures("two")
def test_a_failed_check_is_seen_and_has_an_exit_code(run, monkeypatch: pytest.MonkeyPatch) -> None:
    failed = (Check("wrong", "numeric", False, "off by 1"),)
    monkeypatch.setattr("striate.proofs.statements.cross_correlation._spectral", lambda *_: failed)
    code, out, _ = run()
    assert code == 1
    assert "✗   cross-correlation " in out
    assert "1 of 2 hold" in out
    code, out, _ = run("cross-correlation")
    assert code == 1
    assert "✗ numeric  wrong: off by 1" in out
    assert "✗ it does not hold: a check failed" in out


def test_python_returns_the_matrices() -> None:
    assert striate.prove("cross-correlation", length=4).values["jacobian_y"].shape == (4, 4)


def test_help_after_a_name_lists_the_parameters_of_that_proof(run) -> None:
    code, out, err = run("conv-as-matrix", "--help")
    assert (code, err) == (0, "")
    assert "--html <path>" in out
    rows = {words[0]: words[1:] for line in out.splitlines() if (words := line.split()) and words[0].startswith("--")}
    fields = catalog.ENTRIES.entry("conv-as-matrix").Parameters.model_fields
    assert {f"--{field.replace('_', '-')}" for field in fields} <= set(rows)
    assert rows["--kernel"] == ["3", "Cells", "of", "a", "kernel", "along", "each", "side."]
    assert "prove NAME --help" in run("--help")[1]
    code, out, err = run("conv-as-matrx", "--help")
    assert (code, out, err.count("\n")) == (2, "", 1)
