"""What a person names becomes what a command works on: a net from any source, pictures, an exported file, an address.

Everything that may be a stranger's enters here, so bounds and refusals belong here too.
"""
