"""Heatmaps: for each pixel of an image a number for what it does to the score of a class, one method a file."""
