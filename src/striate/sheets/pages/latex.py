"""A document as LaTeX that a plain pdflatex sets: charts as PDF beside it, nothing wider than the text."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from striate.base.disk.outputs import MARK
from striate.reports.kit.mathml import parts
from striate.reports.proof.latex import FITTED, cell_latex, escaped
from striate.reports.proof.weight_labels import cells
from striate.sheets.document import (
    Aside,
    Block,
    Document,
    Drawing,
    Formula,
    Heading,
    Listing,
    Paragraph,
    Pending,
    Shots,
    Steps,
    Table,
    grouped,
)
from striate.sheets.pages.files import Figures

PREAMBLE = r"""\documentclass[11pt]{article}
\usepackage[T1]{fontenc}
\usepackage{lmodern}
\usepackage[a4paper,margin=2.5cm]{geometry}
\usepackage{amsmath,amssymb,graphicx}
\usepackage{listings}
\usepackage[hidelinks]{hyperref}
\lstset{basicstyle=\ttfamily\scriptsize,breaklines=true,breakatwhitespace=false,columns=fullflexible,keepspaces=true,
  language=Python,frame=leftline,extendedchars=false,postbreak=\mbox{$\hookrightarrow$\space}}
\setlength{\parindent}{0pt}\setlength{\parskip}{5pt plus 2pt}
\setcounter{secnumdepth}{0}\setcounter{tocdepth}{1}
\emergencystretch=3em
"""
WIDEST_ROW = 34  # characters of the words of a table cell that stand on one line


def sheet_latex(document: Document, folder: Path) -> str:
    """Return the document; its figures are written below ``folder``, in which the text is to stand."""
    figures = Figures(folder, document, "pdf")
    lines = [
        f"% {MARK}\n{PREAMBLE}\\begin{{document}}\\sloppy",
        f"{{\\Large\\bfseries\\raggedright {escaped(document.title)}\\par}}",
        escaped(document.intro),
        "\\par\n".join(f"\\textbf{{{escaped(name)}}}: {escaped(value)}" for name, value in document.facts.items()),
        "\\tableofcontents",
    ]
    for question in document.questions:
        short = question.words if len(question.words) < 60 else question.words[:57].rsplit(" ", 1)[0] + " ..."
        lines.append(f"\\section[{{{escaped(question.number)}\\quad {escaped(short)}}}]{{{escaped(question.number)}}}")
        lines.append(f"\\emph{{{escaped(question.words)}}}")
        for group in grouped(question.blocks):
            lines.append(text(group[0], figures) if len(group) == 1 else _side_by_side(group, figures))
    lines += ["\\section{How to make it again}", _listing("", document.command, "bash"), "\\end{document}"]
    return "\n\n".join(line for line in lines if line) + f"\n% {MARK}\n"


def text(block: Block, figures: Figures) -> str:
    """Return one block, no wider than the text."""
    if isinstance(block, Paragraph):
        return (f"\\textbf{{{escaped(block.mark)}}} " if block.mark else "") + escaped(block.text)
    if isinstance(block, Heading):
        return f"\\subsection{{{escaped(block.text)}}}"
    if isinstance(block, Formula):
        return _display(block.latex)
    if isinstance(block, Steps):
        items = (f"\\item {escaped(words)}\n{_display(latex) if latex else ''}" for words, latex in block.steps)
        return "\n".join(["\\begin{enumerate}", *items, "\\end{enumerate}"])
    if isinstance(block, Table):
        return _table(block)
    if isinstance(block, Listing):
        return "\n".join(_listing(name, source) for name, source in block.pieces)
    if isinstance(block, Aside):
        ours = f"\\\\ \\textbf{{Here}}: {escaped(block.ours)}" if block.ours else ""
        return f"\\begin{{quote}}\\textbf{{{escaped(block.source)}}}: {escaped(block.says)}{ours}\\end{{quote}}"
    if isinstance(block, Pending):
        return f"\\begin{{quote}}\\textbf{{{escaped(block.what)}}}: {escaped(block.cost)}\\end{{quote}}"
    if isinstance(block, Drawing):
        caption = f"\\par\\small {escaped(block.caption)}" if block.caption else ""
        return f"\\begin{{center}}{_included(block, figures, 1.0 if block.svg else 0.6)}{caption}\\end{{center}}"
    return _shots(block, figures)


def _included(block: Drawing, figures: Figures, share: float) -> str:
    size = f"width={share}\\linewidth,height=0.8\\textheight,keepaspectratio"
    return f"\\includegraphics[{size}]{{{figures.drawing(block)}}}"


def _side_by_side(group: Sequence[Block], figures: Figures) -> str:
    """Return charts two to a row."""
    placed = [_included(block, figures, 0.49) for block in group if isinstance(block, Drawing)]
    rows = [" \\hfill\n".join(placed[start : start + 2]) for start in range(0, len(placed), 2)]
    return "\\noindent" + "\\par\\smallskip\\noindent\n".join(rows) + "\\par"


def _shots(block: Shots, figures: Figures) -> str:
    pixels = block.shots[0].pixels
    across, share = (2, 0.48) if pixels.shape[1] > 2 * pixels.shape[0] else (4, 0.22)
    placed = [
        f"\\begin{{minipage}}[t]{{{share}\\linewidth}}\\raggedright\\includegraphics[width=\\linewidth]{{{path}}}\\\\[2pt]"
        f"{{\\scriptsize {escaped(shot.caption)}}}\\end{{minipage}}"
        for shot, path in zip(block.shots, figures.shots(block), strict=True)
    ]
    rows = [" \\hfill\n".join(placed[start : start + across]) for start in range(0, len(placed), across)]
    return f"\\textbf{{{escaped(block.title)}}}\\par\\nobreak\n" + "\\par\\medskip\n".join(rows)


def _display(latex: str) -> str:
    """Return each statement of a formula on a line of its own, made smaller where it is wider than the text."""
    lines = (f"\\[ {FITTED}\n$\\displaystyle {part}$}} \\]" for part in parts(latex))
    return "\n".join(lines)


def _table(block: Table) -> str:
    columns = "l" + "".join(_column(block, place) for place in range(1, len(block.columns)))
    rows = [" & ".join("{}" + cell_latex(cell) for cell in row) + " \\\\" for row in cells(block.rows)]
    heads = [" & ".join(escaped(column) for column in block.columns) + " \\\\ \\hline"] if any(block.columns) else []
    title = f"\\textbf{{{escaped(block.title)}}}\\par\\nobreak\\smallskip\n" if block.title else ""
    body = "\n".join([f"\\begin{{tabular}}{{{columns}}}", *heads, *rows, "\\end{tabular}}"])
    return f"{title}{{\\small\\setlength{{\\tabcolsep}}{{4pt}}\\noindent{FITTED}\n{body}\\par}}"


def _column(block: Table, place: int) -> str:
    longest = max((len(row[place]) for row in block.rows if place < len(row)), default=0)
    return f"p{{{WIDEST_ROW * 0.45:.0f}em}}" if longest > WIDEST_ROW else "l"


def _listing(name: str, source: str, language: str = "Python") -> str:
    plain = "".join(c if " " <= c <= "~" or c == "\n" else "?" for c in source.expandtabs(4))
    plain = plain.replace("\\end{", "\\end {")  # nothing in it ends the listing
    head = f"\\textbf{{{escaped(name)}}}\\par\\nobreak\n" if name else ""
    return f"{head}\\begin{{lstlisting}}[language={language}]\n{plain}\n\\end{{lstlisting}}"
