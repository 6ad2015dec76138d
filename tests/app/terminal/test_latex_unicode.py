"""LaTeX becomes a line of Unicode."""

from __future__ import annotations

import pytest

from striate.app.terminal.latex_unicode import unicode


@pytest.mark.parametrize(
    ("latex", "text"),
    [
        (r"\sum_{i=1}^{n} x_i^2", "Σᵢ₌₁ⁿ xᵢ²"),
        (r"\frac{1}{n}", "1/n"),
        (r"\frac{a + b}{2 c}", "(a + b)/(2 c)"),
        (r"\frac{\partial L}{\partial W}", "∂L/∂W"),
        (r"\frac{\partial z[k]}{\partial x[i]}", "∂z[k]/∂x[i]"),
        (r"\frac{\frac{a}{b}}{c}", "(a/b)/c"),
        (r"\sqrt{x}", "√x"),
        (r"\sqrt{x + 1}", "√(x + 1)"),
        (r"X^T P (I - P) X \succeq 0", "Xᵀ P (I − P) X ⪰ 0"),
        (r"w^{\top} x", "wᵀ x"),
        (r"W_{f,c}", "W_(f,c)"),
        (r"x_{i + 1}", "xᵢ₊₁"),
        (r"x^{ij}_k", "xⁱʲₖ"),
        (r"\tanh^2(s)", "tanh²(s)"),
        (r"\log (1 + e^{-z})", "log (1 + e⁻ᶻ)"),
        (r"\log p", "log p"),
        (r"\left( a \right)", "(a)"),
        (r"\left\lfloor \frac{a}{b} \right\rfloor + 1", "⌊a/b⌋ + 1"),
        (r"x \in \mathbb{R}^{N \times C}", "x ∈ ℝ^(N×C)"),
        (r"(i + k) \bmod n", "(i + k) mod n"),
        (r"a \quad \text{and so} \quad b", "a   and so   b"),
        (r"\tilde{b} \ast_{\mathrm{filt}} c", "b̃ ∗_(filt) c"),
        (r"\overline{F x}", "F̅ ̅x̅"),
        (r"\begin{bmatrix} a & b \\ c & d \end{bmatrix}", "[a b; c d]"),
        (r"\alpha, \Gamma, \lambda", "α, Γ, λ"),
        (r"\unheardof{x}", "unheardof x"),
        (r"\{a\} \% \_", "{a} % _"),
        ("", ""),
    ],
)
def test_a_formula_is_readable(latex: str, text: str) -> None:
    assert unicode(latex) == text


@pytest.mark.parametrize("latex", ["{", "}", "^", "_", r"\frac", r"\frac{a", r"\begin{matrix} a", "\\", r"\sqrt["])
def test_a_broken_formula_ends(latex: str) -> None:
    assert isinstance(unicode(latex), str)
