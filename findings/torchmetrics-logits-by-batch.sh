#!/usr/bin/env bash
# torchmetrics 1.9.0: of a net that separates two classes without a fault, the area under the curve is 1 or .7023 and the
# accuracy 1 or .75, by the order in which the same images come.
#
# The binary metrics take scores or probabilities, and apply the sigmoid themselves where a value lies outside of 0 to 1. One
# would have guessed that this is found out once; it is asked of every batch anew. A batch whose scores all lie between 0 and 1
# is taken for probabilities: a score of .4, which says the second class, counts as 40 % for it, and is ranked below the .45 that
# the sigmoid makes of a -.2 in another batch. Such batches come where images are in the order of their classes, as a test set
# read from folders is, or one at a time. Nothing is said. With probabilities from the start all is right. Seen:
#
#     scores, shuffled, batches of 100: area 1.0000, accuracy 1.0000
#     scores, in the order of the classes: area 0.7023, accuracy 0.7500
#     scores, one image at a time: area 0.7023, accuracy 0.7500
#     probabilities, in the order of the classes: area 1.0000, accuracy 1.0000
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/env"
"$work/env/bin/pip" install --quiet --no-compile --disable-pip-version-check torchmetrics==1.9.0 torch==2.13.0 numpy==2.4.6
cat > "$work/run.py" <<'PYTHON'
import torch
from torchmetrics.classification import BinaryAccuracy, BinaryAUROC

IMAGES = 1000
labels = torch.arange(IMAGES) * 2 // IMAGES
scores = labels - 0.5 + torch.linspace(-0.3, 0.3, IMAGES // 2, dtype=torch.float64).repeat(2)
assert ((scores > 0) == labels).all() and scores[labels == 0].max() < -0.19 and scores[labels == 1].min() > 0.19
shuffled = torch.randperm(IMAGES, generator=torch.Generator().manual_seed(0))


def told(scores: torch.Tensor, labels: torch.Tensor, size: int) -> str:
    area, accuracy = BinaryAUROC(), BinaryAccuracy()
    for some, theirs in zip(scores.split(size), labels.split(size), strict=True):
        area.update(some, theirs)
        accuracy.update(some, theirs)
    return f"area {area.compute():.4f}, accuracy {accuracy.compute():.4f}"


print("scores, shuffled, batches of 100:", told(scores[shuffled], labels[shuffled], 100))
print("scores, in the order of the classes:", told(scores, labels, 100))
print("scores, one image at a time:", told(scores[shuffled], labels[shuffled], 1))
print("probabilities, in the order of the classes:", told(scores.sigmoid(), labels, 100))
PYTHON
seen=$("$work/env/bin/python" "$work/run.py")
echo "$seen"
expected=$(sed -n 's/^#     //p' "$0")
[ "$seen" = "$expected" ] || { echo "this has changed" >&2; exit 1; }
