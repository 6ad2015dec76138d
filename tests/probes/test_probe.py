"""`st.probe`: all probes under one name, loaded when asked for."""

from __future__ import annotations

import subprocess
import sys

import pytest

import striate as st
from striate.probes.catalog import names
from striate.probes.heatmaps.gradcam import gradcam


def test_every_probe_is_there_whatever_was_imported_before() -> None:
    assert st.probe.gradcam is gradcam
    assert dir(st.probe) == sorted(names())
    for name in names():
        assert callable(getattr(st.probe, name))


def test_an_unknown_one_is_told_with_the_list() -> None:
    with pytest.raises(
        AttributeError, match=r'probe "gradcom" is unknown \(did you mean "gradcam"\?\); accepted are saliency, gr'
    ):
        _ = st.probe.gradcom


def test_nothing_heavy_is_loaded_before() -> None:
    code = "import striate as st, sys; st.probe; print('torch' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout.strip() == "False"
