"""Right solutions in several styles pass; every known mistake is written, graded and named; a hostile file costs itself."""

from __future__ import annotations

import resource
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tests.scratch.exercises.solutions import FFT, LOOPS, MODELS, WINDOWS

from striate.base.errors import DataError
from striate.scratch.exercises import worker
from striate.scratch.exercises.catalog import known
from striate.scratch.exercises.comparing import told_apart, written
from striate.scratch.exercises.exercise import Learner
from striate.scratch.exercises.grade import Verdict, grade


def marked(code: str, name: str) -> dict[str, Any]:
    """Return the verdict on one function as the process of the grader makes it, here."""
    space: dict[str, Any] = {"__name__": "mine"}
    exec(compile(code, "mine.py", "exec"), space)
    return worker.graded(known()[name], Learner(space), Path("mine.py"))


def graded(folder: Path, code: str, only: str | None = None, seconds: float = 20) -> dict[str, Verdict]:
    file = folder / "mine.py"
    file.write_text(code, encoding="utf-8")
    return {verdict.name: verdict for verdict in grade(file, only, seconds=seconds).verdicts}


def test_a_right_solution_of_everything_passes_in_time(tmp_path: Path) -> None:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    found = graded(tmp_path, LOOPS + MODELS)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert {name: (v.said, v.mistake) for name, v in found.items() if v.status != "right"} == {}
    assert list(found) == list(known())
    assert 0 < after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime < 20


@pytest.mark.parametrize(
    ("code", "count"), [(LOOPS + MODELS, 34), (WINDOWS, 16), (FFT, 2)], ids=["loops", "windows", "fft"]
)
def test_right_solutions_pass_in_every_style(code: str, count: int) -> None:
    """Whatever they keep in their cache, and in both forms of the convolution: options by name, and in one dict."""
    found = {name: marked(code, name) for name in known()}
    assert {name: v for name, v in found.items() if v["status"] not in ("right", "absent")} == {}
    assert sum(v["status"] == "right" for v in found.values()) == count


