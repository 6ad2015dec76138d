"""What the README shows works where only what `make demo` installs is there, or the extra that is named beside it."""

from __future__ import annotations

import functools
import importlib.metadata
import os
import re
import shlex
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from PIL import Image
from safetensors.torch import save_file

import striate
from documents import blocks, extras, lines, words
from striate.nets.inputs import CIFAR10

ROOT = Path(__file__).parents[2]
README = ROOT / "README.md"
Without = Callable[..., dict[str, str]]
# Read by Python when it starts: what is hidden is not found among what is installed.
HIDING = """
import os
import sys
from importlib.machinery import PathFinder

hidden = set(os.environ["HIDDEN_MODULES"].split())


class Shown(PathFinder):
    @classmethod
    def find_spec(cls, name, path=None, target=None):
        return None if name.partition(".")[0] in hidden else super().find_spec(name, path, target)


sys.meta_path[:] = [Shown if finder is PathFinder else finder for finder in sys.meta_path]
"""

# How each command of the README is run in seconds: these options come after its own, and the last one counts. A longer
# beginning goes before a shorter one.
TOY = {
    "study same-curve": "--epochs 1",
    "study --arm": "--data digits --seeds 1 --epochs 1 --set widths=[[4],[4]]",
    "study hidden-units": "--epochs 1 --seeds 1 --trials 2",
    "train --engine scratch": "--epochs 1",
    "train --net convnet": "",
    "train --net my_net": "--epochs 1",
    "train --data digits --out runs/second": "",
    "train --data digits --out runs/finer": "",
    "study schedules": "--seeds 1 --epochs 1 --set train_images=200",
    "study batchnorm": "--data digits --seeds 1 --epochs 1 --net convnet --set widths=[[2]] --set lr=0.3",
    "study": "--data digits --seeds 1 --epochs 1 --net convnet --set widths=[[4],[4]]",
    "train": "--data digits --epochs 1 --net convnet --set widths=[[4],[4]]",
    "resume": "",
    "test resnet20": "--data photos/",
    **dict.fromkeys(
        ("doctor", "exercise", "export", "gate", "gradcheck", "judge", "list", "predict", "probe", "prove"), ""
    ),
    **dict.fromkeys(("serve", "sheet", "show", "test"), ""),
}
RUNS = (("a", "0.80"), ("b", "0.86"))  # of the table: model, and an accuracy without its last digit
# What the answer to a command must hold, for the remark beside it to be true.
SAID = {
    "probe fool": r"1 of 1 pairs .* arrived",
    "probe gradcam": r"does the map mean anything\?(?![\s\S]*no verdict is possible)",
    "test runs/first runs/second": r"is the best of 2 runs",
}


def locked() -> set[str]:
    """Return the distributions that `make demo` installs."""
    text = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    return {canonicalize_name(name) for name in re.findall(r"^([\w.-]+)==", text, re.MULTILINE)} | {"striate"}


def of_extra(name: str) -> set[str]:
    """Return the distributions of an extra, with all that they need."""
    projects = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    asked, found = [Requirement(text) for text in projects["optional-dependencies"][name]], set[str]()
    while asked:
        one = asked.pop()
        if (name := canonicalize_name(one.name)) in found or (one.marker and not one.marker.evaluate({"extra": ""})):
            continue
        found.add(name)
        asked += [Requirement(text) for text in importlib.metadata.requires(name) or ()]
    return found


@functools.cache
def hidden(*asked: str) -> str:
    """Return the modules that are installed and come neither with `make demo` nor with these extras."""
    kept = locked().union(*map(of_extra, asked))
    owners = importlib.metadata.packages_distributions()
    return " ".join(
        module for module, names in owners.items() if not kept & {canonicalize_name(name) for name in names}
    )


@pytest.fixture(scope="module")
def without(tmp_path_factory: pytest.TempPathFactory) -> Without:
    """Return the surroundings of a process in which only what `make demo` and the given extras install is there."""
    folder = tmp_path_factory.mktemp("hiding")
    (folder / "sitecustomize.py").write_text(HIDING, encoding="utf-8")
    paths = os.pathsep.join(filter(None, [str(folder), os.environ.get("PYTHONPATH")]))
    return lambda *asked: {**os.environ, "PYTHONPATH": paths, "HIDDEN_MODULES": hidden(*asked)}


