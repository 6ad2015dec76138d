"""Other programs' logs, read for what they say of runs: one reader a file, each safe with a file that a stranger sent."""