ROWS = "rows = x.transpose(0, 2, 3, 1).reshape(-1, C)\n    out, cache = batchnorm_forward(rows, gamma, beta, bn_param)"
BACK = "    return out.reshape(N, H, W, C).transpose(0, 3, 1, 2), cache"
PLACES = (
    f"{ROWS}\n{BACK}",
    """many = dict(bn_param)
    for name in ("running_mean", "running_var"):
        many[name] = np.repeat(bn_param[name], H * W)
    out, cache = batchnorm_forward(x.reshape(N, -1), np.repeat(gamma, H * W), np.repeat(beta, H * W), many)
    return out.reshape(x.shape), cache""",
)
PER_IMAGE = (
    f"{ROWS}\n{BACK}",
    """if bn_param["mode"] == "test":
        raise NotImplementedError
    h = (x - x.mean((2, 3), keepdims=True)) / np.sqrt(x.var((2, 3), keepdims=True) + bn_param["eps"])
    return gamma[:, None, None] * h + beta[:, None, None], x""",
)
# The function, the mistake's name, what stands in the right solution, what stands there instead.
MUTANTS = [
    ("fc_backward", "divided by N twice", "dout.sum(axis=0)\n\ndef relu_f", "dout.sum(axis=0) / len(x)\n\ndef relu_f"),
    ("softmax_loss", "divided by N twice", "return loss, dx / N", "return loss, dx / N / N"),
    ("softmax_loss", "divided by N twice", "return loss, dx / N", "return loss / N, dx / N / N"),
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
    ("logistic_loss", "loss summed and not averaged: dx is", "-s * x).mean(), (-s", "-s * x).sum(), (-s"),
    ("conv_backward", "divided by N twice", "return dxp[:, :, P:P+x.shape[2], P:P+x.shape[3]], dw, db",
     "return dxp[:, :, P:P+x.shape[2], P:P+x.shape[3]], dw / N, db / N"),
    ("max_pool_backward", "overlapping windows overwrite", "dx[n, c, i*S+u, j*S+v] +=", "dx[n, c, i*S+u, j*S+v] ="),
    ("batchnorm_forward", "the running averages do not move", 'bn_param["eps"], bn_param["momentum"]', 'bn_param["eps"], 1.0'),
    ("spatial_batchnorm_forward", "variance with n-1", "= x.mean(axis=0), x.var(axis=0)",
     "= x.mean(axis=0), x.var(axis=0, ddof=1)"),
    ("spatial_batchnorm_forward", "one mean per place", *PLACES),
    ("spatial_batchnorm_forward", "one mean per image", *PER_IMAGE),
    ("spatial_batchnorm_backward", "mean and variance taken for constants", 'if mode == "train":', "if False:"),
    ("sgd_momentum", "the gradient is multiplied by 1 - momentum", "- config[\"learning_rate\"] * dw\n    config[\"velocity\"]",
     "- 0.1 * config[\"learning_rate\"] * dw\n    config[\"velocity\"]"),
    ("SVM", "the L2 term is in the loss and not", 'dw + self.reg * p[f"W{k}"], db', "dw, db"),
    ("SVM", "the L2 term is in the gradients and not", "loss += 0.5 * self.reg * (p", "loss += 0 * (p"),
    ("ConvNet", "the L2 term is left out", "(\"W1\", \"W2\", \"W3\"):", "():"),
    ("ConvNet", "the L2 term lacks its factor 1/2 in the loss", "+= 0.5 * self.reg * np", "+= self.reg * np"),
    ("LogisticClassifier", "the L2 term lacks its factor 1/2", "self.reg, self.params = reg, {}\n        for k, (d",
     "self.reg, self.params = 2 * reg, {}\n        for k, (d"),
    ("Solver", "the learning rate does not decay", 'rate *= o["lr_decay"]', "pass"),
    ("tanh_gradient", "the factor 2", "(2 * (out - y)", "(1 * (out - y)"),
    ("tanh_gradient", "the slope of tanh", "(out - y) * (1 - out**2))", "(out - y))"),
    ("tanh_gradient", "loss summed and not averaged", "(1 - out**2)) / len(X)", "(1 - out**2))"),
    ("backprop_example", "the output unit is the identity", "d3 = 2 * (W3.T @ x2 - y)",
     "d3 = 2 * (W3.T @ x2 - y) * (1 - (W3.T @ x2)**2)"),
    ("backprop_example", "the slope of the hidden units", "d2 = (1 - x2[1:]**2) * (W3 @ d3)[1:]\n    d1 = (1 - x1[1:]**2) *",
     "d2 = (W3 @ d3)[1:]\n    d1 ="),
    ("backprop_example", "the factor 2", "d3 = 2 * (W3.T", "d3 = (W3.T"),
    ("residual_parameters", "the filters of each layer", "return 2 * 9 * channels**2", "return 2 * 9 * channels"),
    ("residual_parameters", "one of the layers alone", "return 2 * 9 * channels**2", "return 9 * channels**2"),
    ("bottleneck_parameters", "every layer is counted as 3 x 3", "2 * channels * m", "9 * 2 * channels * m"),
    ("bottleneck_parameters", "the middle layer has a quarter", "m = channels // 4", "m = channels"),
    ("batchnorm_shapes", "one mean per place", "(shape[-1],), (shape[-1],)", "shape[1:], shape[1:]"),
    ("conv_matrix", "kernel flipped", "= W[i, j]", "= W[i, j, ::-1]"),
    ("conv_matrix", "the channels are exchanged", "= W[i, j]", "= W[j, i]"),
    ("conv_backward_matrix", "B is A itself", "conv_matrix(W).T", "conv_matrix(W)"),
    ("conv_backward_kernels", "the kernels of the backward pass", ".transpose(1, 0, 2)[:, :, ::-1]", ".transpose(1, 0, 2)"),
    ("fc_backward", "divided by N twice", "dout.sum(axis=0)\n\ndef relu_f", "dout.mean(axis=0)\n\ndef relu_f"),
    ("batchnorm_backward", "divided by N twice", "(dout * h).sum(axis=0), dout.sum(axis=0)\n\ndef spatial",
     "(dout * h).mean(axis=0), dout.mean(axis=0)\n\ndef spatial"),
    ("batchnorm_forward", "momentum the other way round", 'bn_param["eps"], bn_param["momentum"]',
     'bn_param["eps"], 1 - bn_param["momentum"]'),
    ("batchnorm_forward", "statistics of the batch used at test", 'if bn_param["mode"] == "test":', "if False:"),
    ("batchnorm_forward", "eps added to the root", "np.sqrt(var + eps)\n    return gamma",
     "(np.sqrt(var) + eps)\n    return gamma"),
    ("dropout_forward", "cells dropped at test", 'if dropout_param["mode"] == "test":', "if False:"),
    ("dropout_forward", "scaled twice", "return x, (None, p)", "return x * p, (None, p)"),
    ("dropout_forward", "one mask for several images", ".random(x.shape) < p", ".random(x.shape[1:]) < p"),
    ("softmax_loss", "float32 lost to an underflow", "loss = -(z - np.log(total))[", "loss = -np.log(np.exp(z) / total)["),
    ("rmsprop", "epsilon added under the root", "(np.sqrt(c) + 1e-8)", "np.sqrt(c + 1e-8)"),
    ("adam", "epsilon added under the root", "(np.sqrt(vt) + 1e-8)", "np.sqrt(vt + 1e-8)"),
    ("conv_backward_kernels", "the channels have to be exchanged", ".transpose(1, 0, 2)[:, :, ::-1]", "[:, :, ::-1]"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "mistake", "right", "wrong"), MUTANTS, ids=[f"{m[0]}-{m[1]}-{k}" for k, m in enumerate(MUTANTS)]
)
def test_a_known_mistake_is_named(name: str, mistake: str, right: str, wrong: str) -> None:
    code = LOOPS + MODELS
    assert code.count(right) == 1
    code = code.replace(right, wrong)
    if wrong.startswith("    mu, var = given"):
        code = code.replace(
            "    eps, m = bn_param",
            '    given = bn_param["running_mean"], bn_param["running_var"]\n    eps, m = bn_param',
        )
    if "divided by N twice" in mistake and name == "fc_backward":
        code = code.replace("x.T @ dout, dout.sum(axis=0) /", "x.T @ dout / len(x), dout.sum(axis=0) /")
    verdict = marked(code.replace("dw / N", "dw / len(x)").replace("db / N", "db / len(x)"), name)
    assert verdict["status"] in ("wrong", "failed"), verdict
    assert (verdict["mistake"] or "").startswith(mistake), verdict


