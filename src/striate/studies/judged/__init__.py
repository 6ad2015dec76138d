"""Verdicts on runs that were trained elsewhere: a log becomes arms with seeds, and the claims of a study judge them."""
