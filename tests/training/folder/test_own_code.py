"""A run keeps the source of its own net, and says when it is another one now."""

from __future__ import annotations

import signal
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from striate.base.disk.files import read_json, write_json
from striate.base.errors import NetError, RunError
from striate.data import ImageSet
from striate.nets.custom import trust
from striate.training import train as door
from striate.training.folder import own_code
from striate.training.folder.run import open_run
from striate.training.recipe.recipe import Recipe
from striate.training.session import extend
from striate.training.train import best_net, train

NET = """
from torch import nn
from striate_part import act

def net(image_shape, classes):
    return nn.Sequential(nn.Flatten(), nn.Linear(128, 4), act(), nn.Linear(4, classes))
"""
NAME = "striate_kept:net"


def _forget() -> None:
    for name in ("striate_kept", "striate_part"):
        sys.modules.pop(name, None)


@pytest.fixture
def edit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """A net of one's own in two files, the second of which is written anew, as between two commands."""
    monkeypatch.chdir(tmp_path)

    def write(act: str) -> None:
        Path("striate_part.py").write_text(f"from torch import nn\nact = nn.{act}\n")
        _forget()
        sys.path_importer_cache.clear()

    Path("striate_kept.py").write_text(NET)
    write("ReLU")
    return write


@pytest.fixture
def recipe(edit: Callable[[str], None]) -> Recipe:
    return Recipe(net=NAME, epochs=2, batch_size=30)


def test_the_source_is_kept_beside_the_run_with_its_hashes(recipe: Recipe, tiny: ImageSet) -> None:
    run = train(recipe, "run", images=tiny)
    record = read_json(run.folder / "environment.json")["source"]
    assert list(record["files"]) == ["striate_kept.py", "striate_part.py"]
    place = run.folder / "source" / record["fingerprint"][:12]
    assert (place / "striate_kept.py").read_text() == NET
    assert own_code.kept_files(run.folder).keys() == {place / name for name in record["files"]}
    assert own_code.source_of(NAME) == record["fingerprint"]


def test_other_nets_have_no_source(tiny: ImageSet, tmp_path: Path) -> None:
    run = train(Recipe(net="mlp", epochs=1), tmp_path / "run", images=tiny)
    assert own_code.kept(run.folder) is None
    assert not (run.folder / "source").exists()
    own_code.admit(run.folder, "mlp")
    assert own_code.source_of("mlp") == ""


def test_an_edited_source_is_told_by_probes_and_refused_by_test(
    recipe: Recipe, tiny: ImageSet, edit: Callable[[str], None]
) -> None:
    run = train(recipe, "run", images=tiny)
    edit("Tanh")
    with pytest.raises(RunError, match=r'^striate_part.py changed since the run in "run" was trained'):
        door.test("run", images=tiny)
    told: list[str] = []
    best_net(run, warn=told.append)
    assert told == ['striate_part.py changed since the run in "run" was trained: the net may be another one']
    edit("ReLU")
    assert door.test("run", images=tiny).images == 18


def test_an_edited_source_is_refused_by_resume_and_recorded_when_asked(
    recipe: Recipe, tiny: ImageSet, edit: Callable[[str], None]
) -> None:
    run = train(
        recipe, "run", images=tiny, watch=lambda tick: signal.raise_signal(signal.SIGINT) if tick.step == 1 else None
    )
    assert run.status == "interrupted"
    edit("Tanh")
    with pytest.raises(RunError, match="add `trust_code` to run the source that the run keeps, or `changed_code`"):
        train(recipe, "run", images=tiny)
    own_code.accept_changes("run")
    with pytest.warns(UserWarning, match="not bit for bit: source differs from its last part"):
        assert train(recipe, "run", images=tiny).status == "finished"
    record = own_code.kept(run.folder)
    assert record is not None
    assert record["fingerprint"] == own_code.source_of(NAME)  # that of the last part, which a test then asks for
    assert len(list((run.folder / "source").iterdir())) == 2


def test_code_that_the_weights_do_not_fit_leaves_no_trace(
    recipe: Recipe, tiny: ImageSet, edit: Callable[[str], None]
) -> None:
    run = train(recipe, "run", images=tiny)
    before = own_code.kept(run.folder)
    own_code.accept_changes("run")
    edit("PReLU")  # which has a weight of its own
    longer = extend(run, 3).recipe
    with pytest.raises(RunError, match="do not fit net"):
        train(longer, "run", images=tiny)
    assert own_code.kept(run.folder) == before
    edit("ReLU")
    assert train(longer, "run", images=tiny).status == "finished"
    assert door.test(open_run("run"), images=tiny).images == 18  # a run stands for its folder


def test_the_kept_source_runs_once_its_folder_is_trusted(
    recipe: Recipe, tiny: ImageSet, edit: Callable[[str], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    run = train(recipe, "run", images=tiny)
    Path("striate_part.py").write_text("raise ImportError")
    _forget()
    monkeypatch.setattr(trust, "_named", {})
    with pytest.raises(RunError, match="is code"):
        best_net(open_run(run.folder))
    trust.trust_code("run")
    net = best_net(open_run(run.folder)).net
    assert type(net[2]).__name__ == "ReLU"
    _forget()


@pytest.mark.parametrize("damage", ["edited", "missing", "added"])
def test_a_kept_source_that_is_not_what_the_run_wrote_is_refused(damage: str, recipe: Recipe, tiny: ImageSet) -> None:
    run = train(recipe, "run", images=tiny)
    place = next((run.folder / "source").iterdir())
    if damage == "edited":
        (place / "striate_part.py").write_text("x = 1")
    elif damage == "missing":
        (place / "striate_part.py").unlink()
    else:
        (place / "json.py").write_text("")
    with pytest.raises(RunError, match=r"cannot be read|its hash differs|holds files that the run did not write"):
        own_code.kept_files(run.folder)


@pytest.mark.parametrize("name", ["../net.py", "/etc/passwd"])
def test_names_that_lead_out_of_the_folder_are_no_record(name: str, tmp_path: Path) -> None:
    write_json(tmp_path / "environment.json", {"source": {"fingerprint": "0" * 64, "files": {name: "0" * 64}}})
    assert own_code.kept(tmp_path) is None


def test_runs_of_one_study_have_one_source(recipe: Recipe, tiny: ImageSet, edit: Callable[[str], None]) -> None:
    train(recipe, "run", images=tiny)
    own_code.refuse_changed([(Path("run"), NAME), (Path("absent"), NAME)])
    planned = own_code.source_of(NAME)
    edit("Tanh")
    with pytest.raises(RunError, match='has changed since "run" was trained, and two nets cannot be compared'):
        own_code.refuse_changed([(Path("run"), NAME)])
    with pytest.raises(NetError, match="has changed since the study began"):
        own_code.admit_named(NAME, planned)


def test_a_recipe_that_was_read_names_no_net(recipe: Recipe, tiny: ImageSet, monkeypatch: pytest.MonkeyPatch) -> None:
    train(recipe, "run", images=tiny)
    monkeypatch.setattr(trust, "_named", {})
    read = open_run(Path("run")).recipe
    assert read.change(epochs=5).net == NAME
    assert not trust.is_trusted(NAME)
    with pytest.raises(RunError, match="is code"):
        best_net(open_run(Path("run")))
    Recipe().change(net=NAME)
    assert trust.is_trusted(NAME)
