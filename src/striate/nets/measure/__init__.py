"""What can be learned of any net without training it: shapes, costs, windows, feature maps, what passes its taps.

The net is left as it was.
"""
