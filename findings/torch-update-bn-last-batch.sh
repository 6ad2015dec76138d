#!/usr/bin/env bash
# torch 2.13.0: update_bn, the pass over all images that gives averaged weights their batch-norm statistics, lets one image count
# as much as 128 others, if it is alone in the last batch.
#
# torch.optim.swa_utils.update_bn takes the mean over the batches, each with the same weight, however many images it has. One
# would have guessed the mean of the images, for the function is given them all. Of 129 images, 128 of which are about 0 and one
# is 10, the mean is .08; with batches of 128 it becomes 5. The variance is the mean of those within the batches: what lies
# between the batches is lost, so that images in the order of their classes have nearly none. Nothing is said. Seen:
#
#     129 images, as computed by hand: mean 0.08, variance 0.78
#     129 images, one batch: mean 0.08, variance 0.78
#     129 images, batches of 128: mean 5.00, variance 0.01
#     two classes of 64, as computed by hand: mean 0.00, variance 1.01
#     two classes of 64, in batches of 64, shuffled: mean 0.00, variance 1.01
#     two classes of 64, in batches of 64, one class after the other: mean 0.00, variance 0.01
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/env"
"$work/env/bin/pip" install --quiet --no-compile --disable-pip-version-check torch==2.13.0 numpy==2.4.6
cat > "$work/run.py" <<'PYTHON'
import torch
from torch import nn
from torch.optim.swa_utils import update_bn

generator = torch.Generator().manual_seed(0)


def told(mean: torch.Tensor, variance: torch.Tensor) -> str:
    return f"mean {abs(mean.item()):.2f}, variance {variance.item():.2f}"


def by_update(images: torch.Tensor, size: int) -> str:
    norm = nn.BatchNorm2d(1)
    update_bn(images.split(size), norm)
    return told(norm.running_mean, norm.running_var)


few = 0.1 * torch.randn(129, 1, 4, 4, generator=generator)
few[:128] -= few[:128].mean()
few[128] = 10
print("129 images, as computed by hand:", told(few.mean(), few.var()))
print("129 images, one batch:", by_update(few, 129))
print("129 images, batches of 128:", by_update(few, 128))
classes = 0.1 * torch.randn(128, 1, 4, 4, generator=generator)
classes += (torch.arange(128) // 64 * 2 - 1 - classes.mean()).reshape(-1, 1, 1, 1)
print("two classes of 64, as computed by hand:", told(classes.mean(), classes.var()))
shuffled = classes[torch.randperm(128, generator=generator)]
print("two classes of 64, in batches of 64, shuffled:", by_update(shuffled, 64))
print("two classes of 64, in batches of 64, one class after the other:", by_update(classes, 64))
PYTHON
seen=$("$work/env/bin/python" "$work/run.py" 2> "$work/warnings") || { cat "$work/warnings" >&2; exit 1; }
echo "$seen"
expected=$(sed -n 's/^#     //p' "$0")
[ "$seen" = "$expected" ] || { echo "this has changed" >&2; exit 1; }
