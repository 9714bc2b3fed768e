"""T30, T31: a blob opens in its own place only; a bad key file is refused with its fault."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from db.key_file import KeyFault, KeyFileError, read_keys, write_keys
from db.keyring import IndexColumn, SealBroken, new_keys, with_new_key

_VALUES = {"national_id": "A123456789", "email": None}


def test_a_sealed_row_opens_in_its_own_place() -> None:
    keys = new_keys()
    blob = keys.seal("applicant", "a" * 32, _VALUES)
    assert keys.open("applicant", "a" * 32, blob) == _VALUES
    assert b"A123456789" not in blob


@pytest.mark.parametrize(("table", "row"), [("applicant", "b" * 32), ("guardian", "a" * 32)])
def test_a_blob_in_another_place_is_refused(table: str, row: str) -> None:
    keys = new_keys()
    with pytest.raises(SealBroken):
        keys.open(table, row, keys.seal("applicant", "a" * 32, _VALUES))


def test_every_flipped_byte_is_refused() -> None:
    keys = new_keys()
    blob = keys.seal("applicant", "a" * 32, _VALUES)
    for position in range(len(blob)):
        changed = blob[:position] + bytes([blob[position] ^ 1]) + blob[position + 1 :]
        with pytest.raises(SealBroken):
            keys.open("applicant", "a" * 32, changed)


def test_after_a_rotation_the_old_key_opens_and_indexes_stay() -> None:
    old = new_keys()
    blob = old.seal("applicant", "a" * 32, _VALUES)
    rotated = with_new_key(old)
    assert rotated.open("applicant", "a" * 32, blob) == _VALUES
    assert not rotated.is_current(blob)
    assert rotated.is_current(rotated.seal("applicant", "a" * 32, _VALUES))
    assert rotated.index(IndexColumn.EMAIL, "x@example.tw") == old.index(IndexColumn.EMAIL, "x@example.tw")
    assert rotated.index(IndexColumn.EMAIL, "x") != rotated.index(IndexColumn.MOBILE, "x")


def test_a_written_key_file_is_read_back(tmp_path: Path) -> None:
    keys = new_keys()
    path = tmp_path / "kiosk.key"
    write_keys(path, keys)
    assert path.stat().st_mode & 0o777 == 0o400
    assert read_keys(path) == keys
    with pytest.raises(KeyFileError) as caught:
        write_keys(path, new_keys())
    assert caught.value.fault is KeyFault.EXISTS
    assert [file.name for file in tmp_path.iterdir()] == ["kiosk.key"]


def _chmod(path: Path) -> None:
    path.chmod(0o644)


def _truncate(path: Path) -> None:
    path.chmod(0o600)
    path.write_bytes(path.read_bytes()[:40])


def _zero(path: Path) -> None:
    path.chmod(0o600)
    content = json.loads(path.read_text())
    content["root"] = "A" * 43 + "="
    path.write_text(json.dumps(content))


def _link(path: Path) -> None:
    path.rename(path.with_name("elsewhere"))
    os.symlink(path.with_name("elsewhere"), path)


@pytest.mark.parametrize(
    ("spoil", "fault"),
    [
        (Path.unlink, KeyFault.MISSING),
        (_chmod, KeyFault.READABLE),
        (_truncate, KeyFault.DAMAGED),
        (_zero, KeyFault.ALL_ZERO),
        (_link, KeyFault.NOT_OURS),
    ],
)
def test_a_bad_key_file_is_refused(tmp_path: Path, spoil: Callable[[Path], None], fault: KeyFault) -> None:
    path = tmp_path / "kiosk.key"
    write_keys(path, new_keys())
    spoil(path)
    with pytest.raises(KeyFileError) as caught:
        read_keys(path)
    assert caught.value.fault is fault


def test_a_key_ring_hides_its_keys_in_its_repr() -> None:
    keys = new_keys()
    assert keys.root.hex() not in repr(keys)
    assert "root" not in repr(keys)
