"""A sheet answered: its runs and studies done once, its parts turned into blocks, its document written.

What makes numbers and pictures of a part goes in, since that takes everything that Striate has. What a sheet asks, what is
said of the numbers and how its document looks belong in `striate.sheets`.
"""
