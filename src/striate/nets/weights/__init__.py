"""Weights from files into nets: checked headers, tensors without running anything, one sentence for what does not fit."""
