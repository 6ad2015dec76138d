"""What commands do, as functions: typed arguments in, a frozen record out; the page and Python call the same.

What lists, shows, checks, trains or looks inside a net lies here, a subject a file; what shows a net images and counts its
answers is in `striate.app.scoring`, verdicts on other programs' results in `striate.app.judging`, files for other programs in
`striate.app.exporting`, answers to a course in `striate.app.sheets`, and a study in `striate.app.study`. Nothing in these
rooms prints.
"""
