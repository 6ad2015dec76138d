"""The documents tell the truth: the README's tree is the disk, and its commands are run.

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
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

import pytest
from PIL import Image
from safetensors.torch import save_file
from typer.testing import CliRunner

import striate
from striate.app.cli import app
from striate.nets.inputs import CIFAR10
from striate.studies.catalog import BUILTIN

ROOT = Path(__file__).parents[2]
SOURCE = Path("src", "striate")
README = ROOT / "README.md"
DOCUMENTS = [README, ROOT / "CONTRIBUTING.md"]
SHELLS = ("console", "sh", "bash", "shell")

# How each command of the README is run in seconds: these options come after its own, and the last one counts. A longer
# beginning goes before a shorter one.
TOY = {
    "study same-curve": "--epochs 1",
    "study --arm": "--data digits --seeds 1 --epochs 1 --set widths=[[4],[4]]",
    "study hidden-units": "--epochs 1 --seeds 1 --trials 2",
    "train --engine scratch": "--epochs 1",
    "study schedules": "--seeds 1 --epochs 1",
    "study": "--data digits --seeds 1 --epochs 1 --net convnet --set widths=[[4],[4]]",
    "train": "--data digits --epochs 1 --net convnet --set widths=[[4],[4]]",
    "resume": "",
    "test resnet20": "--data photos/",
    "probe fool": "--steps 3",
    "probe": "--quick",
    **dict.fromkeys(("doctor", "export", "gradcheck", "list", "prove", "show", "test"), ""),
}


def blocks(text: str) -> list[tuple[str, str]]:
    """Return the language and the content of every fenced block."""
    return re.findall(r"^ {0,3}```(\w*)[^\n]*\n(.*?)^ {0,3}```\s*$", text, re.MULTILINE | re.DOTALL)


def commands(text: str) -> list[str]:
    """Return the commands in the shell blocks; in a block with prompts, what has no prompt is output."""
    found: list[str] = []
    for language, content in blocks(text):
        if language in SHELLS:
            lines = content.replace("\\\n", " ").splitlines()
            prompted = [line.removeprefix("$ ") for line in lines if line.startswith("$ ")]
            found += [" ".join(shlex.split(line, comments=True)) for line in prompted or lines]
    return [command for command in found if command]


def words(command: str) -> list[str]:
    """Return the words of a command without the variables that are set before it and the path to the program."""
    given = shlex.split(command)
    while given and re.match(r"[A-Z_]+=", given[0]):
        del given[0]
    return [Path(given[0]).name, *given[1:]]


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
DISK = [SOURCE / name for name in ("__init__.py", "app/__init__.py", "app/cli.py", "base/__init__.py", "base/files.py")]


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


def write_files(folder: Path) -> None:
    """Write the Python blocks of the README that begin with the name of their file."""
    for language, content in blocks(README.read_text(encoding="utf-8")):
        if language == "python" and (name := re.match(r"# (\w+\.py)\n", content)):
            (folder / name[1]).write_text(content, encoding="utf-8")


@pytest.mark.slow
def test_the_commands_of_the_readme_run(tmp_path: Path) -> None:
    """One after another in one folder, as a reader would, so that a later one finds what an earlier one left."""
    save_file(striate.build("resnet20", {}, (32, 32, 3), 10).state_dict(), tmp_path / "resnet20.safetensors")
    for name in CIFAR10.classes:
        folder = tmp_path / "photos" / "test" / name
        folder.mkdir(parents=True)
        Image.new("RGB", (32, 32), "teal").save(folder / "image.png")
    shutil.copytree(tmp_path / "photos" / "test", tmp_path / "photos" / "train")
    write_files(tmp_path)
    shown = [words(command) for command in commands(README.read_text(encoding="utf-8"))]
    for program, *arguments in shown:
        if program != "striate" or arguments[0].startswith("-"):
            continue
        toys = [toy for start, toy in TOY.items() if f"{shlex.join(arguments)} ".startswith(f"{start} ")]
        assert toys, f"say in TOY how `striate {arguments[0]}` is run in seconds"
        command = [sys.executable, "-m", "striate", *arguments, *toys[0].split()]
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=600, check=False)
        assert done.returncode == 0, f"{shlex.join(command)}\n{done.stdout}\n{done.stderr}"


@pytest.mark.slow
def test_the_python_of_the_readme_runs_as_a_script(tmp_path: Path) -> None:
    write_files(tmp_path)
    scripts = [
        text
        for language, text in blocks(README.read_text(encoding="utf-8"))
        if language == "python" and "print" in text
    ]
    assert scripts
    for number, content in enumerate(scripts):
        script = tmp_path / f"readme{number}.py"
        script.write_text(content, encoding="utf-8")
        done = subprocess.run([sys.executable, script], cwd=tmp_path, capture_output=True, text=True, timeout=300)
        assert done.returncode == 0, done.stderr
        assert "n = 3 against 3" in done.stdout
