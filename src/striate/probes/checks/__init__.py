"""Checks of heatmaps: does a map depend on the weights, and does it say what the net needs?

A check gives undefined where a map is blank, never a pass.
"""