def test_every_mistake_that_has_a_name_is_a_mutant_here() -> None:
    """In the room of the exercise that names it; of the layers, the classifiers and the rules one mutant serves for all."""
    space: dict[str, Any] = {}
    exec(compile(LOOPS + MODELS, "mine.py", "exec"), space)
    named = {
        said
        for exercise in known().values()
        for trial in exercise.trials
        for said, _ in exercise.judge(Learner(space), trial).mistakes
    }
    assert len(named) > 40
    mutants = [mistake for _, mistake, *_ in MUTANTS]
    assert [said for said in sorted(named) if not any(said.startswith(mistake) for mistake in mutants)] == []


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
def fc_backward(dout, cache):
    return dout, dout, dout
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
def conv_matrix(W):
    return [[1, 2], [3]]
def conv_backward_matrix(W):
    return "text"
sgd_momentum = 3
"""


def test_a_hostile_file_costs_each_function_one_sentence_and_the_others_are_graded(tmp_path: Path) -> None:
    found = graded(tmp_path, HOSTILE, seconds=2)
    said = {name: verdict.said for name, verdict in found.items()}
    assert said["fc_forward"] == "did not return within 2 s"
    assert said["fc_backward"] == "waits for fc_forward, whose cache it takes: it did not return within 2 s"
    assert said["conv_matrix"] == "returns rows of uneven lengths for A"
    assert said["conv_backward_matrix"] == "returns str for B, where a NumPy array is needed"
    assert said["sgd_momentum"] == "sgd_momentum is of type int, and must be a function"
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
        ("def f(:\n", "the file cannot be imported: SyntaxError: invalid syntax (line 1)"),
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
    (tmp_path / "mine.py").write_text(code)
    found = grade(tmp_path / "mine.py", "relu_forward", seconds=1)
    [verdict] = found.verdicts
    assert verdict.status in ("absent", "failed")
    assert said in verdict.said
    assert "Traceback" not in found.printed  # of the grader's own process, which is not what the file printed


def test_what_is_wrong_with_the_whole_file_is_told_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)  # a longer name would be folded
    file = Path("mine.py")
    file.write_text("import numpy as np\nimport nowhere_to_be_found\n")
    done = grade(file)
    assert str(done).splitlines() == [
        "! the file cannot be imported: ModuleNotFoundError: No module named",
        "'nowhere_to_be_found' (line 2)",
        "",
        f"0 of {len(known())} right",
    ]
    file.write_text("")
    told = " ".join(str(grade(file)).split())
    assert told == f"- {file} has none of these exercises; `striate exercise list` names them 0 of {len(known())} right"


def test_of_a_group_that_a_file_has_nothing_of_no_more_is_said(tmp_path: Path) -> None:
    (tmp_path / "mine.py").write_text("def sgd(w, dw, config):\n    return w, config\n")
    assert "mine.py has none of these exercises; `striate" in " ".join(
        str(grade(tmp_path / "mine.py", "csce636")).split()
    )


def test_a_notebook_is_no_file_to_be_graded(tmp_path: Path) -> None:
    file = tmp_path / "mine.ipynb"
    file.write_text('{"cells": []}')
    with pytest.raises(DataError, match="is a notebook; save its functions in a Python file"):
        grade(file)


LIVELY = """
import sys, threading, time
threading.Thread(target=time.sleep, args=(60,)).start()
sys.stdout = None
def relu_forward(x):
    threading.Thread(target=time.sleep, args=(60,)).start()
    return x * (x > 0), x
