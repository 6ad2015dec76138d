"""What every proof of the catalogue owes: it holds at its own sizes and at others, and its check can fail."""

from __future__ import annotations

import json
import random
import re
import shutil
import subprocess
from dataclasses import fields
from functools import cache
from pathlib import Path
from typing import Any, Literal, get_args, get_origin

import pytest
from pydantic import BaseModel, ValidationError

from striate.app.options.repeating import proof_command
from striate.base.disk.files import dump_json
from striate.proofs.catalog import ENTRIES
from striate.proofs.proof import Proof
from striate.reports.kit.mathml import formula
from striate.reports.proof.latex import proof_latex

KNOWN = {
    "Delta", "Leftrightarrow", "Longleftrightarrow", "Rightarrow", "Sigma", "Vert", "alpha", "approx", "ast", "bar",
    "begin", "begingroup", "beta", "bmod", "cdot", "delta", "ell", "else", "emph", "end", "endgroup", "epsilon",
    "eta", "fi", "forall", "frac", "gamma", "ge", "geq", "hat", "hline", "ifdim", "in", "infty", "int", "item",
    "lVert", "lambda", "langle", "ldots", "le", "left", "leq", "lfloor", "linewidth", "log", "mathbb", "mathrm",
    "max", "medskip", "mid", "min", "mu", "nabla", "neg", "neq", "nobreak", "noindent", "odot", "overline", "par",
    "paragraph", "partial", "pi", "pm", "prod", "qquad", "quad", "rVert", "rangle", "resizebox", "rfloor", "rho",
    "right", "rightarrow", "section", "setlength", "sigma", "sim", "sloppy", "small", "smallskip", "sqrt", "succ",
    "succeq", "sum", "surd", "tabcolsep", "tanh", "tau", "text", "textasciicircum", "textasciitilde",
    "textbackslash", "textbf", "theta", "tilde", "times", "to", "top", "usepackage", "width",
}  # fmt: skip


@cache
def proved(name: str) -> Proof:
    found = ENTRIES[name]
    return found.prove(found.Parameters())


def drawn(model: type[BaseModel], rng: random.Random) -> BaseModel:
    """Return parameters with other small sizes and choices, within the ranges that the fields declare."""
    default = model().model_dump()
    for _ in range(500):
        given: dict[str, Any] = {}
        for name, field in model.model_fields.items():
            value = default[name]
            if isinstance(value, bool):
                given[name] = rng.random() < 0.5
            elif get_origin(field.annotation) is Literal:
                given[name] = rng.choice(get_args(field.annotation))
            elif isinstance(value, int):
                low = next((limit.ge for limit in field.metadata if hasattr(limit, "ge")), 1)
                high = next((limit.le for limit in field.metadata if hasattr(limit, "le")), 1000)
                given[name] = rng.randint(low, min(high, low + 9)) if name != "seed" else rng.randrange(1000)
        try:
            made = model(**given)
        except ValidationError:
            continue
        if made.model_dump(exclude={"seed"}) != model().model_dump(exclude={"seed"}):
            return made
    raise AssertionError(f"no other sizes found for {model}")


def failures(proof: Proof) -> list[str]:
    return [f"{check.name}: {check.detail}" for check in proof.checks if not check.passed]


def faults(text: str) -> list[str]:
    """Return what a LaTeX run would stumble over."""
    found = [f"character {character}" for character in sorted({c for c in text if not c.isascii()})]
    found += [f"command {name}" for name in sorted(set(re.findall(r"\\([A-Za-z]+)", text)) - KNOWN)]
    bare = re.sub(r"\\[{}]", "", text)
    depth = 0
    for character in bare:
        depth += {"{": 1, "}": -1}.get(character, 0)
        if depth < 0:
            break
    found += ["braces"] if depth else []
    opened: list[str] = []
    for kind, name in re.findall(r"\\(begin|end)\{(\w+)\}", text):
        if kind == "begin":
            opened.append(name)
        elif not opened or opened.pop() != name:
            found.append(f"end of {name}")
    return found + opened + (["dollars"] if len(re.findall(r"(?<!\\)\$", text)) % 2 else [])


