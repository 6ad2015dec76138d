"""What is asked: arms, seeds and claims fixed beforehand, run, and judged on what is on disk.

Parts import one another, never this door.
"""
