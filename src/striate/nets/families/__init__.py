"""The nets that Striate builds, one family a file, with their options; and the layers that they share.

A net belongs here when each of its switches is a field of its options and its taps have names. One that another library
builds belongs in `striate.nets.published`.
"""
