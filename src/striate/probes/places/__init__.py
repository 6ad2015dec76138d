"""Where in a picture a class is: responses, boxes, and scenes in which the truth is known.

What locates a class in pictures of any size, or measures how well that succeeds, goes in. What an answer depends on, pixel by
pixel, belongs in `striate.probes.heatmaps`.
"""
