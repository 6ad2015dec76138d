"""What computes under the one loop: PyTorch or the layers by hand, set up from a recipe, evaluated in pieces.

What keeps the protocol of `engine` goes in, with what sets the machine up for it. What is the same for every engine is in
`striate.training.loop`, and the layers by hand themselves are in `striate.scratch`.
"""
