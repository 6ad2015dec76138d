"""What can be learned of any net without training it: shapes, costs, windows, feature maps, what passes its taps.

A function goes in when it takes any module and leaves it as it was. One that explains an answer to a person is a probe, and
lies in `striate.probes`.
"""
