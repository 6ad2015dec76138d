"""The kinds of claims, one a file, and how each is judged: by comparisons with intervals and the smallest visible effect."""
