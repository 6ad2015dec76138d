#!/usr/bin/env bash
# torchmetrics 1.9.0: a MetricCollection of top-1 and top-5 accuracy (MulticlassAccuracy) gives the top-1 accuracy for both, if
# the net answers every image of the first batch right.
#
# The collection looks for metrics that can share their counters, to count once for several. One would have guessed that it
# compares what they are set to; it compares the numbers that they hold after the first batch, and stays with what it found,
# after reset() too. Over a first batch that is all right both accuracies hold the same counts, so from then on both report
# what the first of them counts. The same batches with another one first are counted right, and so are all with
# compute_groups=False. Nothing is said. Seen:
#
#     an all-right batch first: top-1 0.3800, top-5 0.3800
#     the next epoch, after reset(): top-1 0.3474, top-5 0.3474
#     the same batches, that one last: top-1 0.3800, top-5 0.8900
#     that one first, compute_groups=False: top-1 0.3800, top-5 0.8900
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/env"
"$work/env/bin/pip" install --quiet --no-compile --disable-pip-version-check torchmetrics==1.9.0 torch==2.13.0 numpy==2.4.6
cat > "$work/run.py" <<'PYTHON'
import numpy as np
import torch
from torchmetrics import MetricCollection
from torchmetrics.classification import MulticlassAccuracy

CLASSES = 10
rng = np.random.default_rng(0)


def batch(margin: float) -> tuple[torch.Tensor, torch.Tensor]:
    """One image of each class; `margin` is what the score of the right class has above the others, on average."""
    labels = np.arange(CLASSES)
    scores = rng.normal(size=(CLASSES, CLASSES)) + margin * np.eye(CLASSES)
    return torch.from_numpy(scores), torch.from_numpy(labels)


def told(metrics: MetricCollection, batches: list) -> str:
    for scores, labels in batches:
        metrics.update(scores, labels)
    values = metrics.compute()
    return f"top-1 {values['top1']:.4f}, top-5 {values['top5']:.4f}"


def collection(**options: bool) -> MetricCollection:
    return MetricCollection({f"top{k}": MulticlassAccuracy(num_classes=CLASSES, top_k=k) for k in (1, 5)}, **options)


easy, rest = batch(20), [batch(1) for _ in range(19)]
metrics = collection()
print("an all-right batch first:", told(metrics, [easy, *rest]))
metrics.reset()
print("the next epoch, after reset():", told(metrics, rest))
print("the same batches, that one last:", told(collection(), [*rest, easy]))
print("that one first, compute_groups=False:", told(collection(compute_groups=False), [easy, *rest]))
PYTHON
seen=$("$work/env/bin/python" "$work/run.py")
echo "$seen"
expected=$(sed -n 's/^#     //p' "$0")
[ "$seen" = "$expected" ] || { echo "this has changed" >&2; exit 1; }
