"""Values of a net that are chosen on the validation images, from a grid or by a sampler: widths, filter sizes, dropout rates.

A question goes in when its answer is the value to take, and only the chosen arm meets the test images. What a part of a net
does is asked in `parts` beside this folder, and what a way of training does in `training`.
"""
