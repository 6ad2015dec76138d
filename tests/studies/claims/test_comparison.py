import json
import math
from dataclasses import replace

import numpy as np
import pytest
from scipy import special, stats

from striate.base.errors import StudyError
from striate.base.intervals import Scale, share_of
from striate.studies.claims.comparison import (
    Comparison,
    compare,
    exact_floor,
    exact_seeds,
    seeds_needed,
)
from striate.studies.claims.finding import interval_text


def with_sd(sd: float, n: int = 5, confidence: float = 0.95) -> Comparison:
    """A comparison of two arms with this spread; its other numbers do not matter to `seeds_needed`."""
    return Comparison(n, n, 0.0, 0.0, sd, sd, 0.0, -1.0, 1.0, confidence, 1.0, 0.5)


def test_welch_by_hand_with_equal_n():
    # Variances 2 and 2, s^2 = 2/2 + 2/2 = 2, df = 2^2 / (1 + 1) = 2, t(2, 0.975) = 4.302653.
    result = compare([4.0, 6.0], [1.0, 3.0])
    assert (result.n_treatment, result.n_control, result.mean_treatment, result.mean_control) == (2, 2, 5.0, 2.0)
    assert result.sd_treatment == result.sd_control == pytest.approx(math.sqrt(2))
    assert result.effect == 3.0
    assert result.low == pytest.approx(3 - 4.302653 * math.sqrt(2), abs=1e-5)
    assert result.high == pytest.approx(3 + 4.302653 * math.sqrt(2), abs=1e-5)
    assert result.confidence == 0.95
    assert result.probability == 1.0


def test_welch_by_hand_with_unequal_n():
    # Variances 9 and 3, s^2 = 9/3 + 3/4 = 3.75, df = 3.75^2 / (3^2/2 + 0.75^2/3) = 3, t(3, 0.975) = 3.182446.
    result = compare([0.0, 3.0, 6.0], [1.0, 1.0, 4.0, 4.0])
    assert result.effect == 0.5
    assert result.high - result.effect == pytest.approx(3.182446 * math.sqrt(3.75), abs=1e-5)
    assert result.effect - result.low == pytest.approx(3.182446 * math.sqrt(3.75), abs=1e-5)
    # 0 beats none of four, 3 beats two, 6 beats four: 6 of 12 pairs.
    assert result.probability == 0.5


def test_ties_count_half():
    assert compare([1.0, 2.0], [1.0, 2.0]).probability == 0.5
    assert compare([2.0, 2.0], [1.0, 2.0]).probability == 0.75


@pytest.mark.parametrize(("n_t", "n_c", "comparisons"), [(5, 5, 1), (2, 9, 1), (5, 3, 4), (30, 4, 7)])
def test_interval_is_scipys(n_t, n_c, comparisons):
    rng = np.random.default_rng(n_t)
    for _ in range(20):
        treatment, control = rng.normal(3, 2, n_t).tolist(), rng.normal(0, 0.3, n_c).tolist()
        result = compare(treatment, control, comparisons=comparisons)
        oracle = stats.ttest_ind(treatment, control, equal_var=False)
        interval = oracle.confidence_interval(1 - 0.05 / comparisons)
        assert result.confidence == pytest.approx(1 - 0.05 / comparisons)
        assert (result.low, result.high) == pytest.approx((interval.low, interval.high))


def test_shares_differ_by_1_at_most():
    # t(2, 97.5 %) = 4.302653; s^2 = 0.32 and 0.18, so the half width is 4.302653 sqrt(0.5 / 2), cut to 1 on either side.
    wide = compare([0.9, 0.1], [0.2, 0.8], scale=Scale(0, 1))
    assert (wide.low, wide.high) == (-1.0, 1.0)
    narrow = compare([0.9, 0.8], [0.2, 0.1], scale=Scale(0, 1))
    assert (narrow.low, narrow.high) == (pytest.approx(0.7 - 4.302653 * math.sqrt(0.005)), 1.0)
    assert compare([0.9], [0.2, 0.1], scale=Scale(0, 1)).high == math.inf


def test_one_run_has_no_interval():
    for treatment, control in (([1.0], [0.0, 0.5]), ([1.0, 2.0], [0.0]), ([1.0], [0.0])):
        result = compare(treatment, control, scale=Scale(step=0.1))
        assert (result.low, result.high, result.detectable) == (-math.inf, math.inf, math.inf)
    assert result.sd_treatment is None
    assert result.sd_control is None
    assert result.effect == 1.0


