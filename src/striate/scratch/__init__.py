"""The same mathematics by hand: NumPy alone, each forward pass beside its backward pass, the formula above both."""
