"""From facts to sentences: what is observed, commented on and reported, so that other numbers give other sentences.

A sentence goes in as a function of what was found, never as a text about one outcome. Which question it answers is said in
`striate.sheets.builtin`.
"""
