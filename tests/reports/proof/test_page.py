"""The page of a proof: everything is on it, in one file, escaped."""

from __future__ import annotations

from dataclasses import replace

from striate.app.options.repeating import proof_command
from striate.proofs.catalog import prove
from striate.proofs.proof import Check, Erratum, Step, Table
from striate.reports.kit.mathml import parts
from striate.reports.proof.page import proof_html

PROOF = replace(
    prove("cross-correlation", length=3),
    errata=(Erratum("a sheet", "one is two", "one is one", "1 is 1 & not 2"),),
)
HOSTILE = "<script>alert(1)</script>"


def test_everything_is_on_the_page(read) -> None:
    page = read(proof_html(PROOF, proof_command(PROOF)))
    for text in (PROOF.title, PROOF.source, PROOF.statement, PROOF.limits, "one is two", "1 is 1 & not 2"):
        assert text in page.words
    for step in PROOF.steps:
        assert step.text in page.words
    for check in PROOF.checks:
        assert check.name in page.words
        assert check.detail in page.words
    formulas = (PROOF.statement_latex, *(step.latex for step in PROOF.steps))
    assert len(page.named("math")) == sum(len(parts(latex)) for latex in formulas)
    assert page.named("pre")[0].text == "striate prove cross-correlation --length 3 --seed 0"
    assert len(page.named("svg")) == len(PROOF.pictures)
    assert len(page.named("table")) == len(PROOF.tables) + 1


def test_a_matrix_has_a_colour_for_each_weight(read) -> None:
    page = read(proof_html(PROOF, proof_command(PROOF)))
    weights = [node for node in page.named("span") if node.attributes.get("class") == "weight"]
    assert len(weights) == 2 * 9
    assert len({node.attributes["style"] for node in weights}) == 3


def test_nothing_is_requested_and_no_script_runs(read) -> None:
    page = read(proof_html(PROOF, proof_command(PROOF)))
    assert page.named("script") == page.named("link") == page.named("img") == []
    assert not [name for node in page.nodes for name in node.attributes if name.startswith("on")]


def test_hostile_texts_stay_texts(read) -> None:
    hostile = replace(
        PROOF,
        title=HOSTILE,
        statement=HOSTILE,
        limits=HOSTILE,
        source=HOSTILE,
        steps=(Step(HOSTILE),),
        tables=(Table(HOSTILE, ("", HOSTILE), ((HOSTILE, HOSTILE),)),),
        errata=(Erratum(*[HOSTILE] * 4),),
        checks=(Check(HOSTILE, "numeric", True, HOSTILE),),
    )
    page = read(proof_html(hostile, proof_command(hostile)))
    assert page.named("script") == []
    assert page.words.count(HOSTILE) >= 13


def test_a_failed_check_is_marked(read) -> None:
    failed = replace(PROOF, checks=(*PROOF.checks, Check("wrong", "numeric", False, "off by 1")))
    page = read(proof_html(failed, proof_command(failed)))
    assert "a check failed" in page.words
    assert [node.text for node in page.named("span") if node.attributes.get("class") == "fails"] == ["✗"]
