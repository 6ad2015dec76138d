"""LaTeX formulas as one line of readable Unicode, for the terminal.

It knows what the proofs write: fractions, roots, sums, sub- and superscripts, accents, Greek, matrices. A command that it
does not know keeps its name, so that nothing is lost.
"""

from __future__ import annotations

import re
import unicodedata

GAP = "\u2003"  # one wide space while the line is made, three narrow ones in the end
LETTERS = "alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi pi rho sigma tau phi chi psi omega"
SMALL_GREEK = {
    name: unicodedata.lookup(f"GREEK SMALL LETTER {name.replace('lambda', 'lamda')}") for name in LETTERS.split()
}
GREEK = SMALL_GREEK | {name.capitalize(): letter.upper() for name, letter in SMALL_GREEK.items()}
SIGNS = GREEK | {
    "varepsilon": "ε", "partial": "∂", "nabla": "∇", "sum": "Σ", "prod": "Π", "int": "∫", "sim": " ∼ ",
    "cdot": "·", "times": " × ", "odot": " ⊙ ",
    "ast": " ∗ ", "star": " ⋆ ", "circ": "∘", "in": " ∈ ", "forall": "∀ ", "exists": "∃ ", "infty": "∞", "ell": "ℓ",
    "le": " ≤ ", "leq": " ≤ ", "ge": " ≥ ", "geq": " ≥ ", "neq": " ≠ ", "ne": " ≠ ", "approx": " ≈ ", "equiv": " ≡ ",
    "succ": " ≻ ", "succeq": " ⪰ ", "to": " → ", "rightarrow": " → ", "mapsto": " ↦ ", "Rightarrow": " ⇒ ", "pm": " ± ",
    "Longrightarrow": " ⇒ ", "Leftrightarrow": " ⇔ ", "Longleftrightarrow": " ⇔ ", "top": "ᵀ", "mid": " | ", "prime": "′",
    "Vert": "‖", "lVert": "‖", "rVert": "‖", "vert": "|", "lvert": "|", "rvert": "|", "|": "‖", "lfloor": "⌊",
    "rfloor": "⌋", "lceil": "⌈", "rceil": "⌉", "langle": "⟨", "rangle": "⟩", "ldots": "…", "dots": "…", "cdots": "⋯",
    "vdots": "⋮", "bmod": " mod ", "left": "", "right": "", "quad": GAP, "qquad": GAP, ",": " ", ";": " ", ":": " ",
    " ": " ", "!": "", "{": "{", "}": "}", "_": "_", "%": "%", "&": "&", "\\": "; ", "setminus": " ∖ ",
    "displaystyle": "", "big": "", "Big": "", "bigl": "", "bigr": "", "colon": ": ",
}  # fmt: skip
FULL = "0123456789+-=()abcdefghijklmnoprstuvwxyzABDEGHIJKLMNOPRTUVWᵀ′*"
SMALL = "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾ᵃᵇᶜᵈᵉᶠᵍʰⁱʲᵏˡᵐⁿᵒᵖʳˢᵗᵘᵛʷˣʸᶻᴬᴮᴰᴱᴳᴴᴵᴶᴷᴸᴹᴺᴼᴾᴿᵀᵁⱽᵂᵀ′*"
RAISED = dict(zip(FULL, SMALL, strict=True))
LOWERED = dict(zip("0123456789+-=()aehijklmnoprstuvx", "₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓ", strict=True))
ACCENTS = {
    "hat": "\u0302",
    "widehat": "\u0302",
    "bar": "\u0304",
    "overline": "\u0305",
    "tilde": "\u0303",
    "dot": "\u0307",
}
PLAIN = {"text", "mathrm", "mathbf", "mathit", "operatorname", "boldsymbol", "textstyle", "mathcal"}
TOKEN = re.compile(r"\\begin\{(\w+)\*?\}|\\end\{(\w+)\*?\}|\\([A-Za-z]+|.)|([{}^_&])|(\s+)|(.)", re.DOTALL)


