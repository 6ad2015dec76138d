"""What a data set holds, as a page and a sheet of pictures.

What shows images that no net has judged goes in, as `striate.data.summary` counts them. Where a net is wrong on them is shown
in `striate.reports.run`.
"""
