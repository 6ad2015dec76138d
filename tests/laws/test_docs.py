"""The documents tell the truth: the README's tree is the disk, and its commands, names and counts are those of the program.

The tree is the first fenced block that names ``striate/``. A line is drawing, a name, two blanks, and what it is:

    src/striate/
    |-- app/          the front doors
    |   '-- cli.py    parse, call one function, print
    '-- base/         what everyone needs

Every package is listed; where one module of a package is listed, all are.
"""

from __future__ import annotations

import ast
import os
import re
from collections.abc import Iterable
from pathlib import Path

import pytest
from typer.testing import CliRunner

import striate
from documents import blocks, commands, words
from striate.app.cli import app
from striate.studies.catalog import BUILTIN

ROOT = Path(__file__).parents[2]
SOURCE = Path("src", "striate")
README = ROOT / "README.md"
DOCUMENTS = [README, ROOT / "CONTRIBUTING.md", ROOT / "llms.txt", ROOT / "docs" / "skill" / "SKILL.md"]


def tree(text: str) -> dict[Path, str]:
    """Return path -> description of the annotated tree; folders and files below the top line, relative to the root."""
    drawing = next(
        content for _, content in blocks(text) if re.search(r"^[^\w\n]*(src/)?striate/", content, re.MULTILINE)
    )
    listed: dict[Path, str] = {}
    above: list[tuple[int, Path]] = []
    for line in drawing.splitlines():
        if not (match := re.match(r"([^\w.]*)([\w./-]+)(?:\s{2,}(\S.*))?\s*$", line)):
            continue
        column, name, described = len(match[1]), match[2].rstrip("/"), match[3] or ""
        while above and above[-1][0] >= column:
            above.pop()
        start = SOURCE if not above and name == "striate" else Path(name)
        path = above[-1][1] / name if above else start
        above.append((column, path))
        listed[path] = described
    return listed


def tree_faults(listed: dict[Path, str], files: Iterable[Path]) -> list[str]:
    """Return where a tree and the ``files`` of the disk, relative to the root, say different things."""
    present = set(files)
    folders = {parent for file in present for parent in file.parents}
    modules = {file for file in present if file.suffix == ".py" and SOURCE in file.parents and "__" not in file.name}
    faults = [f"{path} is listed and does not exist" for path in listed if path not in present | folders]
    faults += [
        f"{path} is listed without saying what it is" for path, said in listed.items() if not said and path != SOURCE
    ]
    packages = {SOURCE / file.relative_to(SOURCE).parts[0] for file in modules if file.parent != SOURCE}
    faults += [f"{package} is not listed" for package in sorted(packages - listed.keys())]
    told = {path.parent for path in listed if path in modules}
    faults += [f"{module} is not listed" for module in sorted(modules - listed.keys()) if module.parent in told]
    return faults


def accepted(arguments: list[str]) -> bool:
    """Tell whether the command line knows the command and every option; a last --help keeps it from running."""
    return CliRunner().invoke(app, [*arguments, "--help"]).exit_code == 0


SAMPLE = """
```
src/striate/
├── app/          the front doors
│   └── cli.py    parse, call one function, print
└── base/         what everyone needs
```
"""
DISK = [
    SOURCE / name for name in ("__init__.py", "app/__init__.py", "app/cli.py", "base/__init__.py", "base/disk/files.py")
]


@pytest.mark.parametrize("top", ["src/striate/", "striate/"])
def test_a_tree_that_is_the_disk_passes(top: str) -> None:
    listed = tree(SAMPLE.replace("src/striate/", top))
    assert list(listed) == [SOURCE, SOURCE / "app", SOURCE / "app/cli.py", SOURCE / "base"]
    assert tree_faults(listed, DISK) == []


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("└── base/         what everyone needs\n", "", "src/striate/base is not listed"),
        ("cli.py ", "web.py ", "src/striate/app/web.py is listed and does not exist"),
        ("  what everyone needs", "", "src/striate/base is listed without saying what it is"),
    ],
)
def test_a_tree_that_is_not_the_disk_is_found(old: str, new: str, fault: str) -> None:
    assert fault in tree_faults(tree(SAMPLE.replace(old, new)), DISK)


def test_a_module_left_out_beside_others_is_found() -> None:
    faults = tree_faults(tree(SAMPLE), [*DISK, SOURCE / "app" / "jobs.py"])
    assert faults == ["src/striate/app/jobs.py is not listed"]


def test_commands_are_read_from_shell_blocks_alone() -> None:
    text = (
        "```console\n$ make demo   # first\nan answer\n$ STRIATE_DATA=x striate study a \\\n  --seeds 2\n```\n"
        "```python\nstriate no\n```\n```sh\n# a remark\n.venv/bin/striate doctor\n```\n"
    )
    assert commands(text) == ["make demo", "STRIATE_DATA=x striate study a --seeds 2", ".venv/bin/striate doctor"]
    assert [words(command)[0] for command in commands(text)] == ["make", "striate", "striate"]


def test_a_wrong_command_or_option_is_found() -> None:
    assert accepted(["study", "batchnorm", "--seeds", "3"])
    assert not accepted(["study", "batchnorm", "--sedes", "3"])
    assert not accepted(["list", "sudies"])
    assert not accepted(["tarin"])


def test_the_tree_in_the_readme_is_the_disk() -> None:
    files = [
        path.relative_to(ROOT) for top in ("src", "tests", "benchmarks", "findings") for path in (ROOT / top).rglob("*")
    ]
    assert tree_faults(tree(README.read_text(encoding="utf-8")), [*files, *map(Path, os.listdir(ROOT))]) == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_every_command_of_a_document_exists(document: Path) -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    shown = commands(document.read_text(encoding="utf-8"))
    assert shown
    for command in shown:
        program, *arguments = words(command)
        if program == "make":
            assert {word for word in arguments if "=" not in word} <= targets, command
        elif program == "striate":
            assert accepted(arguments), command


ONES = (
    "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen"
    " nineteen"
)
TENS = ("twenty", "thirty", "forty")


def counted(number: int) -> str:
    """Return a number from 1 to 49 in words."""
    if number < 20:
        return ONES.split()[number - 1]
    return TENS[number // 10 - 2] + (f"-{ONES.split()[number % 10 - 1]}" if number % 10 else "")


def test_the_readme_counts_the_questions_that_are_built_in() -> None:
    assert [counted(number) for number in (1, 19, 20, 21, 38)] == [
        "one",
        "nineteen",
        "twenty",
        "twenty-one",
        "thirty-eight",
    ]
    assert f"Ask: {counted(len(BUILTIN))} questions are built in" in README.read_text(encoding="utf-8")


def test_every_name_that_the_readme_takes_from_python_exists() -> None:
    for language, content in blocks(README.read_text(encoding="utf-8")):
        if language == "python":
            used = [node for node in ast.walk(ast.parse(content)) if isinstance(node, ast.Attribute)]
            for node in used:
                if ast.unparse(node.value) == "st":
                    assert hasattr(striate, node.attr), f"st.{node.attr}"
