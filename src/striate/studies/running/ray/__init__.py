"""Runs on the nodes of a Ray cluster, which need not share a disk: what goes there, what is done there, what comes home."""
