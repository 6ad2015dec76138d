#!/usr/bin/env bash
# torchmetrics 1.9.0: the expected calibration error of a net whose answers are a little surer is three times as large, .045
# instead of .015, though each of its probabilities is in the bin in which it was.
#
# Of two hundred images, half have a probability of .97 and are all right; of the other half 94 of 100 are right, with a score
# that is higher than the other class's by 15, or by 20. All probabilities lie in the last of 15 bins, .933 to 1: its mean
# confidence is .985, its accuracy .97, the error .015. But the softmax of 20 and 0 is exactly 1 in float32 (of 15 and 0 it is
# 1 - 3e-7), and what is exactly 1 goes into a bin of its own behind the last: there the surer half errs by .06, and the other,
# now alone in its bin, by .03. One would have guessed that the last bin ends with 1 and holds it. Seen:
#
#     scores apart by 15: 0.0150, in 15 bins by hand: 0.0150
#     scores apart by 20: 0.0450, in 15 bins by hand: 0.0150
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/env"
"$work/env/bin/pip" install --quiet --no-compile --disable-pip-version-check torchmetrics==1.9.0 torch==2.13.0 numpy==2.4.6
cat > "$work/run.py" <<'PYTHON'
import numpy as np
import torch
from torchmetrics.classification import MulticlassCalibrationError

BINS = 15
labels = np.zeros(200, dtype=np.int64)
labels[-6:] = 1


def by_hand(probabilities: np.ndarray) -> float:
    confidence, right = probabilities.max(1), probabilities.argmax(1) == labels
    number = np.minimum((confidence * BINS).astype(int), BINS - 1)
    return sum(abs((right - confidence)[number == b].sum()) for b in range(BINS)) / len(labels)


for apart in (15, 20):
    scores = torch.zeros(len(labels), 2)
    scores[:100, 0], scores[100:, 0] = np.log(0.97 / 0.03), apart
    probabilities = scores.softmax(1)
    error = MulticlassCalibrationError(num_classes=2, n_bins=BINS, norm="l1")(probabilities, torch.from_numpy(labels))
    print(f"scores apart by {apart}: {error:.4f}, in {BINS} bins by hand: {by_hand(probabilities.numpy()):.4f}")
PYTHON
seen=$("$work/env/bin/python" "$work/run.py")
echo "$seen"
expected=$(sed -n 's/^#     //p' "$0")
[ "$seen" = "$expected" ] || { echo "this has changed" >&2; exit 1; }
