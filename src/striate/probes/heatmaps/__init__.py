"""Heatmaps: for each pixel of an image a number for what it does to the score of a class, one method a file.

A method goes in as its equation with its source. Whether maps mean anything is asked in `striate.probes.checks`, and where an
object is, as a box, in `striate.probes.places`.
"""
