"""A net as a file for other programs: the formats, the graph that takes photographs, and PyTorch's exporters kept silent.

A further format, or a step on the way to one, may go in. What reads such a file again is in `striate.app.inputs`; the weights
that a run keeps for itself are written by `striate.training.folder`.
"""
