"""A study folder as a run of `striate study` leaves it, with made-up numbers: 6 arms, 3 seeds, one arm that diverges."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

from striate.base.disk.files import write_json, write_text
from striate.nets.measure.anatomy import Anatomy, Layer

HOSTILE = "<script>alert(1)</script>"
ARMS: dict[str, dict[str, Any]] = {
    "baseline": {"norm": "none", "lr": 1e-4},
    "baseline x5": {"norm": "none", "lr": 5e-4},
    "BN x1": {"norm": "batch", "lr": 1e-4},
    "BN x5": {"norm": "batch", "lr": 5e-4},
    "BN x10 & $\\frac{$": {"norm": "batch", "lr": 1e-3},
    HOSTILE: {"norm": "batch", "lr": 3e-3},
}
SLUGS = ("baseline", "baseline-x5", "bn-x1", "bn-x5", "bn-x10", "script")
CLAIMS = {
    "sooner": ("accelerates", "Batch normalization reaches the baseline's accuracy in fewer epochs"),
    "stabler": ("permits larger learning rates", "Batch normalization trains where the baseline fails"),
    "better": ("improves the result", "Batch normalization ends in a higher test accuracy than the baseline"),
}
SEEDS = (0, 1, 2)
EPOCHS = 25
TOPS = (0.801, math.nan, 0.815, 0.8365, 0.8519, 0.8182)
SPEEDS = (6.0, 1.0, 4.0, 3.2, 2.6, 3.0)
ENVIRONMENT = {
    "striate": "0.1.0",
    "torch": "2.15.0",
    "processor": "A Processor",
    "threads": 1,
    "data_fingerprint": "ab" * 32,
    "system": "Linux-6.1-x86_64",
}


def made_anatomy(norm: str = "batch norm", depth: int = 4, size: int = 32) -> Anatomy:
    """Return a plausible net of ``depth`` convolutions, two to a stage, written down by hand."""
    layers: list[Layer] = []
    channels, side, field, jump = 3, size, 1, 1
    for number in range(1, depth + 1):
        filters = min(512, 32 * 2 ** ((number - 1) // 2))
        field += 2 * jump
        shape, weights = (filters, side, side), 9 * channels * filters
        layers.append(
            Layer(
                f"conv{number}", "convolution", "3x3, stride 1, padding 1", shape, weights, weights * side * side, field
            )
        )
        if norm:
            layers.append(Layer(f"norm{number}", norm, "", shape, 2 * filters, 0, field))
        layers.append(Layer(f"act{number}", "relu", "", shape, 0, 0, field))
        channels = filters
        if number % 2 == 0 and side > 2:
            side, field = side // 2, field + jump
            jump *= 2
            layers.append(Layer(f"pool{number}", "max pool", "2x2, stride 2", (channels, side, side), 0, 0, field))
    features = channels * side * side
    layers.append(Layer("flatten", "flatten", "", (features,), 0, 0, None))
    layers.append(Layer("dense1", "dense", "", (128,), (features + 1) * 128, features * 128, None))
    layers.append(Layer("dense_act1", "relu", "", (128,), 0, 0, None))
    layers.append(Layer("dropout1", "dropout", "p = 0.5", (128,), 0, 0, None))
    layers.append(Layer("output", "dense", "", (10,), 1290, 1280, None))
    return Anatomy("convnet", (3, size, size), tuple(layers))


def curve(arm: int, seed: int, epoch: int) -> dict[tuple[str, str], float]:
    """Return the numbers of one epoch: a saturating curve with a small wave instead of noise; arm 1 explodes."""
    wave = 0.012 * math.sin(1.7 * epoch + 2.0 * seed + arm) + 0.01 * (seed - 1)
    if arm == 1:
        loss = 2.4 * 1.6**epoch if epoch < 7 + seed else math.nan
        return {
            ("train", "loss"): loss,
            ("val", "loss"): loss,
            ("train", "accuracy"): 0.1,
            ("val", "accuracy"): 0.1 + wave,
        }
    rise = 1 - math.exp(-(epoch + 1) / SPEEDS[arm])
    val = 0.1 + (TOPS[arm] - 0.1) * rise + wave
    train = min(0.995, 0.1 + 0.86 * rise * (1 + epoch / 160) + wave)
    late = max(0, epoch - 12) * 0.015
    return {
        ("train", "loss"): 2.2 * math.exp(-(epoch + 1) / (3 * SPEEDS[arm])) * (1 + 9 * wave),
        ("val", "loss"): 0.55 + 1.7 * math.exp(-(epoch + 1) / SPEEDS[arm]) + late + 3 * wave,
        ("train", "accuracy"): train,
        ("val", "accuracy"): val,
    }


def write_run(folder: Path, arm: int, seed: int, epochs: int = EPOCHS) -> None:
    """Write one run: of arm 1 one that diverged, else one that finished, or one that runs when ``epochs`` is cut."""
    rows, ended = ["step,epoch,split,metric,value"], epochs
    for epoch in range(1, epochs + 1):
        values = curve(arm, seed, epoch)
        rows += [f"{epoch * 1407},{epoch},{split},{metric},{value!r}" for (split, metric), value in values.items()]
        rows.append(f"{epoch * 1407},{epoch},train,lr,0.0001")
        if math.isnan(values["train", "loss"]):
            ended = epoch
            break
    diverged = ended < epochs
    status = "diverged" if diverged else "finished" if epochs == EPOCHS else "running"
    reason = f"the loss was nan at step {ended * 1407}" if diverged else ""
    folder.mkdir(parents=True)
    write_json(folder / "recipe.json", {"seed": seed})
    write_json(folder / "status.json", {"status": status, "reason": reason, "epoch": ended, "step": ended * 1407})
    write_text(folder / "history.csv", "\n".join(rows) + "\n")
    write_text(
        folder / "timing.csv",
        "step,epoch,seconds\n" + "".join(f"{e * 1407},{e},{e * 11.5}\n" for e in range(1, ended + 1)),
    )
    write_json(folder / "environment.json", ENVIRONMENT)
    write_json(folder / "anatomy.json", made_anatomy("" if arm < 2 else "batch norm").to_json())


def write_study(folder: Path) -> None:
    """Write study.json and all runs, without a verdict."""
    folder.mkdir(parents=True, exist_ok=True)
    base = {
        "net": "convnet-cs7150", "net_options": {"dropout": 0.5}, "data": "cifar10", "optimizer": "adam", "lr": 1e-4,
        "schedule": "inverse-time", "decay": 1e-6, "batch_size": 32, "epochs": EPOCHS, "validate_on_test": False, "seed": 0,
    }  # fmt: skip
    write_json(
        folder / "study.json",
        {
            "format": 1,
            "name": "batchnorm",
            "question": "Does batch normalization help?",
            "base": base,
            "arms": [{"name": n, "slug": s, "changes": c} for (n, c), s in zip(ARMS.items(), SLUGS, strict=True)],
            "seeds": list(SEEDS),
            "claims": [{"kind": k, "name": n, "statement": s} for k, (n, s) in CLAIMS.items()],
            "notes": [],
        },
    )
    for arm, slug in enumerate(SLUGS):
        for seed in SEEDS:
            write_run(folder / "runs" / slug / str(seed), arm, seed)


def comparison(treatment: str, effect: float, half: float, confidence: float = 0.9875) -> dict[str, Any]:
    return {
        "treatment": treatment, "control": "baseline", "n_treatment": 3, "n_control": 3, "mean_treatment": 0.8 + effect,
        "mean_control": 0.8, "sd_treatment": 0.004, "sd_control": 0.003, "effect": effect, "low": effect - half,
        "high": effect + half, "confidence": confidence, "detectable": 0.011, "probability": 1.0, "resolution": 0.0001,
    }  # fmt: skip


def verdict(
    kind: str, answer: str, compared: list[Any], detectable: float, needed: int | None, reason: str, details: Any
) -> dict[str, Any]:
    name, statement = CLAIMS[kind]
    return {
        "claim": name, "statement": statement, "kind": kind, "answer": answer, "reason": reason, "comparisons": compared,
        "detectable": detectable, "seeds_needed": needed, "details": details,
    }  # fmt: skip


def write_verdict(folder: Path) -> None:
    """Write verdict.json: one claim of each kind and each answer, the table of the arms, no failures."""
    names = list(ARMS)
    better = [comparison(name, top - 0.801, 0.009) for name, top in zip(names[2:], TOPS[2:], strict=True)]
    sooner = {**comparison("BN x5", 9.33, 2.1, 0.95), "detectable": 3.2}
    score = {"mean": 0.8012345, "sd": 0.0034, "low": 0.7928, "high": 0.8097, "n": 3}
    arms = [
        {
            "name": name,
            "n": 3,
            "states": {"stable": 0 if number == 1 else 3, "at chance": 0, "diverged": 3 if number == 1 else 0},
            "final": score | ({} if number != 1 else {"mean": 0.1, "sd": 0.0, "low": 0.1, "high": 0.1}),
            "best": score | {"mean": 0.8034},
            "test": None if number == 1 else score | {"mean": 0.7991},
        }
        for number, name in enumerate(names)
    ]
    rates = [
        {"arm": name, "lr": ARMS[name]["lr"], "n": 3, "stable": 3, "at chance": 0, "diverged": 0} for name in names[2:]
    ]
    interval = "95 % interval +7.2 to +11.4, n = 3 against 3"
    times = [
        {"arm": "BN x5", "n": 3, "reached": 3, "mean_epochs": 11.7, "epochs": {"0": 11, "1": 12, "2": 12}},
        {"arm": "baseline", "n": 3, "reached": 1, "mean_epochs": 23.3, "epochs": {"0": 20, "1": None, "2": None}},
    ]
    shared = [{"lr": 5e-4, "treatment": "3 of 3", "control": "0 of 3", "p": 0.1}]
    verdicts = [
        verdict(
            "sooner", "supported", [sooner], 3.2, None,
            f"to 0.8012, the mean final accuracy of baseline, BN x5 takes 11.7 epochs and baseline 23.3 ({interval})",
            {"margin": 1.0, "target": 0.80123, "horizon": 25, "arms": times},
        ),
        verdict(
            "stabler", "undecided", [], math.inf, 4,
            "at 0.0005 3 of 3 runs of the treatment and 0 of 3 of the control are stable (Fisher's exact test, p = 0.1)",
            {"treatment": {"largest_stable": 0.003, "or_more": True, "arms": rates}, "shared": shared},
        ),
        verdict(
            "better", "supported", better, 0.0113, None,
            "of 4 arms, BN x10 differs from baseline by +0.0509 in test accuracy of the best-validation checkpoint",
            {"margin": 0.005, "measure": "test"},
        ),
    ]  # fmt: skip
    write_json(
        folder / "verdict.json", {"format": 1, "study": "batchnorm", "verdicts": verdicts, "arms": arms, "failures": {}}
    )
