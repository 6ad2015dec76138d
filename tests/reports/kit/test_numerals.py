"""How numbers are written."""

from __future__ import annotations

import math

import pytest

from striate.reports.kit.numerals import between, brief, decimals_for, effect, fixed, measured, number


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "–"),
        (0, "0"),
        (-1234567, "−1,234,567"),
        (12.0, "12"),
        (0.801234, "0.8012"),
        (-0.5, "−0.5"),
        (1e-6, "1e-06"),
        (540000.0, "540,000"),
        (12345.6, "12,346"),
        (1e300, "1e+300"),
        (math.inf, "∞"),
        (-math.inf, "−∞"),
        (math.nan, "nan"),
        (True, "True"),
        ("adam", "adam"),
    ],
)
def test_a_number_is_rounded_to_four_digits_and_whole_ones_are_kept(value: object, text: str) -> None:
    assert number(value) == text


def test_an_interval_that_says_nothing_is_named() -> None:
    assert between(0.5, 0.25, 0.75) == "0.500 (0.250 to 0.750)"
    assert between(0.5, None, None) == "0.500 (no useful interval)"
    assert between(None, None, None) == "–"


def test_a_fixed_number_has_its_decimals_and_its_sign() -> None:
    assert fixed(0.0305, 3) == "0.030"
    assert fixed(0.03, 2, sign=True) == "+0.03"
    assert fixed(-0.03, 2, sign=True) == "−0.03"
    assert fixed(math.inf, 2, sign=True) == "+∞"
    assert fixed(None, 2) == "–"


@pytest.mark.parametrize(("spread", "decimals"), [(0.0034, 4), (0.034, 3), (2.1, 1), (34.0, 0), (1e-12, 6), (0.0, 4)])
def test_decimals_show_two_digits_of_the_spread(spread: float, decimals: int) -> None:
    assert decimals_for(spread) == decimals


def test_a_score_is_mean_sd_interval_and_n() -> None:
    score = {"mean": 0.8012345, "sd": 0.0034, "low": 0.79279, "high": 0.8097, "n": 3}
    assert measured(score) == ("0.8012 ± 0.0034", "[0.7928, 0.8097] (3)")


def test_a_score_of_one_run_has_no_spread() -> None:
    assert measured({"mean": 0.8, "sd": None, "low": None, "high": None, "n": 1}) == ("0.8000", "(1)")
    assert measured({"mean": 0.8, "sd": None, "low": -math.inf, "high": math.inf, "n": 1}) == ("0.8000", "(1)")


def test_no_score_is_a_dash() -> None:
    assert measured(None) == measured({}) == measured({"mean": None, "n": 0}) == ("–", "")


def test_an_effect_has_signs_and_as_many_decimals_as_its_interval_is_wide() -> None:
    assert effect({"effect": 0.0509, "low": 0.0419, "high": 0.0599}) == "+0.0509 [+0.0419, +0.0599]"
    assert effect({"effect": 9.33, "low": 7.23, "high": 11.43}) == "+9.3 [+7.2, +11.4]"
    endless = {"effect": -0.02, "low": -math.inf, "high": math.inf}
    assert effect(endless) == "−0.02, no interval"  # equal values on no known grid
    assert effect({**endless, "n_treatment": 1, "n_control": 3}) == "−0.02, one run, no interval"
    assert effect({**endless, "high": 0.01, "n_control": 1}) == "−0.0200 [−∞, +0.0100]"
    assert effect({"effect": None}) == "–"
    assert (
        effect({"effect": 2.5, "low": -4.0, "high": 4.0, "boundless": True, "detectable": 20})
        == "+2.5, no useful interval"
    )
    assert effect({"effect": 0.23412, "detectable": 20}) == "+0.234"
    assert effect({"effect": 9.33, "low": 7.23, "high": 11.43}, "steps") == "+9.3 [+7.2, +11.4] steps"
    assert effect(endless, "steps") == "−0.02 steps, no interval"  # a unit is that of the number
    assert effect({"effect": 0.23412}, "steps") == "+0.234 steps"


def test_large_counts_are_brief() -> None:
    assert [brief(n) for n in (999_999, 10_947_072, 4_100_000_000)] == ["999,999", "10.9 million", "4.1 billion"]


def test_what_decimals_do_not_show_is_written_as_a_power_of_ten() -> None:
    small = {"mean": 1e-6, "sd": 1e-8, "low": 9e-7, "high": 1.1e-6, "n": 3}
    assert measured(small) == ("1.000e-06 ± 1.000e-08", "[9.000e-07, 1.100e-06] (3)")
    assert effect({"effect": 1e-7, "low": -2e-8, "high": 2.2e-7}) == "+1.00e-07 [-2.00e-08, +2.20e-07]"
    large = {"mean": 50_123_706.0, "sd": 353.5, "low": None, "high": None, "n": 2}
    assert measured(large) == ("50,123,706 ± 354", "(2)")
