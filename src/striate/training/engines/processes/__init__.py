"""One run on several processes: each computes its part of every batch, and all hold the same weights."""
