"""A gate from its commands to its answer: what it keeps, what it does again, and what cannot count."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from striate.app.judging.gate import gate
from striate.base.disk.files import read_json
from striate.base.errors import StriateError, StudyError
from striate.studies.gate.gate import run_gate
from striate.studies.gate.measuring import Measure
from striate.studies.gate.question import Gate, Gated
from striate.studies.gate.running import tried
from striate.studies.looks.plan import Until, planned

# acc BASE SEED prints BASE plus a number of a few thousandths that depends on the seed, and counts how often it was run.
PROGRAM = """echo "$1 $2" >> ran
case $2 in 0) d=13;; 1) d=47;; 2) d=22;; 3) d=35;; *) d=58;; esac
echo "epoch 1"
echo "acc: $1$d"
"""
Ask = Callable[..., Gated]


@pytest.fixture
def ask(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Ask:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "acc").write_text(PROGRAM)
    usual = Gate("sh acc 0.80 {seed}", "sh acc 0.85 {seed}", Measure("acc: (.*)"), seeds=3)

    def asked(folder: str = "gate", night: Path | None = None, workers: int = 1, **changes: object) -> Gated:
        return run_gate(replace(usual, **changes), tmp_path / folder, night=night, workers=workers)

    return asked


def ran(folder: Path) -> list[str]:
    return (folder / "ran").read_text().splitlines()


def test_the_answer_is_that_of_the_numbers_and_everything_is_kept(ask: Ask, tmp_path: Path) -> None:
    made = ask()
    assert made.answer == "supported"
    assert made.verdict.comparisons[0][2].effect == pytest.approx(0.05)
    assert made.to_json()["values"]["treatment"] == {"0": 0.8513, "1": 0.8547, "2": 0.8522}
    assert ran(tmp_path) == [f"{base} {seed}" for seed in range(3) for base in ("0.80", "0.85")]  # always at equal n
    assert (tmp_path / "gate/runs/control/2/1/stdout").read_text() == "epoch 1\nacc: 0.8022\n"
    assert read_json(tmp_path / "gate/verdict.json")["answer"] == "supported"


def test_the_other_answers(ask: Ask) -> None:
    assert ask("worse", treatment="sh acc 0.75 {seed}").answer == "refuted"
    assert ask("lower", treatment="sh acc 0.75 {seed}", lower=True).answer == "supported"
    same = ask("same", treatment="sh ./acc 0.80 {seed}")
    assert same.answer == "undecided"
    assert (
        "control and treatment have the same values with every seed: what tells them apart has no"
        in same.verdict.reason
    )
    small = ask("small", margin=0.06)
    assert (small.answer, "less than the 0.06 worth having" in small.verdict.reason) == ("refuted", True)


def test_an_answered_gate_runs_nothing_again(ask: Ask, tmp_path: Path) -> None:
    first = ask()
    again = ask()
    assert len(ran(tmp_path)) == 6
    assert again.to_json() == first.to_json()


def test_a_gate_goes_on_where_it_stopped(ask: Ask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from striate.studies.gate import running as module

    real, left = module.Running, [3]

    def stopping(*given: object) -> object:
        left[0] -= 1
        if left[0] < 0:
            raise KeyboardInterrupt
        return real(*given)  # type: ignore[arg-type]

    monkeypatch.setattr(module, "Running", stopping)
    with pytest.raises(KeyboardInterrupt):
        ask()
    assert len(ran(tmp_path)) == 3
    left[0] = 99
    assert ask().answer == "supported"
    assert len(ran(tmp_path)) == 6


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        (
            {"treatment": "false {seed}"},
            r"the treatment with seed 0 failed with exit code 1; what it said is in .*/treatment/0/1",
        ),
        ({"measure": Measure("auc: (.*)")}, r"the control with seed 0 printed nothing that fits"),
        ({"measure": Measure(r": ?(\S+)|h (\d)")}, r"groups; name"),
        ({"measure": Measure(r"[:h] (\S+)")}, r"printed 2 that fit"),
        (
            {"treatment": "echo acc: nan && : {seed}"},
            r"printed nan as acc, which counts as no number",
        ),
        ({"treatment": "echo acc: 1e308 && : {seed}"}, r"printed 1e\+308 as acc, whose square no number can hold"),
        ({"margin": 1}, r"the margin is 1, and acc is a share within 0 and 1, .*, as 0\.01 for one point"),
        ({"treatment": "echo acc: high{seed}; #"}, r"where a number is expected"),
        ({"treatment": "sleep 60{seed}", "timeout": 0.2}, r"was ended after \d+ seconds?, its `timeout`"),
        (
            {"control": "sh acc 0.80 1 #{seed}"},
            r"the control printed 0.8047 with each of the seeds 0, 1 and 2, so it ignores",
        ),
    ],
)
def test_a_run_that_cannot_count_ends_the_gate_in_a_sentence(changes: dict[str, object], words: str, ask: Ask) -> None:
    with pytest.raises(StudyError, match=words):
        ask(**changes)


@pytest.mark.parametrize(
    ("treatment", "words"),
    [
        (
            "echo acc: 85.{seed}%",
            r"the treatment with seed 0 printed 85.0% and the control with seed 0 printed 0.8013, without",
        ),
        ("echo acc: 85.{seed} %", r"the treatment with seed 0 printed 85.0 % and"),
        (
            "echo acc: 85.{seed}",
            r"acc is 0.8013 in the run of control with seed 0 and 85 in the run of treatment with seed 0",
        ),
    ],
)
def test_a_change_of_the_unit_is_no_gain(treatment: str, words: str, ask: Ask, tmp_path: Path) -> None:
    with pytest.raises(StudyError, match=words):
        ask(treatment=treatment)
    assert (tmp_path / "gate/runs/treatment/0/1/stdout").exists()
    with pytest.raises(StudyError, match=r"printed 85.0 % and the control"):  # its sign stands beyond the group
        ask("group", treatment="echo acc: 85.{seed} %", measure=Measure(r"acc: ([0-9.]+)"))
    both = ask("both", control="echo acc: 80.{seed}%", treatment="echo acc: 85.{seed}%")
    assert both.to_json()["values"]["treatment"] == {"0": 85.0, "1": 85.1, "2": 85.2}


def test_an_error_ten_times_smaller_is_a_gain(ask: Ask) -> None:
    made = ask(control="echo err: 5.{seed}", treatment="echo err: 0.4{seed}", measure=Measure("err: (.*)"), lower=True)
    assert made.answer == "supported"


def test_a_measure_that_fits_nothing_is_mended_and_nothing_runs_twice(ask: Ask, tmp_path: Path) -> None:
    with pytest.raises(StudyError, match="printed nothing"):
        ask(measure=Measure("auc: (.*)"))
    assert ask().answer == "supported"
    assert len(ran(tmp_path)) == 6
    with pytest.raises(StudyError, match=r"was answered by the measure acc: \(\.\*\)"):
        ask(measure=Measure(r"ch (\d)"))


def test_a_command_that_failed_is_tried_again_and_its_first_words_are_kept(ask: Ask, tmp_path: Path) -> None:
    text = "test -e ready || { echo not ready >&2; exit 1; }; sh acc 0.85 {seed}"
    with pytest.raises(StudyError, match=r'failed with exit code 1 \("not ready"\)'):
        ask(treatment=text)
    (tmp_path / "ready").touch()
    assert ask(treatment=text).answer == "supported"
    assert (tmp_path / "gate/runs/treatment/0/1/stderr").read_text() == "not ready\n"
    done = tried(tmp_path / "gate/runs/treatment/0")
    assert done is not None
    assert done.folder.name == "2"


def test_failed_runs_count_where_it_is_said_as_what(ask: Ask) -> None:
    made = ask(treatment="test {seed} != 1 && sh acc 0.85 {seed}", failed_as=0.1)
    assert made.to_json()["values"]["treatment"]["1"] == 0.1
    assert "1 of 3 runs of treatment failed" in made.verdict.reason
    silent = ask("silent", treatment="sh acc 0.85 {seed} | sed s/^acc:.*47//", failed_as=0.2)
    assert silent.to_json()["values"]["treatment"] == {"0": 0.8513, "1": 0.2, "2": 0.8522}
    never = ask("never", treatment="echo acc: nan; : {seed}", failed_as=0.1)  # not one that ignores its seed
    assert (never.answer, never.to_json()["values"]["treatment"]) == ("refuted", {"0": 0.1, "1": 0.1, "2": 0.1})
    with pytest.raises(StudyError, match="printed nothing"):
        ask("slip", measure=Measure("auc: (.*)"), failed_as=0.1)  # a slip of the pattern is not a failed run


def test_a_file_that_a_command_writes_is_no_program_that_changed(ask: Ask, tmp_path: Path) -> None:
    (tmp_path / "log").write_text("before\n")
    words = {"treatment": "sh acc 0.85 {seed} | tee -a log new"}
    first = ask(**words)
    assert list(read_json(tmp_path / "gate/gate.json")["files"]) == ["acc"]
    assert ask(**words).to_json() == first.to_json()


def test_another_question_or_another_program_is_refused(
    ask: Ask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask()
    with pytest.raises(StudyError, match="another gate, which differs in `margin` and `seeds`"):
        ask(margin=0.1, seeds=2)
    (tmp_path / "acc").write_text(PROGRAM + "# changed\n")
    with pytest.raises(StudyError, match=r"acc changed since the gate in .* began"):
        ask()
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "notes").touch()
    with pytest.raises(StudyError, match="is not empty and holds no gate"):
        ask("full")
    (tmp_path / "acc").write_text(PROGRAM)
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    with pytest.raises(StriateError, match=r"was begun in|changed since"):
        ask()


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"seeds": 1}, "at least 2 seeds"),
        ({"treatment": "sh acc 0.80 {seed}"}, "are one command"),
        ({"margin": -1.0}, "the margin is -1"),
        ({"timeout": 0.0}, "the timeout is 0"),
        ({"failed_as": float("nan")}, "`failed_as` is nan"),
        ({"control": "sh acc"}, r"the control has no \{seed\}"),
    ],
)
def test_a_question_that_cannot_be_asked_leaves_nothing(
    changes: dict[str, object], words: str, ask: Ask, tmp_path: Path
) -> None:
    with pytest.raises(StudyError, match=words):
        ask(**changes)
    assert not (tmp_path / "gate").exists()


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"seeds": 2.5}, "`seeds` is 2.5, and must be a whole number of seeds, or Until"),
        ({"seeds": True}, "`seeds` is True"),
        ({"seeds": 2000}, "at most 1000; `seeds` is 2000"),
        ({"margin": "0.1"}, "`margin` is '0.1', and must be a number"),
        ({"timeout": "long"}, "`timeout` is 'long'"),
        ({"failed_as": True}, "`failed_as` is True"),
        ({"control": 5}, "`control` is int, and must be a text"),
        ({"treatment": " sh  acc 0.80 {seed}"}, "control and treatment are one command"),
    ],
)
def test_values_of_another_kind_are_refused(changes: dict[str, object], words: str, ask: Ask, tmp_path: Path) -> None:
    with pytest.raises(StudyError, match=words):
        ask(**changes)
    assert not (tmp_path / "gate").exists()


@pytest.mark.parametrize("workers", [0, -1, 1.5])
def test_no_runs_side_by_side_are_refused_and_not_waited_for(workers: Any, tmp_path: Path) -> None:
    with pytest.raises(StudyError, match=r"`workers` is .*, and must be a whole number of runs side by side"):
        gate("a {seed}", "b {seed}", "x", tmp_path / "gate", workers=workers)


def test_seeds_until_decided_stop_early_and_hold_the_error_of_all_looks(ask: Ask, tmp_path: Path) -> None:
    made = ask(seeds=Until(3, 6))
    path = made.verdict.looks
    assert made.answer == "supported"
    assert 3 <= len(ran(tmp_path)) // 2 == path[-1].seeds < 6
    assert (
        f"look {len(path)} of at most 4, the last at 6 seeds; the interval holds for all looks" in made.verdict.reason
    )
    kept = read_json(tmp_path / "gate/gate.json")
    plan = kept["plan"]
    assert (made.judged.asked, made.judged.plan) == (kept["fixed"], planned(Until(3, 6)))
    assert plan["looks"] == [3, 4, 5, 6]
    assert made.verdict.comparisons[0][2].confidence == 1 - plan["levels"]["1"][len(path) - 1]
    assert ask(seeds=Until(3, 6)).to_json() == made.to_json()
    early = ask("early", treatment="sh acc 2.85 {seed}", seeds=Until(4, 24))
    assert "(over 99.99 % interval +" in early.verdict.reason  # and not 100
    with pytest.raises(StudyError, match="differs in `seeds`"):
        ask()
    same = ask("same", treatment="sh ./acc 0.80 {seed}", seeds=Until(2, 6))
    assert (same.answer, len(same.verdict.looks)) == ("undecided", 2)
    assert "with 6 seeds it would be decided with a chance of" in same.verdict.reason


def test_a_night_gives_each_gate_its_level(ask: Ask, tmp_path: Path) -> None:
    night = tmp_path / "night.json"
    first = ask("one", night)
    assert first.night == (1, pytest.approx(0.010937, abs=1e-6))
    assert first.verdict.comparisons[0][2].confidence == pytest.approx(1 - 2 * 0.010937, abs=1e-6)
    second = ask("two", night, treatment="sh acc 0.75 {seed}")
    assert second.night is not None
    assert second.night[1] > first.night[1]  # the change that was kept pays for it
    assert ask("one", night).night == first.night
    assert [gate["answer"] for gate in read_json(night)["gates"]] == ["supported", "refuted"]


def test_a_gate_that_was_cut_off_by_itself_has_all_its_looks_anew_in_a_night(ask: Ask, tmp_path: Path) -> None:
    (tmp_path / "acc").write_text(f'[ "$2" = 2 ] && [ ! -e mended ] && exit 1\n{PROGRAM}')
    words = {"treatment": "sh ./acc 0.80 {seed}", "seeds": Until(2, 6)}
    with pytest.raises(StudyError, match="failed with exit code 1"):
        ask(**words)
    (tmp_path / "mended").touch()
    made = ask(night=tmp_path / "night.json", **words)
    assert made.night is not None
    assert made.judged.plan == planned(Until(2, 6), (), 2 * made.night[1])
    assert "with 6 seeds it would be decided with a chance of" in made.verdict.reason
    assert "it was to end with" not in made.verdict.reason  # nothing had been planned otherwise


def test_more_seeds_after_the_answer_are_a_further_look_and_say_what_it_costs(ask: Ask, tmp_path: Path) -> None:
    words = {"treatment": "sh ./acc 0.80 {seed}"}
    assert "look" not in ask(**words).verdict.reason
    made = ask(seeds=5, **words)
    assert [look.seeds for look in made.verdict.looks] == [3, 5]
    assert made.verdict.looks[1].confidence > 0.95
    assert "it was to end with 3 seeds and went on, so it has looks at 3 and 5" in made.verdict.reason
    assert len(ran(tmp_path)) == 10
    assert ask(seeds=5, **words).to_json() == made.to_json()
    with pytest.raises(StudyError, match="differs in `seeds`"):
        ask(**words)
    until = ask(seeds=Until(3, 7), **words)
    assert [look.seeds for look in until.verdict.looks] == [3, 5]  # the two that were left would hardly decide it
    assert until.to_json()["seeds"] == {"least": 3, "most": 7}
    # Who asks for more than it was to have gets at least those.
    assert [look.seeds for look in ask(seeds=Until(3, 9), **words).verdict.looks] == [3, 5, 6, 7]


def test_a_gate_of_a_night_gets_no_more_seeds_after_its_answer(ask: Ask, tmp_path: Path) -> None:
    night = tmp_path / "night.json"
    first = ask(night=night)
    for _ in range(2):
        with pytest.raises(StudyError, match="later gates of its night rest on that"):
            ask(night=night, seeds=5)
    with pytest.raises(StudyError, match="which has its level; name that with `night`"):
        ask(seeds=5)
    assert ask(night=night).to_json() == first.to_json()  # what was refused changed nothing


def test_a_gate_of_a_night_is_no_gate_without_it_nor_one_of_another(ask: Ask, tmp_path: Path) -> None:
    night, other = tmp_path / "night.json", tmp_path / "other.json"
    ask(night=night)
    with pytest.raises(
        StudyError, match=r"is one of the night .*night.json.*, which has its level; name that with `night`"
    ):
        ask()
    with pytest.raises(StudyError, match=r"was answered before it came to the night .*other.json"):
        ask(night=other)
    ask("alone")
    with pytest.raises(StudyError, match=r"was answered before it came to the night"):
        ask("alone", night)
    assert len(read_json(night)["gates"]) == 1


def test_another_proposal_in_a_folder_of_the_same_name_is_another_gate_of_the_night(ask: Ask, tmp_path: Path) -> None:
    night = tmp_path / "night.json"
    made = []
    for base in ("0.75", "0.79", "0.85"):
        made.append(ask(night=night, treatment=f"sh acc {base} {{seed}}").night)
        shutil.rmtree(tmp_path / "gate")
    assert [number for number, _ in made] == [1, 2, 3]
    assert [gate["answer"] for gate in read_json(night)["gates"]] == ["refuted", "refuted", "supported"]


def test_runs_side_by_side_have_the_same_answer_and_never_go_beyond_the_next_look(ask: Ask, tmp_path: Path) -> None:
    alone = ask("alone", seeds=Until(3, 6))
    one = len(ran(tmp_path))
    beside = ask("beside", seeds=Until(3, 6), workers=3)
    assert beside.verdict.to_json() == alone.verdict.to_json()
    assert len(ran(tmp_path)) == 2 * one


def test_runs_really_go_side_by_side(ask: Ask, tmp_path: Path) -> None:
    # Each waits until the other side of its seed has begun, so one after another they would never end.
    both = "touch {seed}.%s; until test -e {seed}.%s; do sleep .01; done; sh acc %s {seed}"
    words = {"control": both % ("a", "b", "0.80"), "treatment": both % ("b", "a", "0.85"), "timeout": 20.0}
    assert ask(workers=2, **words).answer == "supported"


def test_a_run_that_fails_beside_others_lets_them_end_and_begins_no_further_one(ask: Ask, tmp_path: Path) -> None:
    with pytest.raises(StudyError, match=r"the treatment with seed 0 failed with exit code 4"):
        ask(control="sleep .2; sh acc 0.80 {seed}", treatment="exit 4; {seed}", workers=2)
    assert ran(tmp_path) == ["0.80 0"]
    assert tried(tmp_path / "gate/runs/control/0") is not None
    assert not (tmp_path / "gate/runs/control/1").exists()
