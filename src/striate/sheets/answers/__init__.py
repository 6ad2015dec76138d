"""From facts to sentences: what is observed, commented on and reported, so that other numbers give other sentences."""
