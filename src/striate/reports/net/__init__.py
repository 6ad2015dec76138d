"""The figure of a net and its description in words, made from its anatomy.

What shows the structure of a net goes in, from the anatomy alone, so that no net has to be built. The anatomy is measured in
`striate.nets.measure`, and what a net sees in a picture is shown in `striate.reports.probe`.
"""
