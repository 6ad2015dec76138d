"""The commands that only look: `striate list` and `striate show`, and the cache of photographs. None of them trains."""
