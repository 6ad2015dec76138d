"""The modules of a report's script in one scope, and values as a browser parses them."""

from __future__ import annotations

import base64
import hashlib
import re
from collections import Counter
from pathlib import Path

from striate.reports.kit.scripting import MODULES, SCRIPTS, chart_style, jsonable, report_script


def test_the_modules_stand_in_the_order_of_their_imports_and_none_is_left_out() -> None:
    for place, name in enumerate(MODULES):
        text = (SCRIPTS / name).read_text(encoding="utf-8")
        wanted = re.findall(r'^import .* from "/static/(.*)";$', text, flags=re.MULTILINE)
        assert text.count("import ") == len(wanted)
        assert set(wanted) <= set(MODULES[:place])


def test_the_script_imports_nothing_and_gives_no_name_twice() -> None:
    text = report_script().text
    assert not re.search(r"^(import|export) ", text, flags=re.MULTILINE)
    names = Counter(re.findall(r"^(?:async )?(?:const|let|function) (\w+)", text, flags=re.MULTILINE))
    assert [name for name, times in names.items() if times > 1] == []
    assert "</script" not in text + chart_style().text


def test_the_policy_s_hash_is_that_of_the_text() -> None:
    hashed = hashlib.sha256(report_script().text.encode()).digest()
    assert report_script().digest == f"sha256-{base64.b64encode(hashed).decode()}"


def test_numbers_that_json_cannot_say_are_null() -> None:
    assert jsonable({1: (float("nan"), 2.5, float("inf")), "at": Path("a")}) == {"1": [None, 2.5, None], "at": "a"}
