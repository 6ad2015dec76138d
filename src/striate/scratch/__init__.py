"""The same mathematics by hand: NumPy alone, each forward pass beside its backward pass, the formula above both.

It exists to be read, and to bear witness to PyTorch's numbers independently; a layer, loss, rule or model goes in with its
derivation and a case in `gradcheck_cases`. Nets in PyTorch are in `striate.nets`, and what trains either is in
`striate.training`.
"""
