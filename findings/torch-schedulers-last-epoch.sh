#!/usr/bin/env bash
# torch 2.13.0: most schedules that are begun again with last_epoch=4 begin at the learning rate of the very start.
#
# Each schedule takes `last_epoch`, the number of the epoch after which it goes on, and refuses it unless the optimizer's groups
# hold an `initial_lr`. With an initial rate of 1 in a fresh optimizer, and last_epoch=4, one would have guessed the rate that
# five epochs lead to. LambdaLR and CosineAnnealingWarmRestarts have it. The others leave the rate of the
# group as it is, and from there go on by the factors of the later epochs: the cosine stays twice as high as it should be, StepLR
# ten times, and LinearLR ends above the initial rate. Nothing is said. The state of the optimizer must be loaded before. Seen:
#
#     LambdaLR: after five epochs 0.0312, begun again 0.0312, two epochs later 0.0078 and 0.0078
#     CosineAnnealingWarmRestarts: after five epochs 0.5000, begun again 0.5000, two epochs later 0.2061 and 0.2061
#     CosineAnnealingLR: after five epochs 0.5000, begun again 1.0000, two epochs later 0.2061 and 0.4122
#     StepLR: after five epochs 0.1000, begun again 1.0000, two epochs later 0.0100 and 0.1000
#     MultiStepLR: after five epochs 0.1000, begun again 1.0000, two epochs later 0.0100 and 0.1000
#     ExponentialLR: after five epochs 0.0312, begun again 1.0000, two epochs later 0.0078 and 0.2500
#     PolynomialLR: after five epochs 0.5000, begun again 1.0000, two epochs later 0.3000 and 0.6000
#     LinearLR: after five epochs 0.5500, begun again 1.0000, two epochs later 0.7300 and 1.3273
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/env"
"$work/env/bin/pip" install --quiet --no-compile --disable-pip-version-check torch==2.13.0 numpy==2.4.6
cat > "$work/run.py" <<'PYTHON'
import torch
from torch.optim import SGD, lr_scheduler

SCHEDULES = {
    "LambdaLR": {"lr_lambda": lambda epoch: 0.5**epoch},
    "CosineAnnealingWarmRestarts": {"T_0": 10},
    "CosineAnnealingLR": {"T_max": 10},
    "StepLR": {"step_size": 3},
    "MultiStepLR": {"milestones": [3, 6]},
    "ExponentialLR": {"gamma": 0.5},
    "PolynomialLR": {"total_iters": 10},
    "LinearLR": {"start_factor": 0.1, "total_iters": 10},
}


class Training:
    def __init__(self, name: str, last_epoch: int) -> None:
        self.optimizer = SGD([{"params": [torch.zeros(1, requires_grad=True)], "lr": 1.0, "initial_lr": 1.0}])
        self.schedule = getattr(lr_scheduler, name)(self.optimizer, last_epoch=last_epoch, **SCHEDULES[name])

    def rate(self, epochs: int) -> float:
        """The learning rate after some more epochs."""
        for _ in range(epochs):
            self.optimizer.step()
            self.schedule.step()
        return self.optimizer.param_groups[0]["lr"]


for name in SCHEDULES:
    whole, again = Training(name, -1), Training(name, 4)
    print(f"{name}: after five epochs {whole.rate(5):.4f}, begun again {again.rate(0):.4f}, ", end="")
    print(f"two epochs later {whole.rate(2):.4f} and {again.rate(2):.4f}")
PYTHON
seen=$("$work/env/bin/python" "$work/run.py" 2> "$work/warnings") || { cat "$work/warnings" >&2; exit 1; }
echo "$seen"
expected=$(sed -n 's/^#     //p' "$0")
[ "$seen" = "$expected" ] || { echo "this has changed" >&2; exit 1; }
