"""How many digits are of use."""

from __future__ import annotations

import pytest

from striate.base.digits import spec_for


@pytest.mark.parametrize(
    ("spread", "value", "text"),
    [
        (0.0113, 0.03, "+0.0300"),
        (0.4, 0.03, "+0.0300"),
        (0.00021, 0.03, "+0.03000"),
        (1e-5, 0.0123456, "+0.012346"),
        (1.3e-7, 1e-6, "+1.00e-06"),
        (None, 0.5, "+0.5000"),
        (0.0, 0.0, "+0.0000"),
        (None, 2e-9, "+2.00e-09"),
        (1598.0, 10_000_021.5, "+10,000,022"),
        (0.3, 5e6, "+5,000,000.00"),
        (1e200, 1.5e200, "+1.50e+200"),
        (float("inf"), 0.25, "+0.2500"),
    ],
)
def test_as_many_as_the_spread_tells(spread: float | None, value: float, text: str) -> None:
    assert format(value, f"+{spec_for(spread, [value])}") == text


def test_a_spread_far_below_the_value_is_not_followed_beyond_a_float() -> None:
    assert format(3e6, spec_for(5e-324, [3e6])) == "3,000,000.0000"
    assert format(1e300, spec_for(1.0, [1e300])) == "1.000000000000000e+300"
