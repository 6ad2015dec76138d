"""Formulas as markup: only formulas."""

from __future__ import annotations

import pytest

from striate.reports.kit.mathml import formula, parts


def test_a_formula_is_a_math_element() -> None:
    markup = formula(r"\frac{\partial L}{\partial W} = X^\top").__html__()
    assert markup.startswith("<math ")
    assert "<mfrac>" in markup
    assert "\\" not in markup


def test_an_inequality_is_escaped() -> None:
    assert "<mo>&#x0003C;</mo>" in formula("a < b").mathml


@pytest.mark.parametrize(
    ("latex", "fault"),
    [
        (r"\unheardof x", "unknown command"),
        (r"\left( a", "cannot be converted"),
        ("", "cannot be converted"),
        (r"\text{<script>}", "element script"),
        (r"\text{<!-- a -->}", "comment"),
        (r"\text{a < b}", "refused"),
    ],
)
def test_what_is_no_formula_is_refused(latex: str, fault: str) -> None:
    with pytest.raises(ValueError, match=fault):
        formula(latex)


def test_an_element_that_is_no_mathematics_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        "latex2mathml.converter.convert", lambda *_, **__: '<math><a href="//x" onclick="y">z</a></math>'
    )
    with pytest.raises(ValueError, match="element a; attribute href; attribute onclick"):
        formula("x")


def test_statements_side_by_side_come_apart_and_words_between_them_do_not() -> None:
    assert parts(r"a = \frac{b, \quad c}{d}, \quad e = f \qquad g") == [r"a = \frac{b, \quad c}{d},", "e = f", "g"]
    assert parts(r"q = 1 \quad \mathrm{where} \quad \{ k, \quad j \}") == [
        r"q = 1 \quad \mathrm{where} \quad \{ k,",
        r"j \}",
    ]
    assert parts("") == []
