"""`striate sheet` and `striate exercise`: what a course asks, answered, and what it has one write.

A command goes in when its subject is a course rather than one net or study. How a sheet is answered is in
`striate.app.sheets`, and how an exercise is graded in `striate.scratch.exercises`.
"""
