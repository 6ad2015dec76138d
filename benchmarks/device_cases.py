"""What has to hold on a GPU, case by case, each by itself: training, equal bytes, resuming, probes, export, bfloat16."""

from __future__ import annotations

import signal
import tempfile
import time
import traceback
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

import striate as st
from striate.training.engines.machine import device
from striate.training.loop import Tick

SMALL = st.Recipe(net="convnet", data="digits", net_options={"norm": "batch"}, pad_crop=1, epochs=4, batch_size=64)
EXACT = ("recipe.json", "history.csv")
NEAR = 1e-3  # of the largest magnitude: float32 sums in another order


def learns(folder: Path) -> str:
    """Train on the digits."""
    run = st.train(SMALL, folder / "learns")
    accuracy = st.test(run.folder).accuracy
    assert accuracy > 0.8, accuracy
    return f"test accuracy {accuracy:.3f}"


def repeats(folder: Path) -> str:
    """Train twice: the curves are the same."""
    first, second = (st.train(SMALL, folder / f"equal-{n}").folder for n in range(2))
    return same(first, second)


def resumes(folder: Path) -> str:
    """Stop a run after its second epoch, and go on with it: the curve of a run that was not stopped."""

    def stop(tick: Tick) -> None:
        if tick.val is not None and tick.epoch == 2:
            signal.raise_signal(signal.SIGINT)

    whole = st.train(SMALL, folder / "whole").folder
    stopped = st.train(SMALL, folder / "stopped", watch=stop)
    assert stopped.status == "interrupted", stopped.status
    return same(whole, st.resume(stopped.folder).folder)


def same(first: Path, second: Path) -> str:
    """Compare the files that hold no times."""
    for name in EXACT:
        assert (first / name).read_bytes() == (second / name).read_bytes(), f"{name} differs"
    return "equal to the byte"


def trains_in_bfloat16(folder: Path) -> str:
    """Train in bfloat16, by hardware or emulated."""
    run = st.train(SMALL.change(precision="bfloat16"), folder / "bfloat16")
    best = run.best()
    assert best is not None, run.status
    assert best[1] > 0.8, best
    return f"validation accuracy {best[1]:.3f}"


def probed(name: str, folder: Path) -> str:
    """Compare what a probe finds on the device with what it finds on the processor."""
    opened = st.open_net(st.train(SMALL, folder / "probed").folder)
    pixels = torch.from_numpy(np.random.default_rng(0).standard_normal((4, 1, 8, 8)).astype(np.float32))
    maps: list[Tensor] = []
    for where in (torch.device("cpu"), device()):
        record = getattr(st.probe, name)(opened.net.to(where), pixels.to(where), target=3)
        maps.append(record.heatmap.cpu())
    apart = float((maps[0] - maps[1]).abs().max() / maps[0].abs().max())
    assert apart < NEAR, apart
    return f"device and processor differ by {apart:.1e} of the largest value"


def exports(folder: Path) -> str:
    """Export to ONNX: the file computes what the net computes."""
    made = st.export(st.train(SMALL, folder / "exported").folder, "onnx", folder / "net.onnx")
    assert made.difference is not None, made.checked
    assert made.difference < NEAR, made.difference
    return made.checked


CASES: dict[str, Callable[[Path], str]] = {
    "it learns": learns,
    "a run repeats": repeats,
    "a stopped run goes on": resumes,
    "bfloat16": trains_in_bfloat16,
    **{f"probe {name}": partial(probed, name) for name in ("saliency", "gradcam", "occlusion")},
    "export": exports,
}


def cases() -> int:
    """Try each case, print what came out, return how many failed."""
    failed = 0
    for name, case in CASES.items():
        with tempfile.TemporaryDirectory() as folder:
            began = time.perf_counter()
            try:
                told = case(Path(folder))
            except Exception:
                failed += 1
                told = "FAILED\n" + traceback.format_exc()
        print(f"{name:<24} {told} ({time.perf_counter() - began:.1f} s)", flush=True)
    return failed
