"""Every question of the four homeworks has an entry, and every entry an answer part of the kind that is asked for."""

from __future__ import annotations

import subprocess
import sys
from operator import attrgetter
from pathlib import Path

import pytest

import striate as st
from striate.app.sheets.workshop import Workshop
from striate.base.catalog import loaded
from striate.proofs.catalog import ENTRIES
from striate.sheets.catalog import BUILTIN
from striate.sheets.parts import Code, Curves, Derivation, Look, Verdicts, needs
from striate.sheets.sheet import Sheet
from striate.sheets.work import BUDGETS
from striate.studies.catalog import BUILTIN as STUDIES

# Sheet -> number -> the kinds of parts that the question asks for, read from the homework.
ASKED: dict[str, dict[str, str]] = {
    "cs7150": {
        "1": "answer derivation",
        "2": "derivation",
        "3a": "figure procedure",
        "3b": "answer table curves beside",
        "3c": "text probe answer beside",
        "4a": "text procedure figure answer curves study beside",
        "4b": "answer curves study beside",
        "4c": "answer table curves study beside",
    },
    "convnets2020": {
        "1a": "derivation answer study",
        "1b": "derivation",
        "1c": "derivation answer",
        "2.1": "code",
        "2.2": "code figure table",
        "2.3": "procedure answer curves",
        "2.4": "figure code",
        "2.5": "answer table curves study",
        "2.6": "code figure curves answer study trial",
        "2.7": "code figure",
        "2.8": "curves answer study",
        "2.9": "curves table answer study",
        "2.10": "curves table answer study",
        "2.11": "curves answer",
        "2.12": "selection table",
        "3.1": "probe text",
        "3.2": "probe answer",
        "4": "probe answer",
    },
    "eecs498": {
        "1.1": "derivation code table",
        "1.2": "derivation code table",
        "1.3": "derivation code table",
        "1.4": "derivation text code table",
        "1.5": "derivation code table",
        "2.1": "code table",
        "2.2": "code table",
        "2.3": "procedure answer table curves beside",
        "2.4": "selection table study",
        "3.1": "code table",
        "3.2": "code table",
        "3.3": "procedure answer table curves beside",
        "3.4": "selection table study",
        "4.1": "code table",
        "4.2": "code table",
        "4.3": "procedure answer table curves beside",
        "4.4": "selection table study beside",
        "5.1": "text code table",
        "5.2": "code figure table",
        "5.3": "selection table study beside",
        "5.4": "selection table study beside",
        "6.1": "figure procedure curves code",
        "6.2": "answer table beside",
        "6.3": "answer selection table curves study beside",
        "7.1": "derivation answer study",
        "7.2": "derivation answer study",
        "7.3": "derivation answer study",
    },
    "csce636": {
        "1": "derivation",
        "2": "derivation",
        "3": "derivation answer",
        "4a": "derivation answer",
        "4b": "derivation answer",
        "5a": "derivation",
        "5b": "derivation answer",
        "5c": "derivation answer",
        "6": "code figure procedure curves table answer study beside",
    },
}
PLOTS = {  # question -> arms of each plot of curves that the homework asks for by name
    ("convnets2020", "2.11"): [5, 5, 5],
    ("cs7150", "4b"): [2, 4],
}


def missing(sheet: Sheet, asked: dict[str, str]) -> list[str]:
    """Return what is asked for and not there: questions, in order, and kinds of parts; and questions that nobody asked."""
    numbers = [question.number for question in sheet.questions]
    faults = [f"{number} is missing" for number in asked if number not in numbers]
    faults += [f"{number} is not asked" for number in numbers if number not in asked]
    faults += [] if faults or numbers == list(asked) else ["the order differs"]
    for question in sheet.questions:
        kinds = {part.kind for part in question.parts}
        wanted = set(asked.get(question.number, "").split())
        faults += [f"{question.number} has no {kind}" for kind in sorted(wanted - kinds)]
    return faults


def test_every_sheet_of_the_catalogue_is_in_the_list_and_the_other_way_round() -> None:
    assert list(BUILTIN) == list(ASKED)
    assert sum(map(len, ASKED.values())) == 62


@pytest.mark.parametrize("name", ASKED)
def test_every_question_has_an_entry_and_every_entry_the_kinds_that_are_asked_for(name: str) -> None:
    sheet = BUILTIN.entry(name).sheet()
    assert sheet.name == name
    assert missing(sheet, ASKED[name]) == []


