"""Runs as pages and lists, where a net is wrong, and the chart of a range test.

What shows one run, or the answers of one net, goes in. Runs that are compared are a study, shown in `striate.reports.study`.
"""