@pytest.mark.parametrize("name", ENTRIES)
def test_it_holds_at_its_own_sizes_and_says_all_it_should(name: str) -> None:
    proof = proved(name)
    assert failures(proof) == []
    assert proof.holds
    assert proof.name == name
    assert proof.title
    assert proof.statement.endswith(".")
    assert proof.steps
    assert all(step.text for step in proof.steps)
    assert proof.limits
    assert proof.source
    assert any(check.kind == "numeric" for check in proof.checks)
    assert len({check.name for check in proof.checks}) > 1
    assert all(type(check.passed) is bool and check.detail for check in proof.checks)
    for table in proof.tables:
        assert {len(row) for row in table.rows} == {len(table.columns)}
    for erratum in proof.errata:
        assert all((erratum.source, erratum.says, erratum.right))
        assert any(character.isdigit() for character in erratum.example)


@pytest.mark.parametrize("name", ENTRIES)
@pytest.mark.parametrize("draw", [0, 1])
def test_it_holds_at_other_sizes(name: str, draw: int) -> None:
    found = ENTRIES[name]
    parameters = drawn(found.Parameters, random.Random(f"{name} {draw}"))
    assert failures(found.prove(parameters)) == [], parameters


@pytest.mark.parametrize("name", ENTRIES)
def test_its_checks_reject_every_wrong_statement(name: str) -> None:
    found = ENTRIES[name]
    sizes = [found.Parameters(), *(drawn(found.Parameters, random.Random(f"{name} {draw}")) for draw in (0, 1, 2))]
    passed = [f"{p}: {check.name}: {check.detail}" for p in sizes for check in found.mutated(p) if check.passed]
    assert passed == []


@pytest.mark.parametrize("name", ENTRIES)
def test_a_wrong_statement_goes_through_the_checks_of_the_right_one(name: str) -> None:
    found, names = ENTRIES[name], {check.name for check in proved(name).checks}
    wrong = found.mutated(found.Parameters())
    assert len(wrong) >= max(1, len(proved(name).errata))
    assert {check.name for check in wrong} <= names


@pytest.mark.parametrize("name", ENTRIES)
def test_its_formulas_are_mathematics_that_browsers_draw(name: str) -> None:
    proof = proved(name)
    formulas = [latex for latex in (proof.statement_latex, *(step.latex for step in proof.steps)) if latex]
    assert formulas
    for latex in formulas:
        assert formula(latex).mathml.startswith("<math ")


@pytest.mark.parametrize("name", ENTRIES)
def test_its_fragment_is_what_latex_reads(name: str) -> None:
    assert faults(proof_latex(proved(name), proof_command(proved(name)))) == []


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("pdflatex") is None, reason="no LaTeX here")
@pytest.mark.parametrize("name", ENTRIES)
def test_latex_makes_pages_of_its_fragment(name: str, tmp_path: Path) -> None:
    fragment = proof_latex(proved(name), proof_command(proved(name)))
    packages = re.findall(r"% In the preamble: (.*)", fragment)[0]
    page = f"\\documentclass{{article}}{packages}\\begin{{document}}\n{fragment}\\end{{document}}"
    (tmp_path / "page.tex").write_text(page, encoding="ascii")
    words = ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "page.tex"]
    done = subprocess.run(words, cwd=tmp_path, capture_output=True, text=True, errors="replace", timeout=120)
    assert done.returncode == 0, done.stdout[-2000:]
    assert [line for line in done.stdout.splitlines() if line.startswith("Overfull")] == []


@pytest.mark.parametrize("text", [r"\unheardof", "{", "}{", r"\begin{a}\end{b}", "$", "α"])
def test_a_fault_is_found(text: str) -> None:
    assert faults(text)


@pytest.mark.parametrize("name", ENTRIES)
def test_its_json_holds_all_of_it(name: str) -> None:
    proof = proved(name)
    written = json.loads(dump_json(proof.to_json()))
    assert written["holds"] is True
    assert set(written) == {"holds", *(field.name for field in fields(Proof))}
    assert written["parameters"] == ENTRIES[name].Parameters().model_dump(mode="json")
    for part in ("steps", "checks", "tables", "pictures", "errata"):
        assert len(written[part]) == len(getattr(proof, part))
    assert set(written["values"]) == set(proof.values)


@pytest.mark.slow
@pytest.mark.parametrize("name", ENTRIES)
def test_the_same_parameters_give_the_same_numbers(name: str) -> None:
    found = ENTRIES[name]
    sizes = drawn(found.Parameters, random.Random(f"{name} 0"))
    assert found.prove(sizes).to_json() == found.prove(sizes).to_json()
