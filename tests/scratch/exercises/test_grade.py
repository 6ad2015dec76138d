"""Right solutions in several styles pass; every known mistake is written, graded and named; a hostile file costs itself."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from tests.scratch.exercises.solutions import FFT, LOOPS, MODELS, WINDOWS

from striate.base.errors import DataError
from striate.scratch.exercises.grade import Verdict, grade


def graded(folder: Path, code: str, only: str | None = None, seconds: float = 20) -> dict[str, Verdict]:
    file = folder / "mine.py"
    file.write_text(code, encoding="utf-8")
    return {verdict.name: verdict for verdict in grade(file, only, seconds=seconds).verdicts}


def test_a_right_solution_of_everything_passes_in_time(tmp_path: Path) -> None:
    begun = time.process_time()
    found = graded(tmp_path, LOOPS + MODELS)
    assert {name: (v.said, v.mistake) for name, v in found.items() if v.status != "right"} == {}
    assert len(found) == 32
    assert time.process_time() - begun < 20


@pytest.mark.parametrize("code", [WINDOWS, FFT], ids=["windows", "fft"])
def test_other_styles_and_forms_of_the_convolution_pass(tmp_path: Path, code: str) -> None:
    found = graded(tmp_path, code)
    assert {name: v.status for name, v in found.items()} == {"conv_forward": "right", "conv_backward": "right"}


# The function, the mistake's name, what stands in the right solution, what stands there instead.
MUTANTS = [
    ("fc_backward", "divided by N twice", "dout.sum(axis=0)\n\ndef relu_f", "dout.sum(axis=0) / len(x)\n\ndef relu_f"),
    ("softmax_loss", "divided by N twice", "return loss, dx / N", "return loss, dx / N / N"),
    ("softmax_loss", "divided by N not at all", "return loss, dx / N", "return loss, dx"),
    ("softmax_loss", "loss summed and not averaged", ".sum() / N\n    dx = p / total", ".sum()\n    dx = p / total"),
    ("svm_loss", "loss summed and not averaged", "1 - s * x).mean()", "1 - s * x).sum()"),
    ("logistic_loss", "divided by N not at all", "s * x)) / N)", "s * x)))"),
    ("softmax_loss", "float32 lost to an overflow", "z = x - x.max(axis=1, keepdims=True)", "z = x"),
    (
        "logistic_loss",
        "float32 lost to an overflow",
        "np.logaddexp(0, -s * x).mean()",
        "np.log(1 + np.exp(-s * x)).mean()",
    ),
    ("dropout_forward", "mask not scaled", "< p) / p", "< p) * 1.0"),
    ("dropout_backward", "mask not scaled in the backward pass", "else dout * mask", "else dout * (mask > 0)"),
    (
        "dropout_backward",
        "mask drawn anew in the backward pass",
        "else dout * mask",
        "else dout * (np.random.default_rng(1).random(dout.shape) < p) / p",
    ),
    (
        "batchnorm_forward",
        "variance with n-1",
        "mu, var = x.mean(axis=0), x.var(axis=0)",
        "mu, var = x.mean(axis=0), x.var(axis=0, ddof=1)",
    ),
    (
        "batchnorm_forward",
        "running statistics used in training",
        "    h = (x - mu)",
        "    mu, var = given\n    h = (x - mu)",
    ),
    ("batchnorm_backward", "mean and variance taken for constants", 'if mode == "train":', "if False:"),
    ("conv_forward", "kernel flipped", "* w[f]) + b[f]", "* w[f, :, ::-1, ::-1]) + b[f]"),
    ("conv_backward", "kernel flipped", "dout[n, f, i, j] * w[f]", "dout[n, f, i, j] * w[f, :, ::-1, ::-1]"),
    ("conv_backward", "padding's gradient kept", "return dxp[:, :, P:P+x.shape[2], P:P+x.shape[3]]", "return dxp"),
    (
        "conv_backward",
        "padding's gradient kept",
        "dxp[:, :, P:P+x.shape[2], P:P+x.shape[3]]",
        "dxp[:, :, :x.shape[2], :x.shape[3]]",
    ),
    (
        "max_pool_backward",
        "ties of max pooling counted twice",
        "dx[n, c, i*S+u, j*S+v] += dout[n, c, i, j]",
        "dx[n, c, i*S:i*S+h, j*S:j*S+w] += dout[n, c, i, j] * (window == window.max())",
    ),
    ("adam", "m and v are not divided", "m / (1 - 0.9**t), v / (1 - 0.999**t)", "m, v"),
    (
        "sgd",
        "the sign of the step",
        'w - config["learning_rate"] * dw, config',
        'w + config["learning_rate"] * dw, config',
    ),
    ("tanh_gradient", "the factor 2", "(2 * (out - y)", "(1 * (out - y)"),
    (
        "conv_backward_kernels",
        "the kernels of the backward pass",
        ".transpose(1, 0, 2)[:, :, ::-1]",
        ".transpose(1, 0, 2)",
    ),
]


@pytest.mark.parametrize(
    ("name", "mistake", "right", "wrong"), MUTANTS, ids=[f"{m[0]}-{m[1]}-{k}" for k, m in enumerate(MUTANTS)]
)
def test_a_known_mistake_is_named(tmp_path: Path, name: str, mistake: str, right: str, wrong: str) -> None:
    assert LOOPS.count(right) == 1
    code = LOOPS.replace(right, wrong)
    if wrong.startswith("    mu, var = given"):
        code = code.replace(
            "    eps, m = bn_param",
            '    given = bn_param["running_mean"], bn_param["running_var"]\n    eps, m = bn_param',
        )
    if "divided by N twice" in mistake and name == "fc_backward":
        code = code.replace("x.T @ dout, dout.sum(axis=0) /", "x.T @ dout / len(x), dout.sum(axis=0) /")
    verdict = graded(tmp_path, code, name)[name]
    assert verdict.status in ("wrong", "failed"), verdict
    assert (verdict.mistake or "").startswith(mistake), verdict


def test_the_smallest_input_is_shown_with_what_was_expected_and_returned(tmp_path: Path) -> None:
    verdict = graded(tmp_path, "import numpy as np\ndef relu_forward(x):\n    return abs(x), x\n")["relu_forward"]
    assert verdict.inputs["x"] == "[[-2.]]"
    assert (verdict.expected, verdict.returned) == ("[[0.]]", "[[2.]]")


HOSTILE = """
import torch
import numpy as np
def fc_forward(x, w, b):
    print("hello")
    while True: pass
