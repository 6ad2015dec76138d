"""Every folder is a room that says what it is for, and no file in it repeats the folder's name."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "src" / "striate"
TESTS = ROOT / "tests"


def repeating(paths: Iterable[Path]) -> list[Path]:
    """Return the modules and folders whose name begins with that of the folder they lie in, in the singular or the plural.

    `proofs/proof.py` is not among them: a room may hold the one thing that it is named after.
    """
    return [path for path in paths if path.stem.removeprefix("test_").startswith(tuple(prefixes(path.parent.name)))]


def prefixes(folder: str) -> set[str]:
    one = f"{folder[:-3]}y" if folder.endswith("ies") else folder.removesuffix("s")
    return {f"{name}_" for name in (folder, one, folder.removesuffix("es"))}


def test_no_file_repeats_the_name_of_its_folder() -> None:
    modules = {path for top in (SOURCE, TESTS) for path in top.rglob("*.py") if path.stem != "__init__"}
    folders = {parent for path in modules for parent in path.parents if {SOURCE, TESTS} & set(parent.parents)}
    assert repeating(sorted(modules | folders)) == []


@pytest.mark.parametrize(
    "path",
    ["reports/probe/probe_fool.py", "claims/claim_checks.py", "claims/test_claim_checks.py", "studies/study_parts"],
)
def test_a_name_that_repeats_its_folders_is_found(path: str) -> None:
    assert repeating([Path(path)]) == [Path(path)]
    assert repeating([Path("claims/checks.py"), Path("proofs/proof.py"), Path("training/trained.py")]) == []


def room_faults(folder: Path, said: str) -> list[str]:
    """Return why ``said`` does not introduce the room ``folder``: too short, too long, or it names what is not there.

    A first line says why the room is there; a paragraph after it says what may go in. A name in backquotes is a module or
    a folder of the room or of the one around it, a path below src, or a dotted name of Striate; commands have a blank in them.
    """
    sentences = re.findall(r"[.?!](?=\s|$)", said)
    faults = (
        [] if len(sentences) in (2, 3) else [f"it has {len(sentences)} sentences, and a room is said in two or three"]
    )
    head, _, rest = said.partition("\n\n")
    if head.count("\n") or not rest:
        faults.append("after a line of its own, what may go in is said in a paragraph")
    names = re.findall(r"(?<!`)`([^`\s]+)`(?!`)", said)
    return faults + [f"{name} is not there" for name in names if not is_there(folder, name)]


def is_there(folder: Path, name: str) -> bool:
    if name.startswith("striate."):
        place = SOURCE.parent.joinpath(*name.split("."))
        holder = place.parent.with_suffix(".py")  # of a function or class, where the last part is one
        defined = re.compile(rf"^(def|class) {place.name}\b|^{place.name}\b.* = ", re.MULTILINE)
        return (
            is_module(place)
            or (holder.is_file() and bool(defined.search(holder.read_text("utf-8"))))
            or is_public(place)
        )
    return any(is_module(place / name) for place in (folder, folder.parent, SOURCE.parent))


def is_public(place: Path) -> bool:
    """Return whether a package hands out the name, or what it is a part of, such as ``striate.probe`` of a probe."""
    ways = [one for one in (place, *place.parents) if (one.parent / "__init__.py").is_file()]
    return any(f" as {one.name}\n" in (one.parent / "__init__.py").read_text("utf-8") for one in ways)


def is_module(place: Path) -> bool:
    return place.is_dir() or place.with_suffix(".py").is_file()


def test_every_room_says_why_it_is_there_and_what_may_go_in() -> None:
    rooms = sorted(SOURCE.rglob("__init__.py"))
    said = {room.parent: ast.get_docstring(ast.parse(room.read_text("utf-8"))) or "" for room in rooms}
    wrong = {
        str(room.relative_to(SOURCE)): faults for room, text in said.items() if (faults := room_faults(room, text))
    }
    assert wrong == {}


def test_whatever_a_source_names_of_striate_exists() -> None:
    gone = [
        f"{path.relative_to(SOURCE)}: {name}"
        for path in sorted(SOURCE.rglob("*.py"))
        for name in re.findall(r"(?<!`)`(striate\.[\w.]+)`(?!`)", path.read_text("utf-8"))
        if not is_there(path.parent, name)
    ]
    assert gone == []


SAID = "What is shown.\n\nWhat draws goes in; see `kit`. Verdicts are in `striate.studies.claims`."


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("\n\nWhat draws goes in; see `kit`. Verdicts are in `striate.studies.claims`.", "", "it has 1 sentences"),
        ("What is shown.\n\n", "What is shown. ", "after a line of its own"),
        ("goes in; see", "goes in. There is more. See", "it has 5 sentences"),
        ("`kit`", "`opened`", "opened is not there"),
        ("claims`", "claims.better.Best`", "striate.studies.claims.better.Best is not there"),
    ],
)
def test_a_room_that_says_too_little_or_what_is_untrue_is_found(old: str, new: str, fault: str) -> None:
    assert room_faults(SOURCE / "reports", SAID) == []
    assert room_faults(SOURCE / "reports", SAID.replace("claims`", "claims.better.Better`")) == []
    assert any(one.startswith(fault) for one in room_faults(SOURCE / "reports", SAID.replace(old, new)))
