"""Weights from files into nets: checked headers, tensors without running anything, one sentence for what does not fit.

What reads, checks or adapts weights goes in. Which weights of a run are its best, and how they are written, is said in
`striate.training.folder`.
"""
