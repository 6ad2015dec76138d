"""The whole page: one file that asks nothing of anyone, and shows what is on disk, finished or not."""

from __future__ import annotations

import re
import shutil
from html.parser import HTMLParser
from pathlib import Path

import pytest

from striate.base.errors import StudyError
from striate.base.files import read_json, write_json
from striate.reports.study import write_study_report

HOSTILE = "<script>alert(1)</script>"
VOID = {"meta", "br", "hr", "img", "link", "input"}


class Page(HTMLParser):
    """Reads a page, and holds its tags to be closed in order."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str]] = []
        self.words: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [(name, value or "") for name, value in attrs]
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.open.pop()

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if not self.open or self.open[-1] != "style":
            self.words.append(data)

    @property
    def text(self) -> str:
        return re.sub(r"\s+", " ", " ".join(self.words))


def report(folder: Path) -> Page:
    return Page(write_study_report(folder).read_text(encoding="utf-8"))


def test_the_page_lies_in_the_folder_and_is_well_formed(copied: Path) -> None:
    assert write_study_report(copied) == copied / "report.html"
    page = report(copied)
    assert page.open == []
    assert page.tags[0] == "html"
    assert page.tags.count("h1") == 1


def test_nothing_is_requested_from_anywhere(copied: Path) -> None:
    text = write_study_report(copied).read_text(encoding="utf-8")
    page = Page(text)
    assert not {"script", "link", "img", "iframe", "object", "embed", "base", "image", "form"} & set(page.tags)
    assert not [name for name, _ in page.attributes if name.startswith("on") or name in ("src", "srcset", "action")]
    assert all(value.startswith("#") for name, value in page.attributes if name.endswith("href"))
    assert set(re.findall(r"[a-z]+://[^\"'\s<)]*", text)) <= {
        "http://www.w3.org/2000/svg",
        "http://www.w3.org/1999/xlink",
    }
    assert "@import" not in text
    assert all(target.startswith("#") for target in re.findall(r"url\(([^)]*)\)", text))
    assert "default-src 'none'" in text


def test_names_inside_the_page_are_unique(copied: Path) -> None:
    names = [value for name, value in report(copied).attributes if name == "id"]
    assert names
    assert len(names) == len(set(names))


def test_hostile_names_are_shown_and_do_nothing(copied: Path) -> None:
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
    text = write_study_report(copied).read_text(encoding="utf-8")
    assert "<script" not in text
    page = Page(text)
    assert page.open == []
    assert "script" not in page.tags and "b" not in page.tags
    assert f"question {HOSTILE}" in page.text


def test_every_arm_every_verdict_and_every_part_is_there(copied: Path) -> None:
    page = report(copied)
    for arm in ("baseline", "baseline x5", "BN x1", "BN x5", "BN x10 & $\\frac{", HOSTILE):
        assert arm in page.text
    for said in (
        "Does batch normalization help?", "18 of 18 runs ended", "supported", "undecided", "+9.3 [+7.2, +11.4]",
        "smallest detectable effect", "seeds needed", "3 against 3", "Training loss", "Validation loss", "Training accuracy",
        "Validation accuracy", "3 diverged", "0.8012 ± 0.0034", "[0.7928, 0.8097] (3)", "epochs to 0.8012", "not reached",
        "norm: the net's own → batch; lr: 0.0001 → 0.0005", "2.15.0", "striate study batchnorm", "3x3 convolution, 64 filters",
    ):  # fmt: skip
        assert said in page.text, said
    assert page.text.index("supported") < page.text.index("Training loss") < page.text.index("Environment")
    assert [value for name, value in page.attributes if name == "class"].count("anatomy") == 4, (
        "2 nets, wide and narrow"
    )
    assert "not finished" not in page.text
    assert "test split (validate_on_test)" not in page.text


def test_the_same_folder_gives_the_same_bytes(copied: Path) -> None:
    assert write_study_report(copied).read_bytes() == write_study_report(copied).read_bytes()


def test_an_unfinished_study_shows_what_is_there(copied: Path) -> None:
    (copied / "verdict.json").unlink()
    shutil.rmtree(copied / "runs" / "bn-x10")
    shutil.rmtree(copied / "runs" / "bn-x1" / "1")
    (copied / "runs" / "bn-x5" / "0" / "anatomy.json").write_text('{"net": "x"}')
    page = report(copied)
    assert page.open == []
    assert "4 of 18 runs have not ended" in page.text
    assert page.text.count("There is no verdict yet.") == 3
    assert "2 finished, 1 waiting" in page.text


def test_a_study_that_has_not_begun_shows_its_question(copied: Path) -> None:
    (copied / "verdict.json").unlink()
    shutil.rmtree(copied / "runs")
    page = report(copied)
    assert "18 of 18 runs have not ended" in page.text
    assert "No epoch has ended yet." in page.text
    assert "no net has been measured" in page.text
    assert "striate study batchnorm" in page.text


def test_damage_and_failures_are_named(copied: Path) -> None:
    (copied / "runs" / "baseline" / "0" / "status.json").write_text("{")
    verdict = read_json(copied / "verdict.json")
    write_json(copied / "verdict.json", verdict | {"failures": {"BN x1, seed 2": "the disk is full"}})
    text = report(copied).text
    assert "runs/baseline/0/status.json cannot be read" in text
    assert "BN x1, seed 2 failed: the disk is full" in text


@pytest.mark.parametrize("where", ["base", "arm"])
def test_validating_on_the_test_split_is_marked(copied: Path, where: str) -> None:
    study = read_json(copied / "study.json")
    (study["base"] if where == "base" else study["arms"][2]["changes"])["validate_on_test"] = True
    write_json(copied / "study.json", study)
    assert "chose their checkpoint on the test split (validate_on_test)" in report(copied).text


def test_a_folder_without_a_study_gets_no_report(tmp_path: Path) -> None:
    with pytest.raises(StudyError, match="holds no study"):
        write_study_report(tmp_path)
    assert list(tmp_path.iterdir()) == []