def test_a_question_or_a_part_that_is_left_out_is_found() -> None:
    sheet = BUILTIN.entry("cs7150").sheet()
    assert missing(sheet, {**ASKED["cs7150"], "5": "text"}) == ["5 is missing"]
    assert missing(sheet, {n: k for n, k in ASKED["cs7150"].items() if n != "2"}) == ["2 is not asked"]
    assert missing(sheet, {**ASKED["cs7150"], "2": "curves"}) == ["2 has no curves"]
    reverse = dict(reversed(ASKED["cs7150"].items()))
    assert missing(sheet, reverse) == ["the order differs"]


@pytest.mark.parametrize("name", ASKED)
def test_what_the_parts_name_is_there(name: str) -> None:
    sheet = BUILTIN.entry(name).sheet()
    arms = {work.name: work.study for work in sheet.works}
    for question in sheet.questions:
        for part in question.parts:
            if isinstance(part, Code):
                sources = [attrgetter(home.partition(":")[2])(loaded(home.partition(":")[0])) for home in part.homes]
                assert all(map(callable, sources))
            elif isinstance(part, Derivation):
                assert part.proof in ENTRIES
            elif isinstance(part, (Verdicts, Curves)) and arms[part.work]:
                study = STUDIES.entry(arms[part.work]).question().study({})
                if isinstance(part, Verdicts):
                    assert set(part.claims) <= {claim.name for claim in study.claims}
                else:
                    assert set(part.arms) <= {arm.name for arm in study.arms}


@pytest.mark.parametrize("name", ASKED)
def test_every_work_can_be_planned_at_every_budget_and_is_asked_for(name: str) -> None:
    sheet = BUILTIN.entry(name).sheet()
    for budget in BUDGETS:
        shop = Workshop(sheet, budget, Path("nowhere"))
        for work in sheet.works:
            planned = shop.planned(work) if work.study else shop.recipe(work)
            assert planned is not None
            offline = shop.data_of(work) in ("digits", "sums")
            assert offline or budget != "quick"
    parts = [part for question in sheet.questions for part in question.parts]
    named = {name for part in parts for name in needs(part)}
    also = {name for part in parts if isinstance(part, Look) for name in part.options.get("also", ())}
    assert {work.name for work in sheet.works} <= named | also


@pytest.mark.parametrize("name", ASKED)
def test_the_net_of_every_run_can_be_built_for_the_images_of_the_quick_budget(name: str) -> None:
    sheet = BUILTIN.entry(name).sheet()
    shop = Workshop(sheet, "quick", Path("nowhere"))
    for work in sheet.works:
        recipe = shop.planned(work).base if work.study else shop.recipe(work)
        if recipe.engine == "torch":
            side = recipe.image_size or 8
            assert st.build(recipe.net, dict(recipe.net_options), (side, side, 1), 10) is not None


@pytest.mark.parametrize("name", ASKED)
def test_the_quick_budget_stays_a_matter_of_minutes(name: str) -> None:
    """In images that pass forward and backward, of 32 or fewer pixels a side: some 2 ms each on one core, at most."""
    sheet = BUILTIN.entry(name).sheet()
    shop = Workshop(sheet, "quick", Path("nowhere"))
    seen = 0
    for work in sheet.works:
        planned = shop.standing(work).planned
        recipe = planned.base
        if recipe.engine == "torch" and recipe.data == "digits":
            seen += len(planned.arms) * len(planned.seeds) * recipe.epochs * 1293  # training images of the digits
    assert 0 < seen < 500_000


@pytest.mark.parametrize(("sheet", "number"), PLOTS)
def test_plots_that_are_asked_for_by_their_number_of_curves_have_them(sheet: str, number: str) -> None:
    (question,) = BUILTIN.entry(sheet).sheet().asked(number)
    curves = [part for part in question.parts if isinstance(part, Curves)]
    studies = {work.name: work.study for work in BUILTIN.entry(sheet).sheet().works}
    counts = [len(part.arms) or len(STUDIES.entry(studies[part.work]).question().study({}).arms) for part in curves]
    assert counts == PLOTS[sheet, number]


def test_no_module_of_a_sheet_loads_pytorch_to_name_its_questions() -> None:
    code = "import sys; from striate.sheets.catalog import BUILTIN; print(len(BUILTIN), 'torch' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=120, check=True)
    assert done.stdout.split() == ["4", "False"]