def test_what_is_hidden_is_not_there(without: Without) -> None:
    code = "from importlib.util import find_spec; print(*(find_spec(n) is None for n in ('torch', 'onnx', 'timm', 'pytest')))"

    def found(*asked: str) -> str:
        return subprocess.run([sys.executable, "-c", code], env=without(*asked), capture_output=True, text=True).stdout

    assert found() == "False True True True\n"
    assert found("export") == "False False True True\n"
    assert found("zoo") == "False True False True\n"


@pytest.mark.parametrize(
    ("extra", "command"),
    [
        ("export", ("export", "mlp", "--weights", "w.safetensors", "--trained-on", "digits")),
        ("zoo", ("show", "net", "timm:resnet18")),
        ("web", ("serve", ".")),
    ],
)
def test_without_an_extra_it_is_said_how_it_is_installed(
    extra: str, command: tuple[str, ...], without: Without, tmp_path: Path
) -> None:
    save_file(striate.build("mlp", {}, (8, 8, 1), 10).state_dict(), tmp_path / "w.safetensors")
    done = subprocess.run(
        [sys.executable, "-m", "striate", *command],
        cwd=tmp_path,
        env=without(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, os.listdir(tmp_path)) == (2, ["w.safetensors"])
    assert f'pip install ".[{extra}]"' in done.stderr


def test_the_extra_of_a_line_is_read_from_its_remark() -> None:
    assert extras("striate export runs/a#b --to onnx   # with classes; needs the extra .[export]") == ["export"]
    assert extras("striate list nets  # all") == []


def test_the_extras_that_are_installed_exist() -> None:
    shown = [line for line in lines(README.read_text(encoding="utf-8")) if line.startswith("pip install")]
    assert shown
    for line in shown:
        named = re.fullmatch(r"pip install (\.|\"\.\[([\w,]+)\]\")", line.partition("#")[0].strip())
        assert named, line
        assert all(of_extra(name) for name in (named[2] or "").split(",") if name)


def write_files(folder: Path) -> None:
    """Write the Python blocks of the README that begin with the name of their file."""
    for language, content in blocks(README.read_text(encoding="utf-8")):
        if language == "python" and (name := re.match(r"# (\w+\.py)\n", content)):
            (folder / name[1]).write_text(content, encoding="utf-8")


@pytest.mark.slow
def test_the_commands_of_the_readme_run(without: Without, tmp_path: Path) -> None:
    """One after another in one folder, as a reader would, so that a later one finds what an earlier one left."""
    save_file(striate.build("resnet20", {}, (32, 32, 3), 10).state_dict(), tmp_path / "resnet20.safetensors")
    for name in CIFAR10.classes:
        folder = tmp_path / "photos" / "test" / name
        folder.mkdir(parents=True)
        Image.new("RGB", (32, 32), "teal").save(folder / "image.png")
    shutil.copytree(tmp_path / "photos" / "test", tmp_path / "photos" / "train")
    (tmp_path / "runs.csv").write_text(
        "model,seed,test_acc\n" + "".join(f"{m},{s},{v}{s}\n" for m, v in RUNS for s in "123")
    )
    (tmp_path / "train.sh").write_text("case $1 in old) a=0.80;; *) a=0.85;; esac; echo acc: $a$((7 * $2 % 5))\n")
    write_files(tmp_path)
    for line in lines(README.read_text(encoding="utf-8")):
        program, *arguments = words(shlex.join(shlex.split(line, comments=True)))
        if program != "striate" or arguments[0].startswith("-"):
            continue
        toys = [toy for start, toy in TOY.items() if f"{shlex.join(arguments)} ".startswith(f"{start} ")]
        assert toys, f"say in TOY how `striate {arguments[0]}` is run in seconds"
        command = [sys.executable, "-m", "striate", *arguments, *toys[0].split()]
        done = subprocess.run(
            command, cwd=tmp_path, env=without(*extras(line)), capture_output=True, text=True, timeout=600, check=False
        )
        assert done.returncode == 0, f"{shlex.join(command)}\n{done.stdout}\n{done.stderr}"
        for start, said in SAID.items():
            if shlex.join(arguments).startswith(start):
                assert re.search(said, " ".join(done.stdout.split())), done.stdout


@pytest.mark.slow
@pytest.mark.cold
def test_the_python_of_the_readme_runs_as_a_script(without: Without, tmp_path: Path) -> None:
    """With all its workers begun by themselves, as a reader's are."""
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
        done = subprocess.run(
            [sys.executable, script],
            cwd=tmp_path,
            env=without(),
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        assert "n = 3 against 3" in done.stdout
