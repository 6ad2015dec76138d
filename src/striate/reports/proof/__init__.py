"""A proof as a page and as LaTeX."""
