"""A document as files: one page, LaTeX, Markdown, a notebook."""
