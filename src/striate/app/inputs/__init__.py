"""What a person names becomes what a command works on: a net, pictures, changes of a recipe, an exported file, an address.

Everything that may be a stranger's enters here, so bounds and refusals go in too. What the names of nets and data sets stand
for is settled in `striate.nets` and `striate.data`, and how an option is written in `striate.app.options`.
"""
