"""One command with one seed: every output is kept, nothing is left running, and what was changed afterwards is found."""

from __future__ import annotations

import contextlib
import os
import time
from pathlib import Path

import pytest

from striate.base.errors import StorageError, StudyError
from striate.studies.gate import running as module
from striate.studies.gate.command_line import command
from striate.studies.gate.running import Try, run_jobs, tried


def made(text: str) -> module.Command:
    return command("control", text)


def run(one: module.Command, seed: int, place: Path, timeout: float | None) -> Try:
    ended: list[Try] = []
    run_jobs([(one, seed, place)], 1, timeout, lambda _, done: ended.append(done) is None)
    return ended[0]


def test_outputs_and_seed_and_exit_code_are_kept(tmp_path: Path) -> None:
    done = run(made("echo out {seed} $STRIATE_SEED; echo err >&2; cat; exit 3"), 7, tmp_path, None)
    assert (done.folder / "stdout").read_text() == "out 7 7\n"
    assert (done.folder / "stderr").read_text() == "err\n"
    assert (done.ended, done.code) == ("exit", 3)
    assert done.failed == 'failed with exit code 3 ("err")'
    assert tried(tmp_path) == done


def test_a_second_try_has_a_folder_of_its_own_and_the_last_that_ended_counts(tmp_path: Path) -> None:
    run(made("false {seed}"), 0, tmp_path, None)
    done = run(made("echo {seed}"), 0, tmp_path, None)
    assert [path.name for path in sorted(tmp_path.iterdir())] == ["1", "2"]
    (tmp_path / "3").mkdir()  # one that was interrupted
    assert tried(tmp_path) == done
    assert done.failed == ""


def test_an_output_that_was_changed_is_found(tmp_path: Path) -> None:
    done = run(made("echo acc 0.5 {seed}"), 0, tmp_path, None)
    (done.folder / "stdout").write_text("acc 0.9 0\n")
    with pytest.raises(StudyError, match='stdout" was changed after it was written'):
        tried(tmp_path)
    (done.folder / "stdout").unlink()
    with pytest.raises(StudyError, match="was changed"):
        tried(tmp_path)


def test_a_command_that_hangs_is_ended_with_all_that_it_started(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "GRACE", 0.2)
    began = time.monotonic()
    text = (
        "trap '' TERM; sleep 60{seed} & echo $! > "
        + str(tmp_path / "child")
        + "; echo begun; while :; do sleep 0.05; done"
    )
    done = run(made(text), 0, tmp_path / "run", 0.3)
    assert time.monotonic() - began < 20
    assert (done.ended, done.code) == ("timeout", -9)
    assert "was ended after" in done.failed
    assert (done.folder / "stdout").read_text() == "begun\n"
    child = int((tmp_path / "child").read_text())
    deadline = time.monotonic() + 10
    while Path(f"/proc/{child}").exists() and "Z" not in Path(f"/proc/{child}/stat").read_text().split()[2]:
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_a_stop_ends_the_command_and_leaves_an_unfinished_try(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "GRACE", 0.2)

    def stop(*_: object, **__: object) -> None:
        monkeypatch.undo()
        raise KeyboardInterrupt

    monkeypatch.setattr(module.subprocess.Popen, "wait", stop)
    with pytest.raises(KeyboardInterrupt):
        run(made("sleep 60{seed}"), 0, tmp_path, None)
    assert tried(tmp_path) is None
    assert sorted(os.listdir(tmp_path / "1")) == ["stderr", "stdout"]


@pytest.mark.parametrize("text", ["no-such-program-anywhere {seed}", "/ {seed}"])
def test_a_command_that_cannot_be_started_is_said(text: str, tmp_path: Path) -> None:
    with pytest.raises(StudyError, match="the control cannot be started"):
        run(made(text), 0, tmp_path, None)


def test_a_signal_is_told(tmp_path: Path) -> None:
    assert run(made("kill -11 $$ # {seed}"), 0, tmp_path, None).failed == "was ended by signal 11"


def test_a_link_in_the_folder_of_a_gate_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    place = tmp_path / "gate/runs/control/0"
    place.parent.mkdir(parents=True)
    place.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(StorageError, match="symbolic link"):
        run(made("echo {seed}"), 0, place, None)
    assert not any((tmp_path / "elsewhere").iterdir())


def test_a_folder_with_the_name_of_no_number_is_no_try(tmp_path: Path) -> None:
    (tmp_path / "gate/runs/control/0/²").mkdir(parents=True)
    assert tried(tmp_path / "gate/runs/control/0") is None


def test_a_command_ends_where_its_gate_is_killed(tmp_path: Path) -> None:
    begun, ended = tmp_path / "begun", tmp_path / "ended"
    text = f"trap 'touch {ended}; exit 0' TERM; touch {begun}; while :; do sleep 0.05; done # {{seed}}"
    if not (gate := os.fork()):
        module.run_jobs([(made(text), 0, tmp_path / "gate/runs/control/0")], 1, None, lambda job, done: True)
        os._exit(0)
    while not begun.exists():
        time.sleep(0.01)
    os.kill(gate, 9)
    os.waitpid(gate, 0)
    last = time.monotonic() + 60
    while not ended.exists():
        assert time.monotonic() < last
        time.sleep(0.01)


def test_what_has_ended_is_watched_no_longer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[int] = []
    monkeypatch.setattr(module, "watching", lambda: contextlib.nullcontext(told.append))
    jobs: list[module.Job] = [(made("echo {seed}"), seed, tmp_path / f"gate/runs/control/{seed}") for seed in range(2)]
    module.run_jobs(jobs, 2, None, lambda job, done: True)
    assert sorted(told) == sorted(-group for group in told)
    assert len(set(told)) == 4


def test_a_gate_that_is_killed_before_it_watches_a_command_has_not_begun_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    started = tmp_path / "started"
    monkeypatch.setattr(module, "watching", lambda: contextlib.nullcontext(lambda group: kill(group)))

    def kill(group: int) -> None:
        started.write_text(str(group))
        os.kill(os.getpid(), 9)

    if not (gate := os.fork()):
        module.run_jobs(
            [(made(f"touch {tmp_path}/begun # {{seed}}"), 0, tmp_path / "gate/runs/control/0")],
            1,
            None,
            lambda job, done: True,
        )
        os._exit(0)
    assert os.waitstatus_to_exitcode(os.waitpid(gate, 0)[1]) == -9
    last = time.monotonic() + 60
    while (stat := Path(f"/proc/{started.read_text()}/stat")).exists() and stat.read_text().split()[2] != "Z":
        assert time.monotonic() < last
        time.sleep(0.01)
    assert not (tmp_path / "begun").exists()
