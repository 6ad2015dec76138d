"""Sentences of the library name parameters; those of the command line name options."""

from __future__ import annotations

import pytest

from striate.app.options.flags import in_flags


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("choose another `out`", "choose another --out"),
        ("leave out `test_flips`", "leave out --test-flips"),
        ("it belongs to `engine=scratch`", "it belongs to --engine scratch"),
        ("`keep_every=5` keeps every fifth", "--set keep_every=5 keeps every fifth"),
        ("leave `settings` out, or `image_shape`", "leave --set out, or --input"),
        ("differs in `lower`", "differs in --lower-is-better"),
        ('two, each as `arm="a: lr=1"`', 'two, each as --arm "a: lr=1"'),
        ("a name of `striate list data`, or `channel`", "a name of `striate list data`, or `channel`"),
    ],
)
def test_parameters_become_options(said: str, shown: str) -> None:
    assert in_flags(said) == shown
