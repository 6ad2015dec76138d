"""The page of verdicts on a log: that of a study, without nets, recipes and machines that no log knows."""

from __future__ import annotations

import math
from dataclasses import replace

from striate.reports.study.cards import facts_of, intervals_of
from striate.reports.study.judged import judged_page, panels, record
from striate.reports.study.methods import methods_of
from striate.studies.judged.columns import Columns
from striate.studies.judged.judging import Judged, judge_log
from striate.studies.looks.plan import Plan

ROWS = [
    {
        "arm": arm,
        "seed": seed,
        "epoch": epoch,
        "val_acc": start + seed / 100 + epoch / 10,
        "loss": 1 - start - seed / 90,
    }
    for arm, start in (("a <b>", 0.1), ("b", 0.2))
    for seed in range(3)
    for epoch in (1, 2, 3)
]


def judged(*claims: str) -> Judged:
    return judge_log(ROWS, claims, Columns(value="val_acc", step="epoch"))


def test_the_page_has_verdicts_curves_and_arms_alone() -> None:
    made = judged("b > a <b> by 0.01", "b < a <b> in loss", "b sooner than a <b>")
    page = judged_page(made, "striate judge t.csv")
    for word in (
        "supported",
        "val_acc",
        "loss",
        "epochs saved",
        "striate judge t.csv",
        "a &lt;b&gt;",
        "mean epochs to",
    ):
        assert word in page
    for word in ("Recipes", "Environment", "No run has begun", "final validation accuracy"):
        assert word not in page
    assert "<b>" not in page.replace("&lt;b&gt;", "")
    assert judged_page(made, "striate judge t.csv") == page


def test_the_record_counts_each_run_once_and_names_its_columns() -> None:
    made = record(judged("b > a <b>", "b < a <b> in loss"))
    assert [(arm.name, len(arm.runs)) for arm in made.arms] == [("a <b>", 3), ("b", 3)]
    assert made.ended == 6
    assert set(made.scores["b"]) == {"name", "n", "states", "val_acc", "loss"}
    assert record(judged("b > a <b>")).question == "b ends with a higher val_acc than a <b>?"
    assert made.notes[0].startswith("Whether loss is of test") or made.notes[0].endswith(".")


def test_a_column_with_one_value_a_run_has_no_panel() -> None:
    rows = [{"arm": row["arm"], "seed": row["seed"], "x": row["val_acc"]} for row in ROWS if row["epoch"] == 3]
    assert panels(judge_log(rows, "b > a <b>", Columns(value="x"))) == []
    assert [chart.label.partition(" by ")[0] for chart in panels(judged("b > a <b>"))] == ["val_acc"]


def test_a_gates_paragraph_says_when_its_claim_was_fixed_and_its_looks() -> None:
    made = replace(judged("b > a <b>"), plan=Plan((3, 5), known={1: (0.01, 0.04)}), asked="ab12")
    text = methods_of(record(made)).text()
    assert "The data were looked at with 3 and 5 seeds; the levels" in text
    assert "Claim and commands were fixed before the first run (SHA-256 ab12)." in text
    assert "when the runs had been done" in methods_of(record(judged("b > a <b>"))).text()
    strict = replace(made, plan=Plan((5,), 0.0219), notes=("gate 2 of its night",))
    text = methods_of(record(strict)).text()
    assert "errs with probability 2.19 % at most" in text
    assert "Gate 2 of its night." in text


def test_a_paragraph_on_a_log_says_what_the_log_does_not() -> None:
    text = methods_of(record(judged("b > a <b> by 0.01", "b < a <b> by 0.1 in loss"))).text()
    assert "Whether loss is of test or of validation images, and whether it also chose something, is not said." in text
    assert "were 0.01 in val_acc for “b > a <b>”; 0.1 in loss for “b < a <b>”." in text
    rows = [
        {"arm": a, "seed": s, "acc": v}
        for a, vs in (("a", (1.0, 2.0, 3.0)), ("b", (4.0, 5.0, math.nan)))
        for s, v in enumerate(vs)
    ]
    lost = judge_log(rows, "b > a", Columns(value="acc", failed_as=0.0, where=("seed!=9",)))
    said = methods_of(record(lost)).text()
    assert "1 run of 6 failed and counted with a value that was given for such; no other run was left out." in said
    assert "Only rows with seed!=9 were judged." in said


def test_where_smaller_is_better_every_difference_has_its_true_sign() -> None:
    rows = [
        {"arm": a, "seed": s, "loss": v}
        for a, vs in (("a", (0.5, 0.52, 0.51)), ("b", (0.3, 0.32, 0.31)))
        for s, v in enumerate(vs)
    ]
    made = record(judge_log(rows, "b < a by 0.05", Columns(value="loss")))
    (found,) = methods_of(made).found
    assert "; a less b +0.200 [+0.177, +0.223] (n = 3 and 3" in found
    (verdict,) = made.verdicts
    assert facts_of(verdict)[0].name == "reduction in loss"
    chart = intervals_of(verdict)
    assert chart is not None
    assert "a − b" in chart.svg()
    assert "b − a" not in chart.svg()
    (larger,) = record(judge_log(rows, "a > b", Columns(value="loss"))).verdicts
    assert facts_of(larger)[0].name == "difference in loss"
    other = intervals_of(larger)
    assert other is not None
    assert "a − b" in other.svg()


def test_epochs_saved_are_those_of_the_control_less_those_of_the_treatment() -> None:
    (_, sooner) = methods_of(record(judged("b > a <b>", "b sooner than a <b> by 1"))).found
    assert "; a <b> less b " in sooner
    assert " epochs (n = " in sooner
    chart = intervals_of(record(judged("b sooner than a <b> by 1")).verdicts[0])
    assert chart is not None
    assert "a &lt;b&gt; − b" in chart.svg()
