"""Opening a folder or a file that a stranger made runs nothing of it, whichever command opens it.

The marks are harmless: a file named MARK, which the named code would make.
"""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from striate.app import cli
from striate.base.disk.files import read_json, write_json
from striate.nets.custom.trust import trust
from striate.training.recipe.recipe import Recipe
from striate.training.train import train

OWN = """
from pathlib import Path
from torch import nn

Path("MARK").touch()

def net(image_shape, classes, width=3):
    return nn.Sequential(nn.Conv2d(image_shape[2], width, 3), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(width, classes))
"""
OPENERS = [
    ["test", "run"],
    ["test", "run", "--data", "digits"],
    ["resume", "run"],
    ["train", "--net", "convnet", "--out", "run"],
    ["export", "run", "--to", "safetensors"],
    ["show", "net", "run"],
    ["study", "batchnorm", "--epochs", "1", "--seeds", "1", "--out", "study"],
    *(["probe", name, "run", "digits:1"] for name in ("saliency", "gradcam", "occlusion")),
    *(["probe", name, "run"] for name in ("features", "patches", "maximize")),
    ["probe", "fool", "run", "digits:1", "--target", "3"],
    ["probe", "localise", "run", "digits:1"],
    ["probe", "filters", "run"],
]
STRANGERS = {
    "a function of Python": ("os:system", {"command": "touch MARK"}),
    "a module here": ("striate_stranger:net", {}),
    "a module of a package": ("torch.hub:load", {"repo_or_dir": ".", "model": "net", "source": "local"}),
}


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run of a net of one's own, finished and not yet tested."""
    folder = tmp_path_factory.mktemp("trained")
    (folder / "striate_stranger.py").write_text(OWN)
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        sys.modules.pop("striate_stranger", None)
        trust("striate_stranger:net")
        train(Recipe(net="striate_stranger:net", epochs=1, train_images=40, batch_size=20), "run")
    sys.modules.pop("striate_stranger")
    Path(folder, "MARK").unlink()
    return folder


@pytest.fixture
def here(trained: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    shutil.copytree(trained, tmp_path, dirs_exist_ok=True)
    monkeypatch.chdir(tmp_path)
    yield tmp_path
    sys.modules.pop("striate_stranger", None)


@pytest.fixture
def striate(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Callable[..., tuple[int, str]]:
    def call(*words: str) -> tuple[int, str]:
        monkeypatch.setattr(sys, "argv", ["striate", *words])
        with pytest.raises(SystemExit) as left:
            cli.main()
        return int(left.value.code or 0), capsys.readouterr().err

    return call


def _renamed(folder: Path, net: str, options: dict[str, object]) -> None:
    """Have recipe, checkpoints and study name another net, as whoever shares a folder could write it."""
    for path in (folder / "run" / "recipe.json", *(folder / "run" / "checkpoints").glob("*.json")):
        record = read_json(path)
        told = record if "net" in record else record["values"]
        told |= {"net": net, "net_options": options} if "net" in told else {}
        write_json(path, record)
    base = Recipe().to_json() | {"net": net, "net_options": options}
    (folder / "study").mkdir()
    (folder / "study" / "study.json").write_text(json.dumps({"base": base, "arms": [], "claims": [], "seeds": [0]}))


@pytest.mark.parametrize("stranger", STRANGERS)
@pytest.mark.parametrize("words", OPENERS, ids=" ".join)
def test_a_folder_someone_shared_runs_nothing(
    words: list[str], stranger: str, here: Path, striate: Callable[..., tuple[int, str]]
) -> None:
    _renamed(here, *STRANGERS[stranger])
    code, err = striate(*words)
    assert not (here / "MARK").exists()
    assert "Traceback" not in err
    assert "defect" not in err
    refused = code == 2 and err.count("\n") == 1
    finished = words[0] == "resume" or words[:2] == ["show", "net"]  # these need no net of a run that has ended
    assert refused or (finished and code == 0)


@pytest.mark.parametrize(
    "words", [["test", "run"], ["export", "run", "--to", "safetensors"], ["probe", "filters", "run"]]
)
def test_the_refusal_names_the_code_and_what_lets_it_run(
    words: list[str], here: Path, striate: Callable[..., tuple[int, str]]
) -> None:
    code, err = striate(*words)
    assert code == 2
    assert 'has a net of its own, "striate_stranger:net", which is code (kept in run/source, SHA-256 ' in err
    assert "add --net striate_stranger:net to run your own file of this name" in err
    assert "add --trust-code to run that" in err
    assert not (here / "MARK").exists()


def test_labels_that_name_another_net_than_the_recipe_are_refused(
    here: Path, striate: Callable[..., tuple[int, str]]
) -> None:
    for path in (here / "run" / "checkpoints").glob("best-*.json"):
        record = read_json(path)
        record["values"] |= {"net": "os:system", "net_options": {"command": "touch MARK"}}
        write_json(path, record)
    code, err = striate("test", "run", "--net", "striate_stranger:net")
    assert code == 2
    assert "recipe" in err or "damaged" in err


@pytest.mark.parametrize(
    "name", ["os:system", "shutil:rmtree", "torch.nn:Identity", "striate.base.disk.files:write_text"]
)
def test_what_is_installed_is_refused_even_by_name(name: str, striate: Callable[..., tuple[int, str]]) -> None:
    for words in (["show", "net", name], ["train", "--net", name], ["list", "fields", "--net", name]):
        code, err = striate(*words)
        assert code == 2
        assert "is installed or part of Python, and no file of your own" in err


@pytest.mark.parametrize("made", ["os.system", "shutil.rmtree", "print", "dict", "len"])
def test_a_file_of_ones_own_lends_no_name_to_what_is_not(
    made: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, striate: Callable[..., tuple[int, str]]
) -> None:
    (tmp_path / "striate_lender.py").write_text(f"import os, shutil\nnet = {made}\n")
    monkeypatch.chdir(tmp_path)
    code, err = striate("show", "net", "striate_lender:net")
    sys.modules.pop("striate_lender", None)
    assert code == 2
    assert "not defined in a file of your own" in err or "must be a function that returns a module" in err


def test_named_code_runs_from_its_file_and_trusted_code_from_the_run(
    here: Path, striate: Callable[..., tuple[int, str]]
) -> None:
    assert striate("test", "run", "--net", "striate_stranger:net") == (0, "")
    assert (here / "MARK").exists()
    (here / "MARK").unlink()
    (here / "run" / "test.json").unlink()
    (here / "striate_stranger.py").write_text("raise SystemExit('another file of this name')")
    code, err = striate("test", "run", "--trust-code")
    assert code == 0
    assert "def net(image_shape, classes, width=3):" in err  # what runs is shown first
    assert err.splitlines()[0].startswith("run/source/")
    assert (here / "MARK").exists()
    assert not list((here / "run").rglob("__pycache__"))
