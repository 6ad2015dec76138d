"""The words of the project: each is defined once on the page of the glossary, and those it does without stand nowhere.

What is read: comments and texts of the source, the templates and scripts of the pages, the help of every command, and the
documents. Names in the source are not words.
"""

from __future__ import annotations

import ast
import io
import re
import tokenize
from pathlib import Path

import pytest
from typer.testing import CliRunner

from striate.app.cli import app
from striate.app.commands.catalog import ENTRIES, GROUPS

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "glossary.md"
DEFINED = (
    *("anatomy", "arm", "claim", "exercise", "look", "net", "probe", "proof", "recipe", "run", "scratch", "sheet"),
    *("study", "tap", "twin", "verdict", "share", "spread", "rate"),
)
# Words that had several meanings -> what may still be called so: a function or class by its file and name.
NAMED: dict[str, set[str]] = {
    "share": {
        *("base/intervals.py:share", "base/intervals.py:Share", "reports/probe/fool.py:_share"),
        *("probes/fooling/facts.py:shares", "proofs/parts/neighbourhoods.py:share"),  # proportions, all of them
    },
    "spread": set(),
    "rate": {"reports/run/procedure.py:_rate", "studies/claims/stabler.py:Rate"},  # the learning rate
}
# Each row of the table of the glossary -> what finds the word, and what it is found in to try that.
AVOIDED: dict[str, tuple[str, str]] = {
    "behind (a layer, the last pixel)": (
        r"(?<!left )(?<!leaves )(?<!leave )(?<!lag )(?<!none )(?<!more )(?<!g\} )\bbehind\b(?! one (door|guard))",
        "a cell behind a ReLU",
    ),
    "in spite of its ending": (r"in spite of its ending", "it holds JPEG in spite of its ending"),
    "too good (of an estimate)": (r"\b(is|are) too good\b", "it is too good"),
    "the dearest": (r"\bdearest\b", "the dearest of all"),
    "parted by": (r"\bparted by\b", "words parted by a semicolon"),
    "has no say": (r"\b(has|have) no say\b", "it has no say there"),
    "as before after it": (r"as before after", "all is as before after it"),
    "; mend": (r"; mend\b(?! *\()", "it is broken; mend it"),
    "Tell whether": (r"^\W*Tell whether", '"""Tell whether it is."""'),
    "index behind the last": (r"behind the last", "the index behind the last"),
}


def texts(path: Path) -> list[str]:
    """Return what a person reads in a file: of Python its comments and texts, of other files each line."""
    content = path.read_text(encoding="utf-8")
    if path.suffix != ".py":
        return content.splitlines()
    kinds = {tokenize.COMMENT, tokenize.STRING, getattr(tokenize, "FSTRING_MIDDLE", tokenize.STRING)}
    tokens = tokenize.generate_tokens(io.StringIO(content).readline)
    return [token.string for token in tokens if token.type in kinds]


def found(name: str, lines: list[str]) -> list[str]:
    pattern = re.compile(AVOIDED[name][0], re.MULTILINE)
    return [line.strip()[:120] for line in lines if pattern.search(line)]


def called(word: str, name: str, content: str) -> set[str]:
    """Return the functions and classes of a source that are called ``word``, by the file's ``name`` and their own."""
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    names = {node.name for node in ast.walk(ast.parse(content)) if isinstance(node, kinds)}
    return {f"{name}:{one}" for one in names if re.fullmatch(rf"_?{word}s?", one, re.IGNORECASE)}


def documents() -> list[Path]:
    pages = [ROOT / name for name in ("README.md", "CONTRIBUTING.md")] + sorted((ROOT / "docs").rglob("*.md"))
    source = [path for path in sorted((ROOT / "src").rglob("*")) if path.suffix in (".py", ".jinja", ".js", ".html")]
    return [page for page in pages if page != PAGE] + source


def helps() -> list[str]:
    """Return the lines of the help of every command."""
    names = ["", *GROUPS, *(entry.name for entry in ENTRIES)]
    shown = [CliRunner().invoke(app, [*name.split(), "--help"], env={"COLUMNS": "10000"}) for name in names]
    assert [name for name, done in zip(names, shown, strict=True) if done.exit_code] == []
    return [line for done in shown for line in done.output.splitlines()]


def test_every_word_of_the_project_is_defined_once() -> None:
    words = re.findall(r"^(\w[\w ]*)\n  \S", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    assert words == sorted(set(words))
    assert set(DEFINED) <= set(words)


def test_the_page_lists_what_is_looked_for() -> None:
    rows = re.findall(r"^\| (.+?) \| .+? \|$", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    assert set(rows) - {"not"} == AVOIDED.keys()


@pytest.mark.parametrize("name", AVOIDED)
def test_a_word_that_the_project_does_without_stands_nowhere(name: str) -> None:
    assert {str(p.relative_to(ROOT)): lines for p in documents() if (lines := found(name, texts(p)))} == {}


@pytest.mark.parametrize("name", AVOIDED)
def test_it_would_be_found(name: str, tmp_path: Path) -> None:
    said = AVOIDED[name][1]
    assert found(name, [said])
    source = tmp_path / "x.py"
    source.write_text(f"x = 1  # {said}\n" if not said.startswith('"') else f"{said}\n", encoding="utf-8")
    assert found(name, texts(source))


def test_nor_in_the_help_of_a_command() -> None:
    lines = helps()
    assert len(lines) > 500
    assert {name: seen for name in AVOIDED if (seen := found(name, lines))} == {}


@pytest.mark.parametrize("word", NAMED)
def test_a_word_that_had_several_meanings_names_one_thing(word: str) -> None:
    source = ROOT / "src" / "striate"
    files = {path.relative_to(source).as_posix(): path.read_text(encoding="utf-8") for path in source.rglob("*.py")}
    assert {one for name, content in files.items() for one in called(word, name, content)} == NAMED[word]
    assert called(word, "x.py", f"def _{word}s(): ...") == {f"x.py:_{word}s"}
