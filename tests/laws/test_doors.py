"""What comes from outside meets the terminal and the disk at one door each, whatever it is called.

The sources: text is printed by `speech` and `show` of `striate.app.terminal` alone, and files that a person names
are written by `striate.base.disk.outputs` alone. And the commands themselves, with names that no one would choose.
"""

from __future__ import annotations

import ast
import json
import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from xml.dom import minidom

import pytest

from striate.app import cli
from striate.base.disk.files import read_json, write_json
from striate.base.errors import shown
from striate.training.recipe.recipe import Recipe
from striate.training.train import train

SOURCE = Path(__file__).parents[2] / "src" / "striate"
PRINTS = {"echo", "secho", "print_exception"}
WRITES = {
    "write_bytes",
    "write_text",
    "write_json",
    "savefig",
    "savez",
    "savez_compressed",
    "rename",
    "unlink",
    "rmtree",
}
# Module -> why it may: what it does is not with a file that a person named.
MAY = {
    "app/inputs/download.py": "a file in a folder for the moment",
    "app/serve/uploads.py": "what came through the page, in a private folder for the moment",
    "probes/record.py": "an archive in memory",
    "reports/probe/page.py": "removes older pictures of its own page, by their mark",
    "reports/kit/svg.py": "a figure in memory",
}

# Markup, control characters of both ranges, bidirectional and invisible ones, half characters, quotes, paths, options.
HOSTILE = (
    "a[/b]", "[bold red]x[/]", "[link=file:///etc]x[/link]", ":smile:", "\x1b[31mred", "\x1b]0;title\x07",
    "\x1b[2J\x1b[H", "\x9b31mx", "\x9d0;t\x9c", "a\rb", "a\nstriate: forged", "\x08\x08x", "\x7f", "\u202egnp.exe",
    "\u2066x\u2069", "a\u200bb", "\udcff", "\u2028x", "<b>&amp;\"'", "$(touch x)", "%s{0}\\n", "\U000e0041", "x" * 300,
)  # fmt: skip
ALL = "[/b]\x1b[31m\x9b1m\r\nstriate: forged\x07\x7f\u202e\udcff"


def called(tree: ast.Module, names: set[str]) -> set[str]:
    """Return those of ``names`` that ``tree`` calls, as functions or as methods."""
    found = (node.func for node in ast.walk(tree) if isinstance(node, ast.Call))
    return names & {f.id if isinstance(f, ast.Name) else f.attr if isinstance(f, ast.Attribute) else "" for f in found}


def faults(package: str, names: set[str], but: set[str]) -> list[str]:
    return [
        f"{path.relative_to(SOURCE)} calls {', '.join(sorted(found))}"
        for path in sorted((SOURCE / package).rglob("*.py"))
        if str(path.relative_to(SOURCE)) not in but
        and (found := called(ast.parse(path.read_text(encoding="utf-8")), names))
    ]


@pytest.mark.parametrize("package", ["app", "reports"])
def test_text_reaches_the_terminal_by_its_door_alone(package: str) -> None:
    assert (
        faults(package, PRINTS | {"print", "Console"} - {"print"}, {"app/terminal/speech.py", "app/terminal/show.py"})
        == []
    )


@pytest.mark.parametrize("package", ["app", "reports", "probes"])
def test_a_file_that_a_person_names_is_written_by_its_door_alone(package: str) -> None:
    assert faults(package, WRITES, set(MAY)) == []


def test_who_goes_past_a_door_is_found() -> None:
    assert called(ast.parse("import typer\ntyper.echo('x')"), PRINTS) == {"echo"}
    assert called(ast.parse("from a import write_text\nwrite_text(p, 'x')"), WRITES) == {"write_text"}
    assert not called(ast.parse("tell('x')\nwrite_output(p, 'x')"), PRINTS | WRITES)


