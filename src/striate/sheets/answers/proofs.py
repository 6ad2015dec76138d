"""What a proof settles, with how it was checked; a proof with a failed check is said to be open."""

from __future__ import annotations

from typing import TYPE_CHECKING

from striate.base.errors import listed

if TYPE_CHECKING:
    from striate.proofs.proof import Proof


def held(proof: Proof, what: str) -> tuple[str, ...]:
    """Return that ``what`` holds, or which checks say otherwise."""
    failed = [check.name for check in proof.checks if not check.passed]
    if failed or not proof.checks:
        return (f"This is not shown here: {listed(failed) or 'no check'} did not pass.",)
    return (f"{what}: the derivation below is checked in {len(proof.checks)} ways, all of which agree.",)


def one_one(proof: Proof) -> tuple[str, ...]:
    """Return the answer to whether a 1x1 convolution is a multiplication by a scalar."""
    if not proof.holds:
        return held(proof, "")
    return (
        "Sometimes. It is one exactly if the matrix that mixes the channels is a multiple of the identity and "
        "there is no bias; "
        "one channel in and one out, without a bias, is a special case. Otherwise each output channel is a "
        "weighted sum of the "
        f"input channels, the same at every place. All {len(proof.checks)} checks agree.",
    )


def blocks_compared(proof: Proof) -> tuple[str, ...]:
    """Return how many weights the two residual blocks have, which has fewer, and why they are so near."""
    sizes, counts = proof.parameters, proof.values["parameters"]
    named = f"standard, {sizes['channels']} channels", f"bottleneck, {sizes['bottleneck']} channels"
    standard, bottleneck = (int(counts[name]["weights alone"]) for name in named)
    word = "fewer than" if bottleneck < standard else "more than" if bottleneck > standard else "as many as"
    return (
        f"The standard block of {sizes['channels']} channels has {standard:,} weights, the bottleneck block of "
        f"{sizes['bottleneck']} channels {bottleneck:,}: {word} the standard block, though it is "
        f"{sizes['bottleneck'] / sizes['channels']:g} times as wide, for its 3x3 convolution works on a quarter "
        f"of the channels. "
        "The size of the images and of the batch do not enter.",
    )


def shape_of(proof: Proof, case: str) -> tuple[str, ...]:
    """Return the shape of mean and variance after a dense layer or a convolution, and over what they are taken."""
    if not proof.holds:
        return held(proof, "")
    over = "the N images" if case == "dense" else "the N images and all H x W places"
    tensor = "N x C" if case == "dense" else "N x H x W x C"
    return (f"Both have the shape C, one number for each channel, taken over {over} of {tensor}.",)


def sizes_compared(proof: Proof) -> tuple[str, ...]:
    """Return outputs, parameters and multiplications of the dense layer and the convolution, and what the sharing saves."""
    names = proof.values["counts"]
    dense, conv = (dict(zip(names, proof.values[layer], strict=True)) for layer in ("dense", "convolution"))
    saved = dense["parameters"] / conv["parameters"]
    return (
        f"The dense layer gives {dense['outputs']:,} numbers with {dense['parameters']:,} parameters and "
        f"{dense['multiplications']:,} multiplications; the convolution gives {conv['outputs']:,} numbers with "
        f"{conv['parameters']:,} parameters and {conv['multiplications']:,} multiplications, "
        f"so the dense layer has {saved:,.4g} times as many parameters, which is what sharing "
        f"{'saves' if saved > 1 else 'costs'}.",
    )
