"""Every folder is a room that says what it is for, and no file in it repeats the folder's name."""

from __future__ import annotations

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