@pytest.fixture
def command(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Callable[..., tuple[int, str]]:
    """Run a command in an empty folder; return its exit code and what it printed, of which nothing may act or blame us."""
    monkeypatch.chdir(tmp_path)

    def run(*words: str) -> tuple[int, str]:
        monkeypatch.setattr(sys, "argv", ["striate", *words])
        with pytest.raises(SystemExit) as left:
            cli.main()
        out, err = capsys.readouterr()
        text = out + err
        assert shown(text) == text, words
        assert "\nstriate: forged" not in text, words
        assert "defect of striate" not in text, (words, text)
        return int(left.value.code or 0), text

    return run


COMMANDS = (
    ("show", "net", "NAME"), ("show", "net", "convnet", "--set", "NAME=1"), ("show", "net", "convnet", "--input", "NAME"),
    ("list", "fields", "--net", "NAME"), ("test", "NAME"), ("resume", "NAME"), ("export", "NAME"), ("study", "NAME"),
    ("export", "convnet", "--to", "NAME"), ("prove", "NAME"), ("prove", "conv-as-matrix", "--NAME", "1"),
    ("train", "--net", "NAME"), ("train", "--data", "NAME"), ("train", "--optimizer", "NAME"),
    ("probe", "saliency", "NAME", "NAME"), ("probe", "saliency", "convnet", "NAME", "--weights", "NAME"),
    ("serve", "NAME"), ("--NAME",), ("NAME",), ("train", "--epochs", "NAME"),
    ("show", "net", "convnet", "--svg", "nowhere/NAME"),
    ("train", "--out", "/dev/null/NAME"), ("probe", "saliency", "x", "y", "--out", "/dev/null/NAME"),
)  # fmt: skip


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_a_hostile_word_is_refused_in_a_sentence(
    command: Callable[..., tuple[int, str]], words: tuple[str, ...]
) -> None:
    for name in (ALL, f"-{ALL}", "x" * 300):
        code, text = command(*(word.replace("NAME", name) for word in words))
        assert code in (2, 3), text
    assert list(Path.cwd().iterdir()) == []


@pytest.mark.parametrize("name", HOSTILE)
def test_every_hostile_word_is_refused_in_a_sentence(command: Callable[..., tuple[int, str]], name: str) -> None:
    for words in (("list", "fields", "--net", name), (f"--{name}",), ("resume", name)):
        code, text = command(*words)
        assert code in (2, 3), (words, text)


def test_a_link_to_itself_is_refused_in_a_sentence(command: Callable[..., tuple[int, str]]) -> None:
    Path("loop").symlink_to("loop")
    Path("t.npz").symlink_to("t.npz")
    for words in (
        ("train", "--data", "t.npz"), ("train", "--data", "loop"), ("study", "batchnorm", "--data", "t.npz"), ("test", "loop"),
        ("train", "--epochs", "1", "--out", "loop"), ("resume", "loop"), ("resume", "loop", "--trust-code"),
        ("show", "run", "loop"), ("list", "runs", "loop"), ("export", "loop"), ("probe", "filters", "loop"),
        ("show", "study", "loop"),
    ):  # fmt: skip
        code, text = command(*words)
        assert code in (2, 3), (words, text)


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run that has ended, of which each test gets a copy with a name in it."""
    small = {"widths": [[2]], "hidden": []}
    return train(Recipe(net_options=small, epochs=1, batch_size=512), tmp_path_factory.mktemp("a") / "run").folder


def strings(value: object, name: str) -> object:
    """Return a record with ``name`` after each of its texts."""
    if isinstance(value, dict):
        return {key: strings(item, name) for key, item in value.items()}
    if isinstance(value, list):
        return [strings(item, name) for item in value]
    return f"{value}{name}" if isinstance(value, str) else value


def copies(finished: Path, name: str) -> Iterator[Path]:
    """Yield copies of the run: one whose records say ``name`` wherever they may say anything, and one that is called so."""
    told = Path("told")
    shutil.copytree(finished, told)
    write_json(told / "anatomy.json", strings(read_json(told / "anatomy.json"), name))
    facts = read_json(told / "environment.json")
    write_json(told / "environment.json", facts | {"data_notes": [name, f"note {name}"]})
    write_json(told / "status.json", read_json(told / "status.json") | {"reason": name})
    yield told
    if len(name) < 256:
        called_so = Path(name.replace("/", "|"))
        shutil.copytree(finished, called_so)
        yield called_so


@pytest.mark.parametrize("name", [ALL.replace("\udcff", ""), *HOSTILE[::5]])
def test_a_run_with_a_hostile_name_in_it_is_shown(
    command: Callable[..., tuple[int, str]], finished: Path, name: str
) -> None:
    for folder in copies(finished, name):
        assert command("resume", "--", str(folder))[0] == 0
        assert command("resume", "--json", "--", str(folder))[0] == 0
        assert command("show", "net", "--", str(folder))[0] == 0
        assert command("show", "net", "--text", "--", str(folder))[0] == 0
        code, text = command("show", "net", "--json", "--svg", "net.svg", "--", str(folder))
        assert code == 0
        assert json.loads(text[text.index("{") : text.rindex("}") + 1])["parameters"] > 0
        minidom.parse("net.svg")  # noqa: S318
