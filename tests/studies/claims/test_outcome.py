from dataclasses import replace

import pytest
from scipy import stats

from striate.base.errors import StudyError
from striate.studies.claims.outcome import Outcome, by_arm, copies, distinct, scores, tally

RUN = Outcome("bn", 0, "finished", 1e-3, 3, 1000, 10, 500, (0.5, 0.8, 0.7), (1.0, 2.0, 3.0), 0.75)
LOST = replace(RUN, seed=1, status="diverged", val_accuracy=(0.5,), seconds=(1.0,), test_accuracy=None)


def test_a_finished_run():
    assert (RUN.final_val, RUN.best_val, RUN.state, RUN.chance) == (0.7, 0.8, "stable", 0.1)
    assert [RUN.accuracy(measure) for measure in ("test", "final", "best")] == [0.75, 0.7, 0.8]
    assert replace(RUN, test_accuracy=None).accuracy("test") is None


def test_a_diverged_run_counts_as_guessing():
    assert (LOST.final_val, LOST.best_val, LOST.state) == (0.1, 0.5, "diverged")
    assert LOST.accuracy("test") == 0.1
    assert replace(LOST, test_accuracy=0.48).accuracy("test") == 0.48
    at_once = replace(LOST, val_accuracy=(), seconds=())
    assert (at_once.final_val, at_once.best_val, at_once.state) == (0.1, 0.1, "diverged")


@pytest.mark.parametrize(("classes", "images"), [(10, 5000), (10, 360), (2, 50), (100, 40), (10, 1)])
def test_at_chance_up_to_the_binomial_bound(classes, images):
    bound = int(stats.binom.ppf(0.999, images, 1 / classes))
    states = [
        replace(RUN, classes=classes, val_images=images, val_accuracy=(right / images,), seconds=(1.0,)).state
        for right in range(images + 1)
    ]
    assert states == ["at chance"] * (bound + 1) + ["stable"] * (images - bound)


def test_chance_is_named_where_it_was_published():
    # The 10,000-image validation of the solution of CS 7150: .10 is chance, and so is .109; .111 is not.
    for accuracy, state in ((0.1, "at chance"), (0.109, "at chance"), (0.111, "stable"), (0.0, "at chance")):
        assert replace(RUN, val_images=10_000, val_accuracy=(accuracy,), seconds=(1.0,)).state == state


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"status": "running"}, 'status is "running"'),
        ({"val_accuracy": (), "seconds": ()}, "without one validation accuracy"),
        ({"seconds": (1.0,)}, "3 validation accuracies, but 1 times"),
        ({"test_accuracy": 75.0}, "outside 0 to 1"),
        ({"val_accuracy": (0.5, 0.8, float("nan"))}, "outside 0 to 1"),
        ({"classes": 1}, "2 classes"),
        ({"budget": 2}, "no more epochs than its budget"),
    ],
)
def test_contents_that_cannot_be_judged(changes, words):
    with pytest.raises(StudyError) as caught:
        replace(RUN, **changes)
    assert words in str(caught.value)
    assert "the run of bn with seed 0" in str(caught.value)


def test_runs_by_arm():
    plain = replace(RUN, arm="plain")
    assert by_arm([LOST, plain, RUN], ["bn", "plain"]) == {"bn": (RUN, LOST), "plain": (plain,)}
    with pytest.raises(StudyError) as caught:
        by_arm([RUN, plain], ["bn", "plan", "resnet"])
    assert '"plan" (did you mean "plain"?), "resnet" are unknown; accepted are bn, plain' in str(caught.value)
    with pytest.raises(StudyError, match='arm "bn" is unknown; accepted are none'):
        by_arm([], ["bn"])
    with pytest.raises(StudyError, match='"bn" has two runs with one seed'):
        by_arm([RUN, RUN], ["bn"])


def test_tally_and_scores():
    assert tally([RUN, LOST]) == {"stable": 1, "at chance": 0, "diverged": 1}
    row = scores("bn", [RUN, LOST, replace(RUN, arm="plain")])
    assert (row["name"], row["n"], row["states"]) == ("bn", 2, {"stable": 1, "at chance": 0, "diverged": 1})
    # Final accuracies 0.7 and 0.1: mean 0.4, sd 0.6 / sqrt(2).
    assert (row["final"]["mean"], row["final"]["sd"]) == pytest.approx((0.4, 0.6 / 2**0.5))
    assert row["best"]["mean"] == pytest.approx(0.65)
    assert scores("bn", [RUN])["final"]["sd"] is None
    assert scores("bn", [replace(RUN, test_accuracy=None), replace(RUN, seed=1)])["test"] is None
    assert scores("none", [RUN])["n"] == 0
    assert scores("none", [RUN])["final"] is None


def test_copies_are_counted_once():
    runs = [replace(RUN, seed=seed, numbers=numbers) for seed, numbers in enumerate(("a", "b", "a", "a"))]
    assert [[run.seed for run in group] for group in copies(runs)] == [[0, 2, 3]]
    assert [run.seed for run in distinct(runs)] == [0, 1]
    row = scores("bn", runs)
    assert (row["n"], row["final"]["n"]) == (4, 2)
    unknown = [replace(run, numbers="") for run in runs]
    assert (copies(unknown), len(distinct(unknown))) == ([], 4)
    assert not copies([runs[0], replace(runs[2], test_accuracy=0.7)])


@pytest.mark.parametrize("values", [(0.02, 0.1), (1.0, 1.0, 0.9), (1.0, 1.0), (0.0, 0.0, 0.0)])
def test_no_interval_of_an_accuracy_leaves_0_to_1(values):
    runs = [replace(RUN, seed=seed, test_accuracy=value) for seed, value in enumerate(values)]
    cell = scores("bn", runs)["test"]
    assert 0 <= cell["low"] < cell["high"] <= 1
    assert cell["low"] <= cell["mean"] <= cell["high"]


def test_an_interval_that_is_all_an_accuracy_can_be_is_left_out():
    cell = scores("bn", [replace(RUN, seed=seed, test_accuracy=value) for seed, value in enumerate((0.02, 0.6))])[
        "test"
    ]
    assert (cell["low"], cell["high"], cell["n"]) == (None, None, 2)


def test_scores_hold_the_t_interval():
    runs = [replace(RUN, seed=seed, test_accuracy=value) for seed, value in enumerate((0.7, 0.8, 0.9))]
    row = scores("bn", runs)
    low, high = stats.t.interval(0.95, 2, loc=0.8, scale=0.1 / 3**0.5)
    assert high > 1
    assert row["test"] == pytest.approx({"mean": 0.8, "sd": 0.1, "low": low, "high": 1.0, "n": 3})
    assert row["states"] == {"stable": 3, "at chance": 0, "diverged": 0}
    assert scores("bn", runs[:1])["test"] == {"mean": 0.7, "sd": None, "low": None, "high": None, "n": 1}
    assert scores("none", runs)["test"] is None
