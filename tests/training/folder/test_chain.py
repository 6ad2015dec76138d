"""The law of the chain: whatever happens to one file of a run, what comes of it is the same, or is said, or is refused."""

from __future__ import annotations

import dataclasses
import os
import shutil
import signal
from pathlib import Path

import pytest

from damage import Damage, damages
from striate.base.disk.files import read_json, write_json
from striate.base.disk.sealed_json import sealed
from striate.base.errors import RunError, StriateError
from striate.data import ImageSet
from striate.training import loop
from striate.training.folder.chain import UNVOUCHED, best_step, identity
from striate.training.folder.forms import DONE
from striate.training.folder.inspection import inspect
from striate.training.folder.run import begin, open_run
from striate.training.folder.run_score import RunScore
from striate.training.folder.tables import Row, read_history
from striate.training.loop import Tick
from striate.training.recipe.recipe import Recipe
from striate.training.session import mended
from striate.training.train import best_net, train
from striate.training.train import test as score

RECIPE = Recipe(net_options={"widths": [[3]], "hidden": []}, batch_size=30, epochs=3, lr=0.01, keep_every=1)
KINDS = ("finished", "interrupted", "diverged")


@pytest.fixture(scope="module")
def runs(tiny: ImageSet, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a finished, tested run, one that was interrupted in its third epoch, and one that diverged."""
    folder = tmp_path_factory.mktemp("runs")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(loop, "SAVE_SECONDS", 0.0)
        train(RECIPE, folder / "finished", images=tiny)
        score(folder / "finished", images=tiny)
        train(RECIPE, folder / "interrupted", images=tiny, watch=_stop)
        wild = {"optimizer": "sgd", "lr": 1000.0, "activation": "none", "epochs": 50}
        assert train(RECIPE.change(**wild), folder / "diverged", images=tiny).status == "diverged"
    return folder


def _stop(tick: Tick) -> None:
    if tick.step == 5 and tick.val is None:
        os.kill(os.getpid(), signal.SIGINT)


def results(folder: Path) -> dict[str, bytes]:
    """Return what a run is about: its history, its last state and its weights, by name."""
    states = sorted((folder / "checkpoints").glob("step-*.safetensors"))[-1:]
    weights = [path for kind in ("best", "epoch") for path in (folder / "checkpoints").glob(f"{kind}-*.safetensors")]
    return {path.name: path.read_bytes() for path in [folder / "history.csv", *states, *sorted(weights)]}


def outcome_of(damage: Damage, kept: Path, work: Path, whole: Path, images: ImageSet) -> str:
    """Return what came of a damaged copy of ``kept`` that was continued and tested: same, said, refused, or SILENT."""
    shutil.rmtree(work, ignore_errors=True)
    shutil.copytree(kept, work)
    dataclasses.replace(damage, path=work / damage.path.relative_to(kept)).do()
    told: list[str] = []
    try:
        run = mended(work, told.append)
        if run.status not in DONE:
            run = train(run.recipe, work, images=images, warn=told.append)
        same = results(work) == results(whole)
        if run.status == "finished":
            same &= score(work, images=images, warn=told.append) == read_score(whole)
    except StriateError as error:
        return "refused" if "\n" not in str(error) else f"SILENT in more than one line: {error}"
    if same:
        return "said" if told else "same"
    # What was lost for good is said, and the numbers stand.
    numbers = (work / "history.csv").read_bytes() == (whole / "history.csv").read_bytes()
    return "said" if numbers and any("are lost" in sentence for sentence in told) else f"SILENT ({told})"


def read_score(folder: Path) -> RunScore | None:
    return open_run(folder).test()


@pytest.mark.parametrize("kind", KINDS)
def test_no_damage_to_one_file_changes_a_result_in_silence(
    kind: str, runs: Path, tiny: ImageSet, tmp_path: Path
) -> None:
    kept, whole = runs / kind, runs / ("finished" if kind == "interrupted" else kind)
    found: dict[str, int] = {}
    for file in sorted(path for path in kept.rglob("*") if path.is_file() and path.name != "lock"):
        chosen = list(damages(file, cuts=1, flips=1, digits=2))
        # All of it is for `make chaos`; here one in four, another one of each file.
        for damage in [chosen[0], *chosen[1 + len(found) % 3 :: 4]]:
            came = outcome_of(damage, kept, tmp_path / "work", whole, tiny)
            assert not came.startswith("SILENT"), f"{file.name}, {damage.what}: {came}"
            found[came] = found.get(came, 0) + 1
    assert min(found.get("said", 0), found.get("refused", 0)) > 3, found


EDITS = {
    "recipe.json": ("lr", 0.02, "was changed after it was written"),
    "environment.json": ("train_images", 61, None),
    "status.json": ("status", "running", None),
    "test.json": ("accuracy", 1.0, None),
}


@pytest.mark.parametrize("name", EDITS)
def test_an_edited_file_is_refused_or_made_again(name: str, runs: Path, tmp_path: Path) -> None:
    field, value, refusal = EDITS[name]
    folder = Path(shutil.copytree(runs / "finished", tmp_path / "run"))
    before = (folder / name).read_bytes()
    write_json(folder / name, {**read_json(folder / name), field: value})
    told: list[str] = []
    if refusal:
        with pytest.raises(RunError, match=refusal):
            mended(folder, told.append)
        return
    mended(folder, told.append)
    assert name in told[0]
    assert name != "environment.json" or (folder / name).read_bytes() == before
    assert name != "test.json" or not (folder / name).exists()
    assert not [mend for mend in inspect(folder) if mend.act] or name == "status.json"


def test_a_status_that_says_finished_too_early_does_not_count(runs: Path, tiny: ImageSet, tmp_path: Path) -> None:
    """Sealed anew, as one who edits it on purpose might: it contradicts the recipe and the checkpoints."""
    folder = Path(shutil.copytree(runs / "interrupted", tmp_path / "run"))
    status = read_json(folder / "status.json")
    told: list[str] = []
    for epoch, why in (
        (2, "says finished after epoch 2, and the recipe has 3"),
        (3, "newest checkpoint is of update 5"),
    ):
        write_json(folder / "status.json", sealed({**status, "status": "finished", "epoch": epoch, "step": 6}))
        assert any(why in mend.wrong for mend in inspect(folder))
    assert train(RECIPE, folder, images=tiny, warn=told.append).status == "finished"
    assert "status.json says finished after update 6" in told[0]
    assert results(folder) == results(runs / "finished")


def test_files_of_another_run_are_refused(runs: Path, tiny: ImageSet, tmp_path: Path) -> None:
    other = train(RECIPE.change(lr=0.02), tmp_path / "other", images=tiny).folder
    for name in ("recipe.json", "environment.json"):
        folder = Path(shutil.copytree(runs / "interrupted", tmp_path / f"with {name}"))
        shutil.copy(other / name, folder / name)
        with pytest.raises(RunError, match=r"not the recipe that this run was trained by|are of different runs"):
            train(RECIPE, folder, images=tiny)
    folder = Path(shutil.copytree(runs / "finished", tmp_path / "weights"))
    step = best_step(read_history(folder))
    for path in (other / "checkpoints").glob("best-*"):
        record = read_json(path) if path.suffix == ".json" else {}
        target = folder / "checkpoints" / f"best-{step:08d}{path.suffix}"
        if record:
            write_json(target, sealed({**record, "step": step}))
        else:
            shutil.copy(path, target)
    with pytest.raises(RunError, match="belong to another run"):
        best_net(open_run(folder))


def test_a_run_from_before_the_chain_is_continued_with_a_note(runs: Path, tiny: ImageSet, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(runs / "interrupted", tmp_path / "run"))
    for path in [folder / name for name in ("recipe.json", "status.json", "environment.json", "anatomy.json")]:
        new = ("seal", "format", "recipe", "history", "timing")
        write_json(path, {key: value for key, value in read_json(path).items() if key not in new})
    for path in (folder / "checkpoints").glob("*.json"):
        kept = {key: read_json(path)[key] for key in ("step", "bytes", "sha256", "values")}
        write_json(path, {"format": 1, **kept})
    told: list[str] = []
    assert train(RECIPE, folder, images=tiny, warn=told.append).status == "finished"
    assert [sentence for sentence in told if UNVOUCHED in sentence]
    assert results(folder) == results(runs / "finished")


def test_what_later_sessions_add_leaves_the_identity() -> None:
    environment = {"torch": "2.0", "threads": 1}
    later = sealed({**environment, "continued": [{"threads": 2}]})
    assert identity(later) == identity(environment) != identity({**environment, "threads": 2})


def test_the_best_step_is_the_first_of_equal_ones_with_a_finite_loss() -> None:
    def rows(*ends: tuple[int, float, float]) -> list[Row]:
        return [
            Row(step, step, "val", metric, value)
            for step, loss, accuracy in ends
            for metric, value in (("loss", loss), ("accuracy", accuracy))
        ]

    assert best_step(rows((1, 1.0, 0.5), (2, 1.0, 0.75), (3, 1.0, 0.75), (4, float("nan"), 1.0))) == 2
    assert best_step([]) == 0


def test_a_copy_of_a_run_that_lacks_the_empty_folder_of_checkpoints_goes_on(tiny: ImageSet, tmp_path: Path) -> None:
    begin(tmp_path / "run", RECIPE)
    (tmp_path / "run/checkpoints").rmdir()
    assert train(RECIPE, tmp_path / "run", images=tiny).status == "finished"
