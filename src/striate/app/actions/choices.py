"""What an argument of an action may be where it is one of a few words; nothing else, so that a help text loads no more."""

from __future__ import annotations

from typing import Literal

Engine = Literal["torch", "scratch"]
"""Whose nets are meant: PyTorch's, or those by hand."""
ExportFormat = Literal["onnx", "safetensors", "program"]
On = Literal["val", "test"]
"""Whose images are classified."""
Sampler = Literal["grid", "optuna"]
"""How a study of a range finds its values."""
StudyFormat = Literal["svg", "pdf", "tex", "csv", "md", "txt"]
"""How charts (svg, pdf), tables (tex, csv) and the paragraph for a paper (tex, md, txt) of a study are written."""
SheetBudget = Literal["quick", "evening", "full"]
"""How much a sheet trains; `striate.sheets.work` says what each is."""
SheetFormat = Literal["html", "tex", "md", "ipynb"]
"""How the document of a sheet is written."""