def test_the_grid_is_a_floor_of_the_spread():
    # All equal: the variances are 1/12 each, s^2 = 1/12, df = 2, half width 4.302653 / sqrt(12) = 1.242069.
    result = compare([7, 7], [3, 3], scale=Scale(step=1))
    assert (result.low, result.high) == pytest.approx((4 - 1.242069, 4 + 1.242069), abs=1e-5)
    assert (result.sd_treatment, result.flat, result.too_few) == (0.0, True, True)
    # A larger spread than the floor is left alone.
    assert compare([0.0, 9.0], [3.0, 5.0], scale=Scale(step=1)).low == compare([0.0, 9.0], [3.0, 5.0]).low


def test_equal_values_of_no_known_grid_have_no_interval():
    unknown = compare([7, 7], [3, 3])
    assert (unknown.low, unknown.high, unknown.detectable) == (-math.inf, math.inf, math.inf)
    assert not compare([7, 7.5], [3, 3]).flat


def test_flat_groups_need_as_many_runs_as_an_exact_test():
    # 2 / C(2 n, n): .333, .1, .029, .0079.
    assert [compare([1] * n, [0] * n, scale=Scale(step=0.1)).too_few for n in (1, 2, 3, 4)] == [
        False,
        True,
        True,
        False,
    ]
    assert compare([1] * 4, [0] * 4, comparisons=2, scale=Scale(step=0.1)).too_few
    assert [exact_seeds(alpha) for alpha in (0.5, 0.05, 0.025, 0.007)] == [2, 4, 5, 6]


def test_reference_error_joins_the_control():
    # Variances 2 and 2 + 2 * 1^2 = 4, s^2 = 1 + 2 = 3, df = 9 / (1 + 4) = 1.8.
    result = compare([4.0, 6.0], [1.0, 3.0], reference_error=1.0)
    assert result.high - 3 == pytest.approx(float(special.stdtrit(1.8, 0.975)) * math.sqrt(3))
    # As a standard error it falls with the root of n: the same as a control with variance 2 + 5 * 0.4 = 4.
    extra = replace(with_sd(math.sqrt(2)), reference_error=math.sqrt(0.4))
    assert seeds_needed(extra, 1.5) == seeds_needed(replace(with_sd(math.sqrt(2)), sd_control=2.0), 1.5)


def test_tiny_spreads_do_not_underflow():
    result = compare([1e-120, 3e-120], [0.0, 2e-120])
    oracle = compare([1.0, 3.0], [0.0, 2.0])
    assert result.high * 1e120 == pytest.approx(oracle.high)


def test_a_spread_whose_square_would_be_lost_gives_no_interval():
    for unit in (1e-160, 1e-170, 1e-310):
        made = compare([7 * unit, 8 * unit], [unit, 3 * unit])
        assert (made.flat, made.low, made.high) == (False, -math.inf, math.inf)
    assert math.isfinite(compare([7e-160, 8e-160], [1.0, 3.0]).low)
    assert math.isinf(compare([7e-160, 8e-160], [1e-160, 3e-160], paired=True).low)


def test_detectable_is_seen_with_power_80_percent():
    values = np.array([-2.0, -1.0, 0.0, 1.0, 2.0])
    detectable = compare(list(values), list(values)).detectable
    sd = values.std(ddof=1)
    rng = np.random.default_rng(0)
    treatment, control = rng.normal(detectable, sd, (10_000, 5)), rng.normal(0, sd, (10_000, 5))
    seen = stats.ttest_ind(treatment, control, axis=1)
    power = np.mean((seen.pvalue < 0.05) & (seen.statistic > 0))
    assert power == pytest.approx(0.8, abs=3 * math.sqrt(0.16 / 10_000))


@pytest.mark.parametrize(
    ("sd", "difference", "n"),
    # The exact two-sample t test at 5 %, power 80 %, by statsmodels' TTestIndPower rounded up.
    [(0.14, 0.1, 32), (0.14, 0.2, 9), (0.14, 0.3, 5), (0.14, 0.5, 3), (0.25, 0.2, 26), (0.4, 0.5, 12), (0.6, 0.3, 64)],
)
def test_seeds_needed_against_published_sizes(sd, difference, n):
    assert seeds_needed(with_sd(sd), difference) == n


def test_seeds_needed_agrees_with_detectable():
    for n in (2, 3, 7, 40):
        sample = list(np.arange(n) / n)
        result = compare(sample, sample, comparisons=4)
        assert seeds_needed(result, result.detectable * 1.000001) == n
        assert seeds_needed(result, result.detectable * 0.999999) == n + 1


def test_seeds_needed_at_its_ends():
    assert seeds_needed(with_sd(1.0), 0.01) is None
    assert seeds_needed(with_sd(1.0), 0.0) is None
    assert seeds_needed(with_sd(1.0), -1.0) is None
    assert seeds_needed(with_sd(1e-9), 0.01) == 2
    assert seeds_needed(compare([1.0], [0.0]), 1.0) == 2
    assert seeds_needed(compare([1.0], [0.0], scale=Scale(step=10)), 1.0) == seeds_needed(
        with_sd(10 / math.sqrt(12)), 1.0
    )


