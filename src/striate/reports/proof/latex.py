"""A proof as a fragment of LaTeX, to be put into a document of one's own that loads amsmath, amssymb and graphicx."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

from striate.base.disk.outputs import MARK
from striate.base.errors import printable
from striate.reports.kit.mathml import parts
from striate.reports.proof.weight_labels import Cell, cells

if TYPE_CHECKING:
    from striate.proofs.proof import Proof, Table

SPECIAL = {
    "\\": r"\textbackslash{}", "{": r"\{", "}": r"\}", "$": r"\$", "&": r"\&", "#": r"\#", "%": r"\%", "_": r"\_",
    "~": r"\textasciitilde{}", "^": r"\textasciicircum{}", "<": "$<$", ">": "$>$", "|": "$|$", '"': "''", "[": "{[}",
    "α": r"$\alpha$", "β": r"$\beta$", "γ": r"$\gamma$", "δ": r"$\delta$", "ε": r"$\epsilon$", "θ": r"$\theta$",
    "μ": r"$\mu$", "σ": r"$\sigma$", "λ": r"$\lambda$", "η": r"$\eta$", "ρ": r"$\rho$", "τ": r"$\tau$", "π": r"$\pi$",
    "Δ": r"$\Delta$", "Σ": r"$\Sigma$", "∂": r"$\partial$", "∇": r"$\nabla$", "²": "$^2$", "³": "$^3$", "ᵀ": r"$^{\top}$",
    "·": r"$\cdot$", "×": r"$\times$", "±": r"$\pm$", "−": "$-$", "≤": r"$\leq$", "≥": r"$\geq$", "≠": r"$\neq$",
    "≈": r"$\approx$", "→": r"$\rightarrow$", "⇒": r"$\Rightarrow$", "∞": r"$\infty$", "√": r"$\surd$", "…": r"\ldots{}",
    "–": r"\textendash{}", "’": "'", "“": r"\textquotedblleft{}", "”": r"\textquotedblright{}",
    "ß": r"\ss{}", "æ": r"\ae{}", "Æ": r"\AE{}", "ø": r"\o{}", "Ø": r"\O{}", "œ": r"\oe{}", "ł": r"\l{}", "Ł": r"\L{}",
    "′": r"$'$", "∗": r"$\ast$", "⊙": r"$\odot$", "ℓ": r"$\ell$", "‖": r"$\Vert$",
}  # fmt: skip

ACCENTS = dict(
    zip("\u0300\u0301\u0302\u0303\u0304\u0306\u0307\u0308\u030a\u030b\u030c\u0327", "`'^~=u.\"rHvc", strict=True)
)
"""A mark that Unicode puts on the letter before it, and the command of plain LaTeX."""

SPACES = re.compile(r"[\t\n\v\f\r ]+")
JOINED = re.compile("-(?=-)|,(?=,)|[?!](?=`)|`(?=`)")
"""What LaTeX would join: two hyphens to a dash, ?` to a turned question mark."""
LONGEST = 90  # characters of a formula whose statements stand side by side
FITTED = r"\resizebox{\ifdim\width>\linewidth\linewidth\else\width\fi}{!}{%"  # no wider than the text


def proof_latex(proof: Proof, command: str) -> str:
    """Return the fragment; it holds no preamble, and no character that a plain LaTeX run does not know."""
    parts = [
        "% In the preamble: \\usepackage{amsmath,amssymb,graphicx}",
        f"% Made by: {printable(command)}",
        "\\begingroup\\sloppy",
        f"\\section*{{{escaped(proof.title)}}}",
        f"\\emph{{{escaped(proof.source)}}}\n",
        escaped(proof.statement),
        _display(proof.statement_latex),
        "\\begin{enumerate}",
        *(f"\\item {escaped(step.text)}\n{_display(step.latex)}".rstrip() for step in proof.steps),
        "\\end{enumerate}",
        *(_table(table) for table in proof.tables),
        *_errata(proof),
        "\\paragraph{Checks}",
        "\\begin{itemize}",
        *(
            f"\\item {escaped(check.name)} ({check.kind}, {'passed' if check.passed else 'failed'}): {escaped(check.detail)}"
            for check in proof.checks
        ),
        "\\end{itemize}",
        escaped(proof.limits),
        "\\par\\endgroup",
    ]
    return "\n".join(part for part in parts if part) + f"\n% {MARK}\n"


def escaped(text: str) -> str:
    """Return ``text`` for LaTeX's text mode, on one line; what plain LaTeX may lack becomes its code point in brackets.

    A bracket is in braces, for at the head of an item or a row it would be an option; so are signs that join with the next.
    """
    plain = "".join(SPECIAL.get(c) or (c if " " <= c <= "~" else _letter(c)) for c in SPACES.sub(" ", text))
    return JOINED.sub(lambda found: f"{found[0]}{{}}", plain)


def _letter(letter: str) -> str:
    """Return a letter with its accent as a command, where plain LaTeX has it; else its code point."""
    base, *marks = unicodedata.normalize("NFD", letter)
    if len(marks) == 1 and marks[0] in ACCENTS and base.isascii():
        bare = r"\i" if base == "i" else base  # without its dot
        return f"\\{ACCENTS[marks[0]]}{{{bare}}}"
    return f"{{[}}U+{ord(letter):04X}]"


def _display(latex: str) -> str:
    if len(latex) <= LONGEST:
        return f"\\[ {latex} \\]" if latex else ""
    lines = " \\\\\n".join(parts(latex))
    return f"\\begin{{gather*}}\n{lines}\n\\end{{gather*}}"


def _table(table: Table) -> str:
    rows = cells(table.rows)
    matrix = any(cell.colour is not None for row in rows for cell in row)
    columns = "r" * len(table.columns) if matrix else "l" + "r" * (len(table.columns) - 1)
    lines = [
        f"\\par\\medskip\\noindent\\textbf{{{escaped(table.title)}}}\\par\\nobreak\\smallskip",
        "\\noindent{\\small\\setlength{\\tabcolsep}{4pt}%",
        FITTED,
        f"\\begin{{tabular}}{{{columns}}}",
        " & ".join(escaped(column) for column in table.columns) + " \\\\ \\hline",
        *(" & ".join(cell_latex(cell) for cell in row) + " \\\\" for row in rows),
        "\\end{tabular}}}\n",
    ]
    return "\n".join(lines)


def cell_latex(cell: Cell) -> str:
    """Return a cell for a tabular: a weight as a formula, anything else as text."""
    if cell.colour is None:
        return "$\\cdot$" if cell.text == "." else escaped(cell.text)
    letter = re.sub(r"[^\x00-\x7f]", lambda m: SPECIAL.get(m[0], "?").strip("$"), cell.letter)
    return (
        f"${letter}" + (f"^{{{cell.above}}}" if cell.above else "") + (f"_{{{cell.below}}}" if cell.below else "") + "$"
    )


def _errata(proof: Proof) -> list[str]:
    if not proof.errata:
        return []
    lines = ["\\paragraph{Errata}", "\\begin{itemize}"]
    for erratum in proof.errata:
        said = (
            f"{erratum.source} says: {erratum.says}",
            f"Right is: {erratum.right}",
            f"In numbers: {erratum.example}",
        )
        lines.append("\\item " + " \\\\ ".join(escaped(text) for text in said))
    return [*lines, "\\end{itemize}"]
