"""Probes of single channels: which images, patches and synthetic images excite one, and which pixels a cell sees.

A probe goes in when it asks what a channel or a cell inside the net answers to. One that explains the score of a class
belongs in `striate.probes.heatmaps`.
"""
