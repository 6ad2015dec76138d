"""The statements, one a file: what is claimed, its derivation, and the checks that would find it false.

The name of the file is the name of the proof, and `striate.proofs.catalog` lists them. What can be understood without the
statement belongs in `striate.proofs.parts`.
"""
