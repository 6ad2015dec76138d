"""Weights files whose headers lie: refused in a sentence before the reader that would believe them."""

from __future__ import annotations

import struct
import warnings
import zipfile
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file

from striate.base.disk import foreign
from striate.base.errors import NetError
from striate.nets.weights.file_checks import header_of
from striate.nets.weights.tensors import read_weights

STATE = {"w": torch.arange(6.0).reshape(2, 3)}


def with_header(path: Path, text: str, length: int | None = None, data: bytes = bytes(24)) -> Path:
    content = text.encode()
    path.write_bytes(struct.pack("<Q", len(content) if length is None else length) + content + data)
    return path


ENTRY = '"w": {"dtype": "F32", "shape": [2, 3], "data_offsets": [0, 24]}'


def test_an_honest_header_is_read(tmp_path: Path) -> None:
    save_file(STATE, tmp_path / "w.safetensors", {"a": "b"})
    assert header_of(tmp_path / "w.safetensors")["__metadata__"] == {"a": "b"}
    path = with_header(tmp_path / "x.safetensors", f"{{{ENTRY}}}")
    assert read_weights(path)["w"].shape == (2, 3)


@pytest.mark.parametrize(
    ("text", "length", "said"),
    [
        (f"{{{ENTRY}, {ENTRY}}}", None, r"\(w is there twice\); fetch it again"),
        ('{"__metadata__": {"a": "b", "a": "c"}, ' + ENTRY + "}", None, r"\(a is there twice\)"),
        (f"{{{ENTRY}}}", 2**62, r"its header would have 4,611,686,018,427,387,904 bytes, and the file has \d+"),
        (f"{{{ENTRY}}}", 0, "its header would have 0 bytes"),
        ("[1, 2]", None, "its header is not a list of tensors"),
        ("{" * 40, None, "is not a whole safetensors file"),
        ("[" * 100_000, None, r"\(maximum recursion depth|is not a whole"),
        ('{"w": 5}', None, "is not a whole safetensors file"),
        ('{"w": {"dtype": "F99", "shape": [1], "data_offsets": [0, 4]}}', None, "is not a whole safetensors file"),
        ('{"w": {"dtype": "F32", "shape": [99999999999999], "data_offsets": [0, 24]}}', None, "is not a whole"),
        ('{"w": {"dtype": "F32", "shape": [2, 3], "data_offsets": [24, 0]}}', None, "is not a whole safetensors file"),
        ("\xff\xfe", None, "is not a whole safetensors file"),
        ("{}", None, "is not a whole safetensors file|holds no tensor"),
    ],
)
def test_a_header_that_lies_is_refused(tmp_path: Path, text: str, length: int | None, said: str) -> None:
    with pytest.raises(NetError, match=said):
        read_weights(with_header(tmp_path / "w.safetensors", text, length))


def repacked(path: Path, method: int = zipfile.ZIP_STORED, twice: bool = False) -> Path:
    """Write the members of a PyTorch file anew, and the first of them twice if so asked."""
    torch.save(STATE, path)
    with zipfile.ZipFile(path) as old:
        members = {name: old.read(name) for name in old.namelist()}
    with zipfile.ZipFile(path, "w", method) as made, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that a name is there twice
        for name, content in [*members.items(), *([next(iter(members.items()))] if twice else [])]:
            made.writestr(name, content)
    return path


def test_a_compressed_file_is_read_within_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = repacked(tmp_path / "w.pt", zipfile.ZIP_DEFLATED)
    assert torch.equal(read_weights(path)["w"], STATE["w"])
    monkeypatch.setattr(foreign, "free_memory", lambda: 10)
    with pytest.raises(
        NetError, match=r'w\.pt" is refused: it would fill \d+ bytes of memory, and 10 bytes may be used; save'
    ):
        read_weights(path)


def test_a_doubled_member_and_a_false_size_are_refused(tmp_path: Path) -> None:
    with pytest.raises(
        NetError, match=r'w\.pt" is refused: w/data\.pkl is in it twice; save net\.state_dict\(\) alone'
    ):
        read_weights(repacked(tmp_path / "w.pt", twice=True))
    path = repacked(tmp_path / "w.pt", zipfile.ZIP_DEFLATED)
    raw = bytearray(path.read_bytes())
    at = raw.index(b"PK\x01\x02") + 24  # the unpacked size of the first member, in the directory at the end
    raw[at : at + 4] = struct.pack("<I", 2_000_000_000)
    path.write_bytes(raw)
    with pytest.raises(NetError, match=r"is encrypted, or says that \d+ bytes unpack to 2\.0 GB"):
        read_weights(path)


def test_the_older_form_speaks_of_no_more_numbers_than_it_has_bytes(tmp_path: Path) -> None:
    torch.save(STATE, tmp_path / "w.pt", _use_new_zipfile_serialization=False)
    assert torch.equal(read_weights(tmp_path / "w.pt")["w"], STATE["w"])
    raw = (tmp_path / "w.pt").read_bytes()
    assert raw.count(b"K\x06") == 1  # the storage's numbers
    (tmp_path / "w.pt").write_bytes(raw.replace(b"K\x06", b"J\x00\x00\x00\x7f"))
    with pytest.raises(NetError, match=r"is refused: it speaks of 2,130,706,432 numbers, and has \d+ bytes"):
        read_weights(tmp_path / "w.pt")
    (tmp_path / "w.pt").write_bytes(b"")
    with pytest.raises(NetError, match="is damaged or holds more than weights"):
        read_weights(tmp_path / "w.pt")
