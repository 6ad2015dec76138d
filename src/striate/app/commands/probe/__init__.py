"""The commands `striate probe NAME`, a module for each kind of probe; `general` serves all that need none of their own.

A kind gets a module here when its options are others than those of `general`; how every probe answers, with pictures and page
written and numbers printed, stands in `present`. Nets and pictures are opened in `striate.app.inputs`, and the probes
themselves are in `striate.probes`.
"""
