"""Nothing is pickled or unpickled, and no archive is unpacked blindly: each law is shown a source that breaks it."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

SOURCE = Path(__file__).parents[2] / "src" / "striate"
PICKLERS = {"pickle", "cPickle", "dill", "cloudpickle", "joblib", "shelve", "marshal"}
# The one module that reads pickles, by an unpickler that admits nothing but notes about arrays, and what it uses of pickle.
RESTRICTED_READER, RESTRICTED_USE = "data/readers/legacy_pickle.py", {"pickle.Unpickler"}


def trees() -> dict[str, ast.Module]:
    """Return every module by its place: ``data/readers/idx.py`` -> its tree."""
    files = sorted(SOURCE.rglob("*.py"))
    return {path.relative_to(SOURCE).as_posix(): ast.parse(path.read_text(encoding="utf-8")) for path in files}


def unsafe_readers(tree: ast.Module) -> list[str]:
    """Return what in ``tree`` can pickle, unpickle, or unpack an archive blindly."""
    faults: list[str] = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            faults += [alias.name for alias in node.names if alias.name.split(".")[0] in PICKLERS]
        elif isinstance(node, ast.ImportFrom):
            faults += [node.module] if node.module and node.module.split(".")[0] in PICKLERS else []
        elif isinstance(node, ast.Call):
            called, named = ast.unparse(node.func), {word.arg: ast.unparse(word.value) for word in node.keywords}
            if called == "torch.save":
                faults.append(called)
            if called == "torch.load" and named.get("weights_only") != "True":
                faults.append("torch.load without weights_only=True")
            if named.get("allow_pickle", "False") != "False":
                faults.append(f"{called} with allow_pickle")
            if called.rpartition(".")[2] in {"extractall", "unpack_archive"}:
                faults.append(called)
    return faults


def test_nothing_pickles_or_unpacks_blindly() -> None:
    found = {name: faults for name, tree in trees().items() if (faults := unsafe_readers(tree))}
    assert found == {RESTRICTED_READER: ["pickle"]}
    assert pickle_use(trees()[RESTRICTED_READER]) == RESTRICTED_USE


def pickle_use(tree: ast.Module) -> set[str]:
    """Return what ``tree`` takes out of pickle; an unpickler that is called, and not only inherited from, as a call."""
    used = {ast.unparse(n) for n in ast.walk(tree) if isinstance(n, ast.Attribute) and ast.unparse(n.value) == "pickle"}
    calls = (ast.unparse(n.func) for n in ast.walk(tree) if isinstance(n, ast.Call))
    return used | {f"{name}()" for name in calls if name.startswith("pickle.")}


def test_an_unrestricted_unpickler_is_found() -> None:
    assert pickle_use(ast.parse("import pickle\nclass U(pickle.Unpickler): ...")) == RESTRICTED_USE
    for line in ("pickle.load(f)", "pickle.Unpickler(f).load()", "pickle.loads(b)"):
        assert pickle_use(ast.parse(line)) - RESTRICTED_USE


@pytest.mark.parametrize(
    "line",
    [
        "import pickle",
        "from joblib import load",
        "torch.save(x, f)",
        "torch.load(f)",
        "torch.load(f, weights_only=False)",
        "np.load(f, allow_pickle=True)",
        "archive.extractall(folder)",
        "shutil.unpack_archive(f)",
    ],
)
def test_an_unsafe_reader_is_found(line: str) -> None:
    assert unsafe_readers(ast.parse(line))


def test_a_safe_reader_passes() -> None:
    safe = "torch.load(f, weights_only=True)\nnp.load(f, allow_pickle=False)\narchive.extractfile(member)"
    assert unsafe_readers(ast.parse(safe)) == []
