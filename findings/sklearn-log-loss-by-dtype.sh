#!/usr/bin/env bash
# scikit-learn 1.9.1: which of two nets has the smaller log loss depends on the type in which the same probabilities are kept.
#
# Of a thousand images the sure net gives 970 a probability of nearly 1 for the right class and 30 one of 1e-14; the careful net
# gives every image .6. float32 holds each of these to seven digits, so one would have guessed that the type changes the seventh.
# But log_loss moves probabilities away from 0 by the precision of the type that they come in, in float32 by 1.2e-7: each of the
# sure net's errors then costs 15.9 and not 32.2, its loss is halved, and the verdict turns. (The logarithms of the same float32
# numbers give .967.) Seen:
#
#     float32: sure 0.4783, careful 0.5108
#     float64: sure 0.9671, careful 0.5108
#     float32, by hand: sure 0.9671, careful 0.5108
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/env"
"$work/env/bin/pip" install --quiet --disable-pip-version-check scikit-learn==1.9.1 scipy==1.17.1 numpy==2.4.6
cat > "$work/run.py" <<'PYTHON'
import numpy as np
from sklearn.metrics import log_loss

labels = np.arange(1000) % 2
rows = np.arange(1000)


def net(right: np.ndarray) -> np.ndarray:
    """The probabilities (1000, 2) of a net that gives the right classes `right`."""
    table = np.empty((1000, 2))
    table[rows, labels], table[rows, 1 - labels] = right, 1 - right
    return table


nets = {"sure": net(np.where(rows < 30, 1e-14, 1 - 1e-14)), "careful": net(np.full(1000, 0.6))}
for kind in (np.float32, np.float64):
    losses = (f"{name} {log_loss(labels, table.astype(kind)):.4f}" for name, table in nets.items())
    print(f"{kind.__name__}:", ", ".join(losses))
losses = (f"{name} {-np.log(table.astype(np.float32)[rows, labels]).mean():.4f}" for name, table in nets.items())
print("float32, by hand:", ", ".join(losses))
PYTHON
seen=$("$work/env/bin/python" "$work/run.py")
echo "$seen"
expected=$(sed -n 's/^#     //p' "$0")
[ "$seen" = "$expected" ] || { echo "this has changed" >&2; exit 1; }