def sgd(w, dw, config):
    w -= config["learning_rate"] * dw  # in place, as the course's own does
    return w, config
def sgd_momentum(w, dw, config):
    dw *= 0.9
    return w, config
def rmsprop(w, dw, config):
    return rmsprop(w, dw, config)
"""


def test_threads_are_not_waited_for_and_a_step_may_be_taken_in_place(tmp_path: Path) -> None:
    began = time.monotonic()
    found = graded(tmp_path, LIVELY)
    assert time.monotonic() - began < 15  # of the 20 that each may take
    assert (found["relu_forward"].status, found["sgd"].status) == ("right", "right")
    assert found["sgd_momentum"].said == "changes its input dw; write into a copy"
    assert found["rmsprop"].said.startswith("raises RecursionError")


ODD = """
import numpy as np
def relu_forward(x):
    for _ in range(1000): print("x" * 100000)
def fc_forward(x, w, b):
    print("one line")
    return x @ w + b, x
def softmax_loss(x, y):
    return 1.0, [[1, 2], [3]]
def adam(w, dw, config):
    return (w - 0.1).astype(np.float32), config
def rmsprop(w, dw, config):
    return w[None], config
def sgd(w, dw, config):
    return (w - config["learning_rate"] * dw).tolist(), config
def sgd_momentum(w, dw, config):
    return None, config
