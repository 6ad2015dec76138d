"""The layers and losses, one a file, each forward pass beside its backward pass.

A layer belongs here with its formula, its shapes and a row in `striate.scratch.gradcheck_cases`. What makes it fast belongs
in `striate.scratch.fast`, and what joins layers to a net in `striate.scratch.chain`.
"""
