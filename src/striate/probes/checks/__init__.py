"""Checks of heatmaps: does a map depend on the weights, and does it say what the net needs?

A further check may go in; it gives undefined where a map is blank, never a pass. The maps themselves are made in
`striate.probes.heatmaps`.
"""
