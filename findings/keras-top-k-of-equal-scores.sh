#!/usr/bin/env bash
# keras 3.15.1: a net that gives each of ten classes the same score has a top-5 and a top-1 accuracy of 1 by the top-k metrics; on
# jax 0.10.2 so has one whose scores are all NaN.
#
# SparseTopKCategoricalAccuracy asks whether fewer than k classes have a higher score than the right one. One would have guessed
# that with k=1 it is the accuracy, .1 here. Equal scores are not rare: a net whose last ReLU has died gives them for each image,
# and a sure one in low precision gives 0 to all classes but one (the last line: of answers that are all wrong, and whose
# probabilities are 1 and nine zeros, the top-2 accuracy is 1, though the place of the right class is unknown). Of NaN no
# comparison is true, so that on jax no class is higher: a net that has diverged looks perfect. Nothing is said. Seen:
#
#     numpy, equal scores: accuracy 0.1, top-1 1.0, top-5 1.0
#     numpy, NaN: accuracy 0.1, top-1 0.0, top-5 0.0
#     numpy, sure and wrong: accuracy 0.0, top-1 0.0, top-2 1.0
#     jax, equal scores: accuracy 0.1, top-1 1.0, top-5 1.0
#     jax, NaN: accuracy 0.1, top-1 1.0, top-5 1.0
#     jax, sure and wrong: accuracy 0.0, top-1 0.0, top-2 1.0
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/env"
"$work/env/bin/pip" install --quiet --no-compile --disable-pip-version-check keras==3.15.1 jax==0.10.2 numpy==2.4.6
cat > "$work/run.py" <<'PYTHON'
import keras
import numpy as np
from keras.metrics import SparseCategoricalAccuracy, SparseTopKCategoricalAccuracy

labels = np.arange(10)
sure = np.eye(10, dtype=np.float32)[(labels + 1) % 10]


def told(scores: np.ndarray, several: int) -> str:
    metrics = {"accuracy": SparseCategoricalAccuracy()}
    metrics |= {f"top-{k}": SparseTopKCategoricalAccuracy(k=k) for k in (1, several)}
    for metric in metrics.values():
        metric.update_state(labels, scores)
    return ", ".join(f"{name} {float(metric.result()):.1f}" for name, metric in metrics.items())


backend = keras.backend.backend()
print(f"{backend}, equal scores:", told(np.full((10, 10), 0.1, np.float32), 5))
print(f"{backend}, NaN:", told(np.full((10, 10), np.nan, np.float32), 5))
print(f"{backend}, sure and wrong:", told(sure, 2))
PYTHON
seen=$(for backend in numpy jax; do
    KERAS_HOME="$work/home" KERAS_BACKEND=$backend "$work/env/bin/python" -W ignore "$work/run.py" 2> "$work/warnings" ||
        cat "$work/warnings" >&2
done)
echo "$seen"
expected=$(sed -n 's/^#     //p' "$0")
[ "$seen" = "$expected" ] || { echo "this has changed" >&2; exit 1; }
