"""The command that a probe has without one of its own; `tests/laws/test_extending.py` runs it from its words to its page."""

from __future__ import annotations

from typing import Any, cast

import pytest

from striate.app.actions.looking import probed
from striate.app.commands.probe import general
from striate.base.errors import ProbeError
from striate.probes.catalog import ENTRIES


def test_every_probe_has_it_with_its_summary() -> None:
    for name, entry in ENTRIES.items():
        assert getattr(general, name).__doc__ == f"Show {entry.summary}."
    assert not hasattr(general, "gradcan")


def test_an_option_that_the_probe_lacks_is_answered_with_the_nearest_before_a_picture_is_opened() -> None:
    with pytest.raises(
        ProbeError, match=r'^probe gradcam: option "tapp" is unknown.+"tap".*; accepted are target, tap, batch'
    ):
        probed("gradcam", cast(Any, None), ["nowhere.png"], options={"tapp": "conv1"})
