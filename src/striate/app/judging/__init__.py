"""Verdicts on what other programs did: on what they logged, and on what two commands print."""
