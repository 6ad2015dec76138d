"""The form of the page: a fault stands beside its field, no word of a browser is trusted, and no path leads elsewhere."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from striate.app.serve.asking import by_field, planned, read
from striate.app.serve.jobs import Jobs
from striate.app.serve.place import Place
from striate.base.errors import StriateError
from striate.nets.custom.trust import is_trusted

ASKED = {"study": "batchnorm", "seeds": 1}


@pytest.mark.parametrize("net", ["marked:net", '"marked:net"'])
def test_a_net_that_a_browser_names_is_neither_imported_nor_trusted(
    net: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "marked.py").write_text(f"open({str(tmp_path / 'ran')!r}, 'w')\ndef net(): ...\n")
    monkeypatch.chdir(tmp_path)
    told = Jobs(Place(tmp_path)).plan({**ASKED, "settings": {"net": net}})
    assert "which the page does not train" in told["faults"]["net"]
    assert (is_trusted("marked:net"), "marked" in sys.modules, (tmp_path / "ran").exists()) == (False, False, False)


def test_every_fault_stands_beside_its_field(tmp_path: Path) -> None:
    settings = [["lr", "-1"], ["epochs", "0"], ["batch_size", "32"], ["start", "/etc"]]
    told = Jobs(Place(tmp_path)).plan({**ASKED, "seeds": 1.5, "out": "a/b", "settings": settings})
    assert told["faults"].pop("start").startswith('start is "/etc"; the page takes')
    assert told["faults"] == {
        "lr": "lr is -1, and must be greater than 0",
        "epochs": "epochs is 0, and must be greater than or equal to 1",
        "seeds": "seeds must be a whole number from 1 to 100",
        "out": "the folder's name has letters, digits, dots and hyphens, and begins with a letter or digit",
    }


def test_a_fault_names_no_other_field_than_its_own() -> None:
    text = 'study "batchnorm": every run has a seed of its own; say how many with `seeds`'
    told = "every run has a seed of its own; say how many with `seeds`"
    assert by_field(text, ["lr", "seed", "study"]) == {"seed": told}
    assert by_field("the recipe is not accepted: lr is 0; epochs is 0, or less", ["epochs"]) == {
        "epochs": "epochs is 0, or less"
    }
    assert by_field(text, ["lr"]) == {}


def test_a_field_that_is_set_twice_is_a_fault_as_on_the_command_line(tmp_path: Path) -> None:
    settings = [["epochs", "3"], ["data", "digits"], ["epochs", "7"]]
    told = Jobs(Place(tmp_path)).plan({**ASKED, "settings": settings})
    assert told["faults"] == {"epochs": "epochs is set 2 times; set it once"}


def test_the_command_trains_into_the_folder_that_is_served(tmp_path: Path) -> None:
    told = Jobs(Place(tmp_path)).plan({**ASKED, "out": "one", "settings": {"data": "digits", "epochs": "2"}})
    words = f"striate study batchnorm --seeds 1 --set data=digits --set epochs=2 --out {tmp_path / 'one'}"
    assert told["command"] == words


@pytest.mark.parametrize("field", ["data", "start"])
def test_a_path_is_one_of_the_folder_or_of_the_data_or_refused(field: str, tmp_path: Path) -> None:
    place = Place(tmp_path / "served", tmp_path / "data")
    for name in ("served/inner", "data/mine", "outside"):
        (tmp_path / name).mkdir(parents=True)
    (tmp_path / "served" / "out").symlink_to(tmp_path / "outside")
    for value, whole in (
        ("inner", "served/inner"),
        ("mine", "data/mine"),
        (str(tmp_path / "data" / "mine"), "data/mine"),
    ):
        form, faults = read(place, {**ASKED, "settings": {field: value}})
        assert (form.settings, faults) == ((f"{field}={tmp_path / whole}",), {})
    for value in ("../outside", "out", str(tmp_path / "outside"), "nodata", "/etc", "~", "a\0b", "x" * 5000):
        _, faults = read(place, {**ASKED, "settings": {field: value}})
        assert "the page takes the names of" in faults[field], value


@pytest.mark.parametrize("settings", ["x", [["a"]], [1], [["a", "b", "c"]], [["a", "1"]] * 41, {"a b": "1"}])
def test_what_is_no_form_is_a_sentence(settings: object, tmp_path: Path) -> None:
    told = Jobs(Place(tmp_path)).plan({**ASKED, "settings": settings})
    assert told["error"] != ""
    assert told["plan"] == ""
    with pytest.raises(StriateError):
        Jobs(Place(tmp_path)).start({**ASKED, "settings": settings})


def test_what_fits_is_planned(tmp_path: Path) -> None:
    form, faults = read(Place(tmp_path), {**ASKED, "settings": {"data": "digits"}})
    assert (len(planned(form).arms), faults) == (6, {})