def relu_forward(x):
    x[x < 0] = 0
    return x, x
def conv_forward(x, w, b, stride=1, padding=0):
    return torch.nn.functional.conv2d(x, w), x
def max_pool_forward(x, pool_param):
    import os; os._exit(5)
def logistic_loss(x, y):
    return 0.0, np.zeros(x.shape, np.float32)
def svm_loss(x, y):
    return 0.0, np.zeros(99)
def softmax_loss(x, y):
    return np.ones(1 << 40), x
def adam(w, dw, config):
    raise SystemExit
def rmsprop(w, dw, config):
    import os; os.kill(os.getpid(), 9)
def sgd(w, dw, config):
    return w - config["learning_rate"] * dw, config
"""


def test_a_hostile_file_costs_each_function_one_sentence_and_the_others_are_graded(tmp_path: Path) -> None:
    found = graded(tmp_path, HOSTILE, seconds=2)
    said = {name: verdict.said for name, verdict in found.items()}
    assert said["fc_forward"] == "did not return within 2 s"
    assert said["relu_forward"] == "changes its input x; write into a copy"
    assert said["conv_forward"] == "uses torch.nn.functional.conv2d, where NumPy alone is asked for"
    assert said["max_pool_forward"] == "ended its process with exit code 5"
    assert "dtype float32" in said["logistic_loss"]
    assert "shape (99,)" in said["svm_loss"]
    assert said["softmax_loss"] == "takes more memory than it is given"
    assert said["adam"].startswith("raises SystemExit")
    assert said["rmsprop"] == "ended its process with SIGKILL"
    assert found["sgd"].status == "right"


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("def f(:\n", "the file cannot be imported: SyntaxError"),
        ("raise ValueError('no')\n", "the file cannot be imported: ValueError: no (line 1)"),
        ("import os; os._exit(3)\n", "the file cannot be imported: it ended its process with exit code 3"),
        ("while True: pass\n", "the file cannot be imported: it did not return within 2 s"),
    ],
)
def test_a_file_that_cannot_be_imported_is_told_once_for_each_function(tmp_path: Path, code: str, said: str) -> None:
    assert graded(tmp_path, code, "sgd", seconds=2)["sgd"].said.startswith(said)


def test_an_unknown_file_or_exercise_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="there is no file"):
        grade(tmp_path / "none.py")
    file = tmp_path / "mine.py"
    file.write_text("")
    with pytest.raises(DataError, match=r'exercise "reluforward" is unknown \(did you mean "relu_forward"'):
        grade(file, "reluforward")


PIPE = """import os, time
for f in map(int, os.listdir("/proc/self/fd")):
    try:
        if f > 2 and "pipe" in os.readlink(f"/proc/self/fd/{f}"): P = f
    except OSError: pass
"""


@pytest.mark.slow
@pytest.mark.parametrize(
    ("code", "said"),
    [
        (
            PIPE + 'os.write(P, b\'{"name": "relu_forward", "status": "right", "zzz": 1}\\n\')',
            "the file has no relu_forward",
        ),
        (PIPE + "while True: os.write(P, b'x' * 60000)", "did not return"),
        (PIPE + "while True: os.write(P, b'{\"begin\": null}\\n'); time.sleep(0.01)", "did not return"),
        ("import os\nos.kill(os.getpid(), 40)", "with signal 40"),
        ("while True: print('x' * 1000000)", "the file cannot be imported"),
    ],
)
def test_what_a_file_does_to_the_grader_costs_it_its_own_verdict(
    code: str, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("striate.scratch.exercises.grade.STARTING", 5.0)
    verdict = graded(tmp_path, code, "relu_forward", seconds=1)["relu_forward"]
    assert verdict.status in ("absent", "failed")
    assert said in verdict.said
