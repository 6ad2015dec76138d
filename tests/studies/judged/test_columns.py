"""What the person who asks says of a log is checked before the log is read."""

from __future__ import annotations

import math
from typing import Any

import pytest

from striate.base.errors import StudyError
from striate.studies.judged.columns import Columns


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"at": "end"}, "`at` is end, and must be a step"),
        ({"at": math.nan}, "`at` is nan"),
        ({"at": math.inf}, "`at` is inf"),
        ({"failed_as": math.nan}, "`failed_as` is nan, and must be a finite number"),
        ({"failed_as": 1e200}, r"`failed_as` is 1e\+200, and must be a finite number within 1e\+150 of 0"),
        ({"failed_as": "x"}, "`failed_as` is 'x', and must be a number"),
        ({"names": 3}, "`names` is 3, and must be a text"),
        ({"where": [3]}, "`where` is 3, and must be a text"),
        ({"where": "arm=a"}, '`where` is the text "arm=a"; give a list'),
    ],
)
def test_what_needs_no_log_is_checked_before_one_is_read(given: dict[str, Any], words: str) -> None:
    with pytest.raises(StudyError, match=words):
        Columns(**given)
