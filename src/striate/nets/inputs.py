"""What a net expects of an image, and what its outputs are called."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Inputs:
    """``image_shape`` is (H, W, C); ``mean`` and ``std`` are per channel in units of [0, 1]: x = (pixel / 255 - mean) / std.

    ``per_image``: each image is normalized by its own mean and standard deviation instead (`striate.nets.standardized`);
    ``permuted``: by one fixed permutation the net was shown the pixels in another order.

    ``classes[k]`` is the name of output k; empty where no names are known. ``data`` names the data set that the net was
    trained on; empty where the catalogue of data sets does not have it. ``imagenet`` tells that the outputs are ImageNet's 1000
    classes, whose names `striate.nets.published.imagenet` gives. ``tested`` says how the published weights were tested,
    where that differs from the whole image at this size; ``filter`` is the one by which images were resized then.
    """

    image_shape: tuple[int, int, int]
    mean: tuple[float, ...]
    std: tuple[float, ...]
    classes: tuple[str, ...] = ()
    data: str = ""
    imagenet: bool = False
    tested: str = ""
    filter: str = ""
    per_image: bool = False
    permuted: bool = False


IMAGENET_MEAN = (0.485, 0.456, 0.406)
IMAGENET_STD = (0.229, 0.224, 0.225)

CIFAR10 = Inputs(
    (32, 32, 3),
    IMAGENET_MEAN,
    IMAGENET_STD,
    ("airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"),
    "cifar10",
)
"""Of the published weights of resnet20 to resnet56, which normalize CIFAR-10 by the numbers of ImageNet."""

IMAGENET_PLUS_MINUS_ONE = Inputs(
    (224, 224, 3),
    (0.5, 0.5, 0.5),
    (0.5, 0.5, 0.5),
    tuple(f"class {number}" for number in range(1000)),
    imagenet=True,
)
"""Of the published weights of MobileNet V1: pixels scaled to [-1, 1]; the 1000 classes of ImageNet by number."""
