"""What a probe finds on the page is what the command finds."""

from __future__ import annotations

import shlex
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from striate.app.actions.looking import probed
from striate.app.inputs.opened_net import open_subject
from striate.app.serve.place import Place
from striate.app.serve.pulse import Pulse
from striate.app.serve.views.controls import shown
from striate.app.serve.views.inside import Inside
from striate.base.errors import ProbeError, StriateError
from striate.reports.probe.page import page_of


@pytest.fixture(scope="module")
def inside(filled: Path) -> Inside:
    return Inside(Place(filled))


def test_the_net_says_what_it_takes_and_its_taps(inside: Inside) -> None:
    told = inside.net({"net": "<b>run"})
    assert (told["image"], told["data"], len(told["classes"])) == ((8, 8, 1), "digits", 10)
    assert told["taps"][0] == {"name": "conv1", "kind": "convolution", "shape": (2, 8, 8)}


def test_a_heatmap_is_that_of_the_command(inside: Inside, filled: Path) -> None:
    told = inside.look({"net": "<b>run", "probe": "saliency", "image": "digits:3", "class": "2"})
    look = probed("saliency", open_subject(str(filled / "<b>run")), ["digits:3"], target="2", quick=True)
    page = page_of(look.record, look.views.pictures, look.subject.inputs.classes, look.subject.name)
    assert [p["uri"] for p in told["groups"][0]["panels"]] == [panel.uri for panel in page.groups[0].panels]
    words = ["striate", "probe", "saliency", str(filled / "<b>run"), "digits:3", "--class", "2"]
    assert shlex.split(told["command"]) == words


@pytest.mark.parametrize("probe", sorted({one.name for one in shown()} - {"saliency", "maps"}))
def test_every_probe_of_the_page_has_pictures(probe: str, inside: Inside) -> None:
    more = {"steps": "2"} if probe in ("maximize", "fool") else {}
    told = inside.look({"net": "<b>run", "probe": probe, "image": "digits:0", **more})
    assert told["groups"][0]["panels"][0]["uri"].startswith("data:image/png;base64,")
    assert told["command"].startswith(f"striate probe {probe} ")


def test_a_net_is_as_before_after_those_that_take_pixels(inside: Inside) -> None:
    asked = {"net": "<b>run", "probe": "gradcam", "image": "digits:0"}
    before = inside.look(asked)
    inside.look({"net": "<b>run", "probe": "fool", "image": "digits:0", "steps": "1"})
    assert inside.look(asked) == before


def test_maps_of_a_tap(inside: Inside) -> None:
    told = inside.maps({"net": "<b>run", "image": "digits:0", "tap": "conv1"})
    assert (told["channels"], told["shape"], len(told["panels"])) == (2, (2, 8, 8), 2)


@pytest.mark.parametrize(
    "given",
    [
        {"probe": "nothing"}, {"probe": "gradcam", "image": "/etc/passwd"}, {"probe": "gradcam", "image": "https://x/y.png"},
        {"probe": "gradcam", "image": "dropped:0"}, {"probe": "fool", "image": "digits:0", "steps": "99999"},
        {"probe": "occlusion", "image": "digits:0", "window": "x"}, {"probe": "gradcam", "image": "digits:0", "class": "99"},
        {"probe": "gradcam", "image": "digits:0", "net": "../x"}, {"probe": "gradcam", "image": "digits:0", "net": "os:system"},
    ],
)  # fmt: skip
def test_what_cannot_be_had_is_refused(given: dict[str, str], inside: Inside) -> None:
    with pytest.raises(StriateError):
        inside.look({"net": "<b>run", **given})


def test_a_dropped_picture_is_looked_at(client: TestClient) -> None:
    from io import BytesIO

    import numpy as np
    from PIL import Image

    file = BytesIO()
    Image.fromarray(np.arange(300, dtype=np.uint8).reshape(10, 30).repeat(2, 0)).save(file, "PNG")
    word = client.post("/api/picture", params={"name": "my cat.png"}, content=file.getvalue()).json()["image"]
    told = client.get("/api/look", params={"net": "<b>run", "probe": "gradcam", "image": word}).json()
    assert told["command"].endswith("'my cat.png'")


def test_a_probe_that_nobody_waits_for_stops_and_leaves_the_net_as_it_was(inside: Inside) -> None:
    asked = {"net": "<b>run", "probe": "occlusion", "image": "digits:0"}
    before = inside.look(asked)
    pulse = Pulse()

    class Counted(Pulse):
        def __call__(self, done: int = 0, of: int = 0) -> None:
            self.gone = self.late() or len(calls) > 8
            calls.append(0)
            super().__call__(done, of)

    calls: list[int] = []
    with pytest.raises(ProbeError, match="nobody waits"):
        inside.look(asked, Counted())
    assert inside.look(asked, pulse) == before


def test_the_command_names_every_option_that_was_given(inside: Inside) -> None:
    told = inside.look({"net": "<b>run", "probe": "maximize", "channels": "0,1", "steps": "2"})
    words = shlex.split(told["command"])
    assert words[words.index("--channels") : words.index("--channels") + 3] == ["--channels", "0", "1"]
    assert len(told["groups"]) == 2


def test_what_is_shown_without_channels_is_what_the_command_shows(inside: Inside) -> None:
    told = inside.look({"net": "<b>run", "probe": "maximize", "steps": "2"})
    assert "--channels" not in told["command"]
    assert len(told["groups"]) == 2  # the first three, of two
    many = inside.look({"net": "<b>run", "probe": "maximize", "channels": "0,1 0,1 0", "steps": "2"})
    assert "--channels 0 1 0 1 --steps" in many["command"]
    assert len(many["groups"]) == 4