"""


def test_what_comes_back_in_another_form_is_said_and_a_flood_of_prints_harms_no_other(tmp_path: Path) -> None:
    found = graded(tmp_path, ODD)
    said = {name: verdict.said for name, verdict in found.items()}
    assert said["relu_forward"] == "prints or writes more than 32 MB"
    assert found["fc_forward"].status == "right"
    assert said["softmax_loss"] == "returns rows of uneven lengths for dx"
    assert said["adam"] == "returns next_w of dtype float32, where the inputs are float64"
    assert said["rmsprop"] == "returns next_w of shape (1, 1), where (1,) is needed"
    assert found["sgd"].status == "right"  # a list of numbers is one, too
    assert said["sgd_momentum"] == "returns None for next_w"


UNNAMED = [
    # What learners get wrong without a name for it: the first trial that shows it, and that it is the smallest there is.
    ("relu_backward", "return dout * (cache > 0)", "return dout * (dout > 0)", "x", "[[ 0.3, -0.8, -2. ,  1.5]]"),
    ("conv_forward", "xp[n, :, i*S", "xp[n, :1, i*S", "x", "[[[[-2. ]],\n  [[ 1.5]]]]"),
    ("conv_backward", 'S, P = conv_param["stride"]', "S, P = 1", "x", "[[[[ 1.5, -0.2, -2. ]]]]"),
    ("conv_backward", "dout.sum(axis=(0, 2, 3))", "dout.mean(axis=(0, 2, 3))", "x", "[[[[ 1.5, -0.2, -2. ]]]]"),
    (
        "max_pool_forward",
        ".max(axis=(2, 3))",
        ".max(axis=(2, 3), initial=0)",
        "x",
        "[[[[-1. , -0.5],\n   [-1.5, -0.7]]]]",
    ),
    ("svm_loss", "np.maximum(0, 1 - s * x)", "np.maximum(0, -s * x)", "x", "[-2.]"),
    ("adam", "0.001 * dw**2", "0.001 * abs(dw)", "gradients", "[[-2.],\n [-2.],\n [-2.]]"),
]


@pytest.mark.parametrize(
    ("name", "right", "wrong", "given", "smallest"), UNNAMED, ids=[f"{u[0]}-{k}" for k, u in enumerate(UNNAMED)]
)
def test_a_mistake_without_a_name_is_shown_on_the_smallest_input(
    name: str, right: str, wrong: str, given: str, smallest: str
) -> None:
    code = LOOPS + MODELS
    begin = code.index(f"def {name}(")
    verdict = marked(code[:begin] + code[begin:].replace(right, wrong, 1), name)
    assert (verdict["status"], verdict["mistake"]) == ("wrong", None)
    assert verdict["inputs"][given] == smallest
    assert verdict["expected"] != verdict["returned"]


def test_either_answer_is_right_where_there_is_no_derivative() -> None:
    code = LOOPS.replace("(cache > 0)", "(cache >= 0)").replace("(s * x < 1)", "(s * x <= 1)")
    assert [marked(code, name)["status"] for name in ("relu_backward", "svm_loss")] == ["right", "right"]


def test_numbers_that_differ_are_written_so_that_they_differ() -> None:
    right = np.array([[-0.0, 1.0], [2e-7, -4.0]])
    assert told_apart("out", right, right + np.array([[0, 0], [0, 2e-5]])) == (
        "out",
        "[[ 0.       ,  1.       ],\n [ 0.0000002, -4.       ]]",
        "[[ 0.       ,  1.       ],\n [ 0.0000002, -3.99998  ]]",
    )
    tiny = np.array([1e-5, -2e-5])
    assert told_apart("dx", tiny, -tiny)[1:] == ("[ 1.e-05, -2.e-05]", "[-1.e-05,  2.e-05]")
    large = np.arange(400.0).reshape(20, 20)
    other = large.copy()
    other[15, 7] += 1
    assert told_apart("dx", large, other) == ("dx[15, 7]", "307", "308")
    assert told_apart("loss", 1.0, 1.0 + 1e-6)[1:] == ("1", "1.000001")
    assert written(np.array([-0.0])) == "[0.]"
