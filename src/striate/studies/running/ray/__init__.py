"""Runs on the nodes of a Ray cluster, which need not share a disk: what goes there, what is done there, what comes home.

What imports Ray, or is needed only because no disk is shared, stays in this folder. Nodes that do share the disk are served
by `striate.studies.running.slurm`.
"""
