"""Written answers come from the numbers: every rule, fed opposite results, gives opposite sentences.

For each rule there are two sets of facts, and words of which each sentence must hold those of its own facts and none of the
other's. A rule without a row here is a fault, so a new one cannot be added without.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from types import SimpleNamespace
from typing import Any, cast

import pytest

from sheet_records import run, study, verdict
from striate.base.intervals import share
from striate.probes.facts import FeatureMap, Patch, Strongest
from striate.proofs.catalog import prove
from striate.sheets.answers import choices, curves, looks, proofs, sources, verdicts
from striate.sheets.catalog import BUILTIN
from striate.sheets.parts import Beside, Says
from striate.training.trials.overfit import Attempt, Overfit

Rule = Callable[..., Any]


def _chosen(answer: str, taken: str, near: tuple[str, ...], test: float | None, stable: int = 3) -> Any:
    rows = [{"arm": arm, "n": 3, "stable": stable, "best_mean": mean} for arm, mean in (("8", 0.7), ("64", 0.9))]
    details = {"chosen": taken, "not told apart": list(near), "measure": "best", "arms": rows}
    scores = {taken: {"test": {"mean": test, "n": 3}}}
    return study(verdicts=({**verdict("choice", answer), "details": details},), scores=scores)


def _scores(best: dict[str, float], test: dict[str, float], data: str = "digits") -> Any:
    every = {
        arm: {"best": {"mean": best[arm]}, "final": {"mean": best[arm]}, "test": {"mean": test[arm]}} for arm in best
    }
    return study(scores=every, data=data)


def _proof(passed: bool) -> Any:
    proof = prove("batch-norm-shapes")
    return proof if passed else replace(proof, checks=tuple(replace(check, passed=False) for check in proof.checks))


def _fooled(fooled: int, hits: int, control: int, tries: int = 10) -> Any:
    row = SimpleNamespace(
        net="other", tries=tries, hits=share(hits, tries), misled=share(0, tries), control_hits=share(control, tries)
    )
    medians = SimpleNamespace(iterations=5.0, l2=0.5, linf=0.05)
    first = SimpleNamespace(net="itself")
    facts = SimpleNamespace(
        pairs=10,
        fooled=fooled,
        fooled_8bit=fooled,
        steps=50,
        medians=medians,
        transfer=SimpleNamespace(nets=(first, row)),
    )
    return SimpleNamespace(facts=facts)


def _maps(contributes: int, answers: float, weight: float = 0.5) -> Any:
    patch = (0, 0, 2, 2)
    rules = {
        "published": (Patch(1, weight, patch),),
        "contribution": (Patch(contributes, 0.5, patch),),
        "activation": (Patch(1, answers, patch),),
    }
    return SimpleNamespace(facts=SimpleNamespace(maps=(FeatureMap("conv1", 3, rules),), images=100))


def _places(hits: int) -> Any:
    scenes = SimpleNamespace(scenes=20, objects=60, pointing=share(hits, 60), chance=0.2)
    strongest = (Strongest(1, 1.0, 0.9, (0, 0)),)
    return SimpleNamespace(facts=SimpleNamespace(scenes=scenes, maps=((4, 4),), strongest=strongest))


def _compared(answer: str, difference: float) -> dict[str, Any]:
    numbers = {"effect": difference, "low": difference - 0.04, "high": difference + 0.04}
    row = {"treatment": "b", "control": "a", "comparison": {**numbers, "n_treatment": 3, "n_control": 3}}
    return {**verdict("c", answer), "comparisons": [row]}


def _batch(right: int) -> Overfit:
    return Overfit(Attempt(40, right, 32, 0.01, True, False), (), () if right == 32 else ("The rate is too small.",))


LOW, HIGH = (2.0, 1.0, 0.5), (2.1, 1.8, 1.5)
WEIGHTS = {"channels": 32, "bottleneck": 128}
# Rule -> (facts, words that its sentence holds) twice, the facts being opposite.
CASES: list[tuple[Rule, Any, tuple[str, ...], Any, tuple[str, ...]]] = [
    (
        partial(verdicts.claim, name="c"),
        study(verdicts=(verdict("c", "supported"),)),
        ("Yes.",),
        study(verdicts=(verdict("c", "refuted"),)),
        ("No.", "not so"),
    ),
    (
        partial(verdicts.claim, name="c"),
        study(verdicts=(verdict("c", "undecided"),)),
        ("do not decide", "remains open"),
        study(verdicts=(verdict("c", "supported"),)),
        ("Yes.",),
    ),
    (
        partial(verdicts.effects, name="c"),
        study(verdicts=(_compared("supported", 0.1),)),
        ("Supported.", "b − a +0.10"),
        study(verdicts=(_compared("refuted", -0.1),)),
        ("Refuted.", "b − a −0.10"),
    ),
    (
        verdicts.claims,
        study(verdicts=(verdict("c", "supported"),)),
        ("1 supported",),
        study(verdicts=(verdict("c", "refuted"),)),
        ("1 refuted",),
    ),
    (
        verdicts.cures,
        study(verdicts=(verdict("lr / 10 cures", "supported"),)),
        ("“lr / 10” cured it",),
        study(verdicts=(verdict("lr / 10 cures", "refuted"),)),
        ("No single change", "“lr / 10” did not"),
    ),
    (
        partial(curves.differ, treatment="b", control="a"),
        study({"a": HIGH, "b": LOW}),
        ("ends at 0.5, lower than", "below it in 3 of 3"),
        study({"a": LOW, "b": HIGH}),
        ("ends at 1.5, higher than", "above it in 3 of 3"),
    ),
    (
        curves.gaps,
        study(accuracies={"a": ((0.5, 0.99), (0.5, 0.8))}),
        ("overfits by more",),
        study(accuracies={"a": ((0.5, 0.7), (0.5, 0.8))}),
        ("none overfits", "Where it is negative"),
    ),
    (
        curves.performance,
        run((0.6, 0.99), (0.6, 0.8), 0.79),
        ("the net overfits", "0.7900"),
        run((0.6, 0.8), (0.6, 0.8), 0.81),
        ("does not overfit", "0.8100"),
    ),
    (
        curves.improved,
        run((0.5, 0.9), (0.5, 0.9)),
        ("rose from 0.5000 to 0.9000",),
        run((0.9, 0.5), (0.9, 0.5)),
        ("fell from 0.9000 to 0.5000",),
    ),
    (
        choices.chosen,
        _chosen("supported", "64", (), 0.88),
        ("chooses 64", "every other value is worse", "0.8800"),
        _chosen("undecided", "8", ("64",), None),
        ("chooses 8", "64 cannot be told from it", "has not met"),
    ),
    (
        partial(verdicts.claim, name="c"),
        study(
            verdicts=({**_compared("undecided", 0.8), "reason": "b differs; every run of a failed, and that takes 4"},)
        ),
        ("Every run of a failed, and that takes 4.",),
        study(verdicts=(_compared("supported", 0.8),)),
        ("Yes.",),
    ),
    (
        choices.chosen,
        _chosen("undecided", "8", ("64",), None, stable=0),
        ("No run of 8 and 64 learned anything", "nothing to choose"),
        _chosen("undecided", "8", (), None),
        ("chooses 8", "not certain"),
    ),
    (
        choices.chosen,
        _chosen("refuted", "64", (), 0.88),
        ("any of them would do",),
        _chosen("supported", "64", (), 0.88),
        ("every other value is worse",),
    ),
    (
        choices.best_tested,
        _scores({"a": 0.9, "b": 0.8}, {"a": 0.85, "b": 0.8}),
        ("that of the arm a", "lies 0.0500 below"),
        _scores({"a": 0.8, "b": 0.9}, {"a": 0.8, "b": 0.91}),
        ("that of the arm b", "no lower"),
    ),
    (looks.fooled, _fooled(10, 5, 0), ("All 10 pairs",), _fooled(0, 0, 0), ("None of 10 pairs",)),
    (looks.transferred, _fooled(10, 8, 0), ("also fool other",), _fooled(10, 0, 0), ("do not fool other",)),
    (looks.transferred, _fooled(10, 1, 0), ("may fool", "may be chance"), _fooled(10, 8, 0), ("also fool",)),
    (
        looks.maps,
        _maps(1, 2.0),
        ("In 1 of 1",),
        _maps(7, 0.0),
        ("In none of 1", "does not tell how strongly", "answers to none"),
    ),
    (looks.maps, _maps(1, 2.0), ("In 1 of 1",), _maps(1, 2.0, 0.0), ("above 0 in no image, so none shows",)),
    (
        looks.places,
        _places(55),
        ("lies on its object in 92 %", "net localises"),
        _places(11),
        ("no more often", "does not localise"),
    ),
    (looks.overfits, _batch(32), ("Yes",), _batch(20), ("No", "The rate is too small.")),
    (
        partial(sources.run_beside, theirs=0.8, data="cifar10"),
        run((0.9,), (0.9,), data="cifar10"),
        ("higher (+0.1000)",),
        run((0.7,), (0.7,), data="cifar10"),
        ("lower (-0.1000)",),
    ),
    (
        partial(sources.run_beside, theirs=0.8, data="cifar10"),
        run((0.9,), (0.9,), data="cifar10"),
        ("higher",),
        run((0.9,), (0.9,), data="digits"),
        ("other images", "not compared"),
    ),
    (
        partial(sources.run_beside, theirs=0.8, data="cifar10"),
        run((0.4,), (0.4,), data="cifar10", images=1400),
        ("On 1,400 images of cifar10",),
        run((0.4,), (0.4,), data="cifar10"),
        ("On cifar10",),
    ),
    (
        partial(sources.arms_beside, theirs={"a": 0.1, "b": 0.9}, data="cifar10"),
        _scores({"a": 0.2, "b": 0.8}, {"a": 0.2, "b": 0.8}, "cifar10"),
        ("The order of the arms agrees",),
        _scores({"a": 0.8, "b": 0.2}, {"a": 0.8, "b": 0.2}, "cifar10"),
        ("The order of the arms differs",),
    ),
    (
        partial(sources.scores_beside, data="mnist"),
        run((0.9,), (0.8,), 0.85, data="mnist"),
        ("On mnist:", "test accuracy of 0.8500."),
        run((0.9,), (0.8,), 0.75, data="sums"),
        ("On sums:", "test accuracy of 0.7500", "other rows than those of mnist", "not compared"),
    ),
    (
        partial(sources.choice_beside, data="cifar10"),
        _scores({"a": 0.9, "b": 0.8}, {"a": 0.85, "b": 0.8}, "cifar10"),
        ("On cifar10 a has a test accuracy of 0.8500.",),
        _scores({"a": 0.8, "b": 0.9}, {"a": 0.8, "b": 0.91}),
        ("On digits b has a test accuracy of 0.9100.", "not compared"),
    ),
    (partial(proofs.held, what="It holds"), _proof(True), ("It holds",), _proof(False), ("not shown here",)),
    (proofs.one_one, _proof(True), ("Sometimes.",), _proof(False), ("not shown here",)),
    (partial(proofs.shape_of, case="dense"), _proof(True), ("shape C",), _proof(False), ("not shown here",)),
    (
        proofs.blocks_compared,
        prove("residual-blocks", **WEIGHTS),
        ("17,408: fewer than",),
        prove("residual-blocks", channels=8, bottleneck=128),
        ("17,408: more than",),
    ),
    (
        proofs.sizes_compared,
        prove("dense-or-convolution"),
        ("3,333 times", "saves"),
        prove("dense-or-convolution", length=3, units=3, filters=40, kernel=3),
        ("costs",),
    ),
]


def said(rule: Rule, facts: Any) -> str:
    return " ".join(rule(facts))


@pytest.mark.parametrize("place", range(len(CASES)))
def test_opposite_results_give_opposite_sentences(place: int) -> None:
    rule, one, words, other, opposite = CASES[place]
    first, second = said(rule, one), said(rule, other)
    assert [word for word in words if word not in first] == [], first
    assert [word for word in opposite if word not in second] == [], second
    assert [word for word in opposite if word in first] == [], first
    assert [word for word in words if word in second] == [], second
    assert said(rule, one) == first  # the same facts give the same sentences


def test_every_rule_of_the_builtin_sheets_has_its_opposites_here() -> None:
    used = {
        _name(part.rule)
        for entry in BUILTIN.values()
        for question in entry.sheet().questions
        for part in question.parts
        if isinstance(part, (Says, Beside)) and part.rule is not None
    }
    assert used - {_name(rule) for rule, *_ in CASES} == set()


def _name(rule: Rule) -> str:
    inner = cast(Any, rule).func if isinstance(rule, partial) else rule
    return f"{inner.__module__}.{inner.__qualname__}"


def test_the_best_of_several_studies_is_named_with_its_study() -> None:
    lower, higher = _scores({"a": 0.7}, {"a": 0.7}), _scores({"b": 0.9}, {"b": 0.88})
    assert "is that of the arm b of the study made up; with the weights of those epochs it reaches 0.8800" in " ".join(
        choices.best_tested(lower, higher)
    )


def test_a_net_that_is_a_run_is_named_by_its_folder() -> None:
    record = _fooled(10, 0, 0)
    record.facts.transfer.nets[1].net = "/srv/runs/shallow"
    assert said(looks.transferred, record).startswith("The pictures do not fool shallow: 0 of 10")


def test_none_of_a_few_fooled_is_not_said_to_be_none_of_many() -> None:
    few, many = said(looks.transferred, _fooled(10, 0, 0, 3)), said(looks.transferred, _fooled(10, 0, 0, 30))
    assert "0 of 3 whose original it sees as the first net does are taken for the target" in few
    assert "and so few pairs say little" in few
    assert "so few" not in many


def test_what_is_not_there_yet_is_said() -> None:
    assert "no curves" in said(curves.gaps, study())
    assert "no finite training loss" in said(partial(curves.differ, treatment="b", control="a"), study({"a": LOW}))
    assert "nothing to evaluate" in said(curves.performance, run((), (), status="diverged"))
    assert "Nothing is chosen" in said(choices.chosen, study())
    assert "No run has ended" in said(choices.best_tested, study())
    assert "no verdict yet" in said(partial(verdicts.claim, name="c"), study())
    assert "another seed" in said(
        partial(curves.differ, treatment="b", control="a"), study({"a": LOW, "b": HIGH}, seeds=(0,))
    )


def _decades(answer: str, effect: float, low: float, high: float, lower: bool = False, boundless: bool = False) -> Any:
    numbers = {"effect": effect, "low": low, "high": high, "boundless": boundless, "n_treatment": 3, "n_control": 3}
    made = {
        **verdict("c", answer),
        "kind": "larger",
        "comparisons": [{"treatment": "b", "control": "a", "comparison": numbers}],
    }
    made["details"] = {"log": True, "metric": "largest/lr"}
    return replace(study(verdicts=(made,)), claims=({"name": "c", "lower": lower},))


def test_a_difference_in_decades_is_told_as_the_factor_that_it_is() -> None:
    rule = partial(verdicts.claim, name="c")
    told = said(rule, _decades("supported", 1.0, 0.5, 2.0))
    assert "With b the largest learning rate is 10 times that with a (interval 3.16 to 100), n = 3 against 3." in told
    turned = said(rule, _decades("supported", 1.0, 0.5, 2.0, lower=True))
    assert "is 0.1 times that with a (interval 0.01 to 0.316)" in turned
    assert "is 202,000 times that with a (interval 3.16 to" in said(rule, _decades("supported", 5.3057, 0.5, 9.0))
    assert "is 10 times that with a (no useful interval)" in said(
        rule, _decades("undecided", 1.0, -9, 9, boundless=True)
    )


@pytest.mark.parametrize(
    ("metric", "words"),
    [("val/loss", "validation loss"), ("train/gradient.conv1", "training gradient of conv1"), ("gap", "gap")],
)
def test_what_a_claim_compares_is_named(metric: str, words: str) -> None:
    made = {**_compared("supported", 0.5), "kind": "larger", "details": {"metric": metric}}
    assert f"Difference in {words}, with its interval: b − a" in said(
        partial(verdicts.claim, name="c"), study(verdicts=(made,))
    )


def test_the_comparison_that_is_shown_is_the_one_that_the_verdict_rests_on() -> None:
    row = _compared("undecided", -0.8)["comparisons"][0]
    near = {**row, "treatment": "c", "comparison": {**row["comparison"], "effect": -0.1}}
    made = {**verdict("c", "undecided"), "comparisons": [row, near]}
    assert "c − a −0.10" in (told := said(partial(verdicts.claim, name="c"), study(verdicts=(made,))))
    assert "(the highest of 2)" in told
    made["details"] = {"answers": {"b": "supported", "c": "refuted"}}
    assert "b − a −0.80" in said(partial(verdicts.claim, name="c"), study(verdicts=(made,)))


def test_a_choice_rests_on_the_arm_that_comes_next() -> None:
    row = _compared("undecided", 0.8)["comparisons"][0]
    near = {**row, "control": "c", "comparison": {**row["comparison"], "effect": 0.1, "low": 0.06, "high": 0.14}}
    made = {**verdict("c", "undecided"), "kind": "choice", "comparisons": [row, near], "details": {"chosen": "b"}}
    told = said(partial(verdicts.claim, name="c"), study(verdicts=(made,)))
    assert "b − c +0.100 [+0.060, +0.140] (the lowest of 2)" in told


def test_a_statement_stands_in_a_sentence_as_speech_has_it() -> None:
    def told(answer: str, statement: str, lead: bool = True) -> str:
        return said(partial(verdicts.claim, name="c", lead=lead), study(verdicts=(verdict("c", answer, statement),)))

    assert "Whether, with 6 convolutions, ReLU wins remains open" in told("undecided", "With 6 convolutions, ReLU wins")
    assert "It is not so that, under SGD, it helps by as much" in told("refuted", "Under SGD, it helps")
    assert "It is not so that, changed alone, it cures by" in told("refuted", "Changed alone, it cures")
    assert "Whether BN helps remains open" in told("undecided", "BN helps")
    assert told("supported", "It helps", lead=False).startswith("It helps.")
    assert told("undecided", "It helps", lead=False).startswith("Whether it helps remains open.")


def test_an_interval_above_0_that_decides_nothing_says_why() -> None:
    reason = (
        "b differs; all runs of b are equal, and so are those of a: how far runs differ was not seen, and that takes 5"
    )
    told = said(partial(verdicts.claim, name="c"), study(verdicts=({**_compared("undecided", 0.8), "reason": reason},)))
    assert "All runs of b are equal, and so are those of a: how far runs differ was not seen, and that takes 5." in told


def test_a_part_of_the_images_is_said_to_be_one() -> None:
    made = study(verdicts=(verdict("c", "supported"),), data="cifar10")
    assert "(Data cifar10, 3 runs of each arm, 4 epochs each.)" in said(partial(verdicts.claim, name="c"), made)
    some = replace(made, base={**made.base, "train_images": 1400})
    assert "(1,400 training images of cifar10, 3 runs of" in said(partial(verdicts.claim, name="c"), some)


def test_a_choice_that_all_others_equal_does_not_list_them() -> None:
    rows = [{"arm": arm, "n": 3, "stable": 3, "best_mean": 0.9} for arm in ("8", "16", "64")]
    details = {"chosen": "8", "not told apart": ["16", "64"], "measure": "best", "arms": rows}
    made = study(verdicts=({**verdict("choice", "undecided"), "details": details},))
    assert "none of the 2 others can be told from it with 3 runs each" in said(choices.chosen, made)
    details["not told apart"] = ["64"]
    assert "64 cannot be told from it with 3 runs each" in said(choices.chosen, made)


def test_whether_a_net_overfits_takes_the_number_of_images_into_account(monkeypatch: pytest.MonkeyPatch) -> None:
    made = run((0.978,), (0.952,))
    assert "Training lies 0.026 above validation: the net overfits." in said(curves.performance, made)
    monkeypatch.setattr(curves, "facts_of", lambda run: {"train_images": 500, "val_images": 250})
    # 1.96 sqrt(0.978 x 0.022 / 500 + 0.952 x 0.048 / 250) is 0.0295.
    assert "difference -0.003 to +0.055): whether the net overfits remains open." in said(curves.performance, made)
    monkeypatch.setattr(curves, "facts_of", lambda run: {"train_images": 50000, "val_images": 25000})
    assert "difference +0.023 to +0.029): the net overfits." in said(curves.performance, made)
    below = said(curves.performance, run((0.3,), (0.35,)))
    assert "Training lies 0.05 below validation (95 % interval" in below
    assert "): by then the net does not overfit by more than 0.02." in below
