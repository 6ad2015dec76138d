"""What is known of weights, as fields of a recipe."""

from __future__ import annotations

from striate.nets.inputs import Inputs
from striate.training.starting.exported import Input, Normalizing, Resize, Told
from striate.training.starting.fields import of_export, of_inputs


def test_published_weights_say_a_square_and_a_filter_that_is_known() -> None:
    assert of_inputs(None) == {}
    told = of_inputs(Inputs((224, 224, 3), (0.5,) * 3, (0.2,) * 3, filter="bicubic"))
    assert told == {"image_size": 224, "mean": [0.5] * 3, "std": [0.2] * 3, "resize_filter": "bicubic"}
    assert "image_size" not in of_inputs(Inputs((20, 30, 3), (0.5,) * 3, (0.2,) * 3))


def test_an_exported_file_says_its_resizing_and_each_image_by_itself() -> None:
    said = Told(
        input=Input(channels=3, height=32, width=32, resize=Resize(fit="pad")),
        normalization=Normalizing(permuted_pixels=False),
        classes=["a", "b"],
        format=1,
    )
    expected = {"image_size": 32, "resize": "pad", "resize_filter": "bilinear", "standardize": "image"}
    assert of_export(said) == expected
