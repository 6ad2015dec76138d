"""The whole page: one file that asks nothing of anyone, and shows what is on disk, finished or not."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from striate.app.options.repeating import study_command
from striate.base.disk.files import read_json, write_json
from striate.base.errors import StudyError
from striate.reports.kit.scripting import report_script
from striate.reports.study.page import write_study_report

HOSTILE = "<script>alert(1)</script>"
Report = Callable[[Path], Any]


@pytest.fixture
def report(read: Callable[[str], Any]) -> Report:
    """Write the report of a folder and read it; a page whose elements are not closed in order fails there."""
    return lambda folder: read(write_study_report(folder, study_command).read_text(encoding="utf-8"))


def test_the_page_lies_in_the_folder_and_is_well_formed(copied: Path, report: Report) -> None:
    assert write_study_report(copied, study_command) == copied / "report.html"
    page = report(copied)
    assert page.nodes[0].tag == "html"
    assert len(page.named("h1")) == 1


def only_our_script(page: Any) -> None:
    """Hold that the page has its numbers and one script, which is the package's and the only one that its policy allows."""
    numbers, script = page.named("script")
    assert (numbers.attributes["type"], script.text) == ("application/json", report_script().text)
    assert [arm["name"] for arm in json.loads(numbers.text)["arms"]][-1] == HOSTILE
    (policy,) = [node.attributes["content"] for node in page.named("meta") if "http-equiv" in node.attributes]
    hashed = base64.b64encode(hashlib.sha256(script.text.encode()).digest()).decode()
    assert f"script-src 'sha256-{hashed}';" in policy


def test_nothing_is_requested_from_anywhere(copied: Path, read: Callable[[str], Any]) -> None:
    text = write_study_report(copied, study_command).read_text(encoding="utf-8")
    page = read(text)
    attributes = [pair for node in page.nodes for pair in node.attributes.items()]
    assert not {"link", "img", "iframe", "object", "embed", "base", "image", "form"} & {node.tag for node in page.nodes}
    only_our_script(page)
    assert not [name for name, _ in attributes if name.startswith("on") or name in ("src", "srcset", "action")]
    assert all(value.startswith("#") for name, value in attributes if name.endswith("href"))
    assert set(re.findall(r"[a-z]+://[^\"'\s<)]*", text)) <= {
        "http://www.w3.org/2000/svg",
        "http://www.w3.org/1999/xlink",
    }
    assert "@import" not in text
    assert all(target.startswith("#") for target in re.findall(r"url\(([^)]*)\)", text))
    assert "default-src 'none'" in text


def test_names_inside_the_page_are_unique(copied: Path, report: Report) -> None:
    names = [node.attributes["id"] for node in report(copied).nodes if "id" in node.attributes]
    assert names
    assert len(names) == len(set(names))


def test_hostile_names_are_shown_and_do_nothing(copied: Path, read: Callable[[str], Any]) -> None:
    for file, keys in (("study.json", ("name", "question")), ("verdict.json", ())):
        value = read_json(copied / file) | {key: f"{key} {HOSTILE}" for key in keys}
        write_json(copied / file, value)
    verdict = read_json(copied / "verdict.json")
    verdict["verdicts"][0] |= {"reason": HOSTILE, "statement": HOSTILE, "answer": f'"><b {HOSTILE}', "claim": HOSTILE}
    write_json(copied / "verdict.json", verdict | {"failures": {HOSTILE: HOSTILE}})
    study = read_json(copied / "study.json")
    write_json(copied / "study.json", study | {"notes": [HOSTILE], "base": study["base"] | {"data": HOSTILE}})
    for name in ("environment", "anatomy"):
        path = copied / "runs" / "baseline" / "0" / f"{name}.json"
        write_json(path, read_json(path) | {"net": HOSTILE, HOSTILE: HOSTILE})
    text = write_study_report(copied, study_command).read_text(encoding="utf-8")
    page = read(text)
    assert "b" not in {node.tag for node in page.nodes}
    only_our_script(page)
    assert f"question {HOSTILE}" in page.words


def test_every_arm_every_verdict_and_every_part_is_there(copied: Path, report: Report) -> None:
    page = report(copied)
    for arm in ("baseline", "baseline x5", "BN x1", "BN x5", "BN x10 & $\\frac{$", HOSTILE):
        assert arm in page.words
    for said in (
        "Does batch normalization help?", "18 of 18 runs ended", "supported", "undecided", "+9.3 [+7.2, +11.4]",
        "smallest detectable effect", "seeds needed", "3 against 3", "Training loss", "Validation loss", "Training accuracy",
        "Validation accuracy", "3 diverged", "0.8012 ± 0.0034", "[0.7928, 0.8097] (3)", "mean epochs to 0.8012",
        "(25 where not reached)", "11.7", "23.3",
        "norm: the net's own → batch; lr: 0.0001 → 0.0005", "2.15.0", "striate study batchnorm", "3x3 convolution, 64 filters",
    ):  # fmt: skip
        assert said in page.words, said
    assert page.words.index("supported") < page.words.index("Training loss") < page.words.index("Environment")
    figures = [node for node in page.named("svg") if node.attributes["class"] == "anatomy"]
    assert len(figures) == 4, "2 nets, each wide and narrow"
    assert "not finished" not in page.words
    assert "test split (validate_on_test)" not in page.words


def test_the_same_folder_gives_the_same_bytes(copied: Path) -> None:
    assert (
        write_study_report(copied, study_command).read_bytes() == write_study_report(copied, study_command).read_bytes()
    )


def test_an_unfinished_study_shows_what_is_there(copied: Path, report: Report) -> None:
    (copied / "verdict.json").unlink()
    shutil.rmtree(copied / "runs" / "bn-x10")
    shutil.rmtree(copied / "runs" / "bn-x1" / "1")
    (copied / "runs" / "bn-x5" / "0" / "anatomy.json").write_text('{"net": "x"}')
    page = report(copied)
    assert "4 of 18 runs have not ended" in page.words
    assert page.words.count("There is no verdict yet.") == 3
    assert "2 finished, 1 waiting" in page.words


def test_a_study_that_has_not_begun_shows_its_question(copied: Path, report: Report) -> None:
    (copied / "verdict.json").unlink()
    shutil.rmtree(copied / "runs")
    page = report(copied)
    assert "18 of 18 runs have not ended" in page.words
    assert "No epoch has ended yet." in page.words
    assert "no net has been measured" in page.words
    assert "striate study batchnorm" in page.words


def test_damage_and_failures_are_named(copied: Path, report: Report) -> None:
    (copied / "runs" / "baseline" / "0" / "status.json").write_text("{")
    verdict = read_json(copied / "verdict.json")
    write_json(copied / "verdict.json", verdict | {"failures": {"BN x1, seed 2": "the disk is full"}})
    text = report(copied).words
    assert "runs/baseline/0/status.json cannot be read" in text
    assert "BN x1, seed 2 failed: the disk is full" in text


@pytest.mark.parametrize("where", ["base", "arm"])
def test_validating_on_the_test_split_is_marked(copied: Path, where: str, report: Report) -> None:
    study = read_json(copied / "study.json")
    (study["base"] if where == "base" else study["arms"][2]["changes"])["validate_on_test"] = True
    write_json(copied / "study.json", study)
    assert "chose their checkpoint on the test split (validate_on_test)" in report(copied).words


def test_a_folder_without_a_study_gets_no_report(tmp_path: Path) -> None:
    with pytest.raises(StudyError, match="holds no study"):
        write_study_report(tmp_path, study_command)
    assert list(tmp_path.iterdir()) == []
