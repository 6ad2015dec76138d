"""A proof as a page and as LaTeX.

Another form of the same record, or a picture that one needs, may go in. What is claimed and how it is checked belongs in
`striate.proofs`, and how it is printed in `striate.app.terminal`.
"""
