"""What statements rest on: layouts, small experiments, and pieces of algebra.

A piece lies here when it can be read and tested without the statement that uses it, and it knows none. Claims, derivations
and their checks belong in `striate.proofs.statements`.
"""
