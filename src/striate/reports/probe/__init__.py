"""The pages of the probes, one file for each kind of record."""
