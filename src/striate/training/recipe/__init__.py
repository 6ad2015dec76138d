"""The recipe, a frozen value that determines a run, and the rules by which its fields fit together.

A field goes in with its bounds, and with a rule for what it excludes; nothing here opens data or builds a net. What a field
brings about is done in `striate.training.engines`, `striate.training.feed` and `striate.training.schedule`.
"""