def unicode(latex: str) -> str:
    """Return the formula ``latex`` as a line of text; anything that cannot be written small is put in parentheses."""
    reader = _Reader(latex)
    text = reader.until("")
    text = re.sub(r" {2,}", " ", text).replace("-", "−")
    text = re.sub(r"([∂∇√]) +", r"\1", re.sub(r" +([,;)\]⌋⌉])", r"\1", re.sub(r"([(\[⌊⌈]) +", r"\1", text)))
    return re.sub(f" *{GAP}+ *", "   ", text).strip(" " + GAP)


class _Reader:
    """Reads tokens from left to right; each method returns the text of what it has read."""

    def __init__(self, latex: str) -> None:
        self.tokens = [match[0] for match in TOKEN.finditer(latex)]
        self.place = 0

    def until(self, end: str) -> str:
        """Read to the word ``end``, which is taken away, or to the end of the formula."""
        text = ""
        while self.ahead() and self.ahead() != end:
            if self.ahead() in ("^", "_"):
                text = text.rstrip()
            text += self.one()
        self.place += 1
        return text

    def one(self) -> str:
        """Read one item: a character, a group, or a command with its arguments."""
        word = self.tokens[self.place]
        self.place += 1
        if word == "{":
            return self.until("}")
        if word in "^_":
            return _script(self.argument(), raised=word == "^")
        if word.startswith("\\begin"):
            return f"[{self.until(word.replace('begin', 'end'))}]"
        if word == "&":
            return " "
        if word.isspace():
            return " "
        return self.command(word[1:]) if word.startswith("\\") else word

    def command(self, name: str) -> str:
        """Read the arguments of a command, and return it with them."""
        if name == "frac":
            return f"{_factor(self.argument())}/{_factor(self.argument())}"
        if name == "sqrt":
            return f"√{_factor(self.argument())}" if self.ahead() != "[" else f"√{self.until(']')}{self.argument()}"
        if name == "mathbb":
            return (
                unicodedata.lookup(f"DOUBLE-STRUCK CAPITAL {letter}")
                if (letter := self.argument()) in "CHNPQRZ"
                else letter
            )
        if name in PLAIN:
            return self.argument()
        if name in ACCENTS:
            inner = self.argument()
            if len(inner) == 1 or name == "overline":
                return "".join(character + ACCENTS[name] for character in inner)
            return f"{name}({inner})"
        if name in SIGNS:
            return SIGNS[name]
        return name if len(name) == 1 or self.ahead() in ("^", "_", "(", "\\left") else f"{name} "

    def argument(self) -> str:
        """Read the next item that is not a space."""
        while self.ahead().isspace():
            self.place += 1
        return self.one() if self.ahead() else ""

    def ahead(self) -> str:
        return self.tokens[self.place] if self.place < len(self.tokens) else ""


def _script(text: str, *, raised: bool) -> str:
    """Return ``text`` in small characters where all of them exist, else after a mark and in parentheses."""
    small, inner = (RAISED if raised else LOWERED), re.sub(r"\s+", "", text)
    if inner and all(character in small or character == "," for character in inner):
        return "".join(small.get(character, " ") for character in inner).replace(" ", "," if len(inner) > 2 else " ")
    mark = "^" if raised else "_"
    return f"{mark}{inner}" if len(inner) == 1 else f"{mark}({text.strip() if ' mod ' in text else inner})"


def _factor(text: str) -> str:
    """Return ``text`` in parentheses unless it is one factor already."""
    inner = re.sub(r"(?<=[∂∇√]) +", "", text.strip())
    alone = re.fullmatch(r"∂|[∂∇√]?\d*([\w.⁽⁾⁺⁻₊₋₌]|[\u0302-\u0307]|_\([^()]*\))+(\[[^\]]*\])?", inner)
    return inner if alone else f"({inner})"
