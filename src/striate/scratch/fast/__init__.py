"""How the layers are made fast: im2col, Winograd, blocks that fit the cache, threads.

A faster way to compute what a layer defines may go in, and is held to the plain formula by tests. The definition stays in
`striate.scratch.layers`, readable without this room.
"""
