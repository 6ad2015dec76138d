"""What the commands do, as functions: typed arguments in, a frozen record out. They print nothing and know no options.

The commands parse, call one of these and print what it returns; a page and Python call the same.
"""
