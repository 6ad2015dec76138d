"""Files of weights by their keys: no path is opened, no code is run, and what is seen is what the command sees."""

from __future__ import annotations

import shlex
import shutil
from pathlib import Path

import pytest
import torch
from starlette.testclient import TestClient

from striate.app.actions.looking import probed
from striate.app.exporting.export import export
from striate.app.inputs.opened_net import open_subject
from striate.app.serve.place import Place
from striate.app.serve.views.inside import Inside
from striate.app.serve.views.weights import Weights
from striate.base.errors import StriateError
from striate.nets import build


@pytest.fixture(scope="module")
def top(filled: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a run, the same exported, and bare weights of a small net in its own folder and where data lie."""
    top = tmp_path_factory.mktemp("top")
    shutil.copytree(filled / "<b>run", top / "served" / "run")
    (top / "served" / "kept").mkdir()
    export(top / "served" / "run", "safetensors", top / "served" / "kept" / "run.safetensors")
    net = build("mlp", {}, (8, 8, 1), 10)
    (top / "data").mkdir()
    torch.save(net.state_dict(), top / "data" / "mlp.pt")
    torch.save(net.state_dict(), top / "outside.pt")
    (top / "served" / "out.pt").symlink_to(top / "outside.pt")
    return top


@pytest.fixture
def place(top: Path, monkeypatch: pytest.MonkeyPatch) -> Place:
    monkeypatch.delenv("STRIATE_DATA", raising=False)
    return Place(top / "served", top / "data")


def test_files_of_the_folder_and_of_the_data_are_listed_and_no_checkpoints(place: Place) -> None:
    told = Weights(place).listed()
    assert told["files"] == ["folder:kept/run.safetensors", "data:mlp.pt"]
    assert {"resnet20", "mlp"} <= set(told["nets"])
    assert {"digits", "imagenet"} <= set(told["data"])


@pytest.mark.parametrize(
    "key",
    ["", "mlp.pt", "data:../served/kept/run.safetensors", "folder:../data/mlp.pt", "folder:out.pt", "data:/etc/passwd",
     "folder:run/recipe.json", "dropped:0", "data:none.pt", "elsewhere:mlp.pt", "data:"],
)  # fmt: skip
def test_no_other_file_is_opened(key: str, place: Place) -> None:
    with pytest.raises(StriateError):
        Weights(place).path(key)


def test_what_an_exported_file_says_of_itself_is_enough(place: Place) -> None:
    inside = Inside(place)
    told = inside.net({"weights": "folder:kept/run.safetensors"})
    assert (told["name"], told["image"], len(told["classes"]), told["data"]) == ("convnet", (8, 8, 1), 10, "digits")
    asked = {"probe": "gradcam", "image": "digits:3", "class": "2"}
    run = inside.look({"net": "run", **asked})
    file = inside.look({"net": "convnet", "weights": "folder:kept/run.safetensors", **asked})
    assert file["groups"] == run["groups"]
    words = shlex.split(file["command"])
    assert words[:4] == ["striate", "probe", "gradcam", "convnet"]
    assert words[-2:] == ["--weights", str(place.top / "kept" / "run.safetensors")]


def test_bare_weights_are_of_the_net_and_the_data_that_are_named(place: Place, top: Path) -> None:
    asked = {"net": "mlp", "weights": "data:mlp.pt", "trained_on": "digits"}
    told = Inside(place).look({"probe": "saliency", "image": "digits:0", **asked})
    subject = open_subject("mlp", top / "data" / "mlp.pt", trained_on="digits")
    assert "mlp" in told["command"]
    assert told["command"].endswith("--trained-on digits")
    look = probed("saliency", subject, ["digits:0"], quick=True)
    assert told["groups"][0]["panels"][0]["caption"] == _captions(look)[0]


def _captions(look: object) -> list[str]:
    from striate.reports.probe.page import page_of

    shown = page_of(look.record, look.views.pictures, look.subject.inputs.classes, look.subject.name)  # type: ignore[attr-defined]
    return [panel.caption for panel in shown.groups[0].panels]


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"net": "mlp"}, "nothing says on what images"),
        ({"net": ""}, "does not say of what net"),
        ({"net": "resnet20", "trained_on": "digits"}, "do not fit"),
        ({"net": "os:system", "trained_on": "digits"}, "not a net that weights can be of here"),
        ({"net": "../data", "trained_on": "digits"}, "not a net that weights can be of here"),
        ({"net": "mlp", "trained_on": "/etc"}, "not a data set of this page"),
        ({"net": "nothing", "trained_on": "digits"}, "nothing"),
    ],
)
def test_what_does_not_go_together_is_a_sentence(asked: dict[str, str], said: str, place: Place) -> None:
    with pytest.raises(StriateError, match=said):
        Inside(place).net({"weights": "data:mlp.pt", **asked})


def test_a_file_that_was_given_is_kept_and_one_that_holds_no_weights_is_not(client: TestClient, top: Path) -> None:
    content = (top / "data" / "mlp.pt").read_bytes()
    key = client.post("/api/weights-file", params={"name": "mine.pt"}, content=content).json()["weights"]
    told = client.get("/api/net", params={"net": "mlp", "weights": key, "trained_on": "digits"}).json()
    assert (told["name"], told["image"]) == ("mlp", [8, 8, 1])
    for name, body in {"x.pt": b"PK\x03\x04", "x.exe": content, "x.safetensors": b"{}"}.items():
        answer = client.post("/api/weights-file", params={"name": name}, content=body)
        assert (answer.status_code, name in answer.json()["error"]) == (400, True)
        assert "striate-page" not in answer.json()["error"]
