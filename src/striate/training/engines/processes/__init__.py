"""One run on several processes: each computes its part of every batch, and all hold the same weights.

What exists only because one run has several processes goes in. Several runs side by side are done by
`striate.studies.running`.
"""
