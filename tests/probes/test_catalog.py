"""The catalogue of probes: every entry leads to its function."""

from __future__ import annotations

import pytest

from striate.base.errors import ProbeError
from striate.probes.catalog import ENTRIES, entry, names


@pytest.mark.parametrize("name", names())
def test_an_entry_leads_to_a_documented_function(name: str) -> None:
    run = entry(name).run
    assert run.__name__ == name
    assert run.__doc__
    assert ENTRIES[name].summary


def test_an_unknown_probe_is_answered_with_the_nearest() -> None:
    with pytest.raises(
        ProbeError, match=r'probe "salency" is unknown \(did you mean "saliency"\?\); accepted are saliency'
    ):
        entry("salency")