def test_exact_floor_by_hand():
    assert exact_floor(5, 5) == 2 / 252
    assert exact_floor(2, 3) == 0.2


@pytest.mark.parametrize(
    ("treatment", "control", "options", "words"),
    [
        ([], [1.0], {}, "the treatment to compare is []"),
        ([1.0], [math.nan], {}, "the control to compare is [nan]"),
        ([1.0], [1.0], {"confidence": 1.0}, "confidence 1.0"),
        ([1.0], [1.0], {"comparisons": 0}, "comparisons 0"),
        ([1.0], [1.0], {"reference_error": math.inf}, "reference error inf"),
    ],
)
def test_what_cannot_be_compared(treatment, control, options, words):
    with pytest.raises(StudyError) as caught:
        compare(treatment, control, **options)
    assert words in str(caught.value)


def test_json_holds_every_field_by_its_name():
    result = compare([1.0, 0.2], [0.5, 0.0], comparisons=3, scale=share_of(10))
    assert Comparison(**json.loads(json.dumps(result.to_json()))) == result


@pytest.mark.parametrize("sds", [(1.0, 1.0), (1.0, 3.0), (4.0, 1.0)])
def test_calibration_of_the_interval_at_five_seeds(sds):
    """The interval holds its 95 % when the spreads differ, which the normal quantile, for contrast, does not."""
    rng = np.random.default_rng(5)
    studies, effect = 2000, 2.0
    treatment, control = rng.normal(effect, sds[0], (studies, 5)), rng.normal(0, sds[1], (studies, 5))
    results = [compare(t, c) for t, c in zip(treatment.tolist(), control.tolist(), strict=True)]
    assert np.mean([result.low <= effect <= result.high for result in results]) >= 0.93
    error = np.sqrt((treatment.var(1, ddof=1) + control.var(1, ddof=1)) / 5)
    assert np.mean(abs(treatment.mean(1) - control.mean(1) - effect) <= 1.96 * error) < 0.93


@pytest.mark.parametrize("sd", [0.1, 0.3, 1.0])
def test_calibration_of_values_on_a_grid(sd):
    """Rounded values, five of which are often equal: the floor keeps the interval honest."""
    rng = np.random.default_rng(6)
    studies = 1500
    centres = rng.uniform(3, 8, (2, studies, 1))
    values = np.ceil(rng.normal(centres, sd, (2, studies, 5)))
    edges = np.arange(-3, 15)
    # E ceil(x) = sum over k of P(x > k), from the lowest cell up.
    mean = edges[0] + stats.norm.sf(edges, centres, sd).sum(-1)
    covered = {
        grid: np.mean(
            [
                (result := compare(t, c, scale=Scale(step=grid or 1e-6))).low <= truth <= result.high
                for t, c, truth in zip(*values.tolist(), mean[0] - mean[1], strict=True)
            ]
        )
        for grid in (0.0, 1.0)
    }
    assert covered[1.0] >= 0.93
    if sd < 0.5:
        assert covered[0.0] < 0.93


@pytest.mark.parametrize("images", [50, 10_000])
@pytest.mark.parametrize("accuracies", [(0.8, 0.75), (0.99, 0.9), (0.995, 0.995), (1.0, 0.9)])
def test_calibration_of_accuracies_at_two_to_five_seeds(images, accuracies):
    """Each run gets so many images right by chance. Measured on 20,000 such studies: 93.9 to 100 % coverage.

    No interval leaves [-1, 1], and none is a point, though near 1 many runs are equal.
    """
    rng = np.random.default_rng(7)
    studies = 250
    for n in (2, 3, 4, 5):
        values = rng.binomial(images, np.array(accuracies)[:, None, None], (2, studies, n)) / images
        results = [compare(t, c, scale=share_of(images)) for t, c in zip(*values.tolist(), strict=True)]
        truth = accuracies[0] - accuracies[1]
        covered = np.mean([result.low <= truth <= result.high for result in results])
        assert covered >= 0.92, (n, covered)
        assert all(-1 <= result.low < result.high <= 1 for result in results)


def test_an_interval_that_is_all_a_difference_can_be_says_nothing():
    shares = share_of(10)
    assert compare([0.1, 0.9], [0.2, 0.6], scale=shares).boundless
    assert not compare([0.1, 0.9], [0.2, 0.6]).boundless
    assert not compare([0.1, 0.9, 0.5, 0.5, 0.5], [0.2, 0.6, 0.3, 0.3, 0.3], scale=shares).boundless
    text = interval_text(compare([0.1, 0.9], [0.2, 0.6], scale=shares), 4)
    assert text == "no useful interval from so few runs, n = 2 against 2"
