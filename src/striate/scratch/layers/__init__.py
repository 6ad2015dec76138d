"""The layers and losses, one a file, each forward pass beside its backward pass.

A layer belongs here with its formula, its shapes and a row in `striate.scratch.gradcheck_cases`.
"""
