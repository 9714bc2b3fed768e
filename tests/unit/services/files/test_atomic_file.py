"""T19 for files: whole, the owner's alone, in its place or not at all; what failed was not handed over."""

from __future__ import annotations

import errno
import os
import resource
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from db.errors import StoreUnavailable
from kiosk.services.exports import export_log
from kiosk.services.files.atomic_file import FileRefused, PendingFile, WriteFault
from kiosk.services.imports.oneroster_format import Version
from tests.builders.exports import Handing, opened_handing
from tests.builders.reviews import mother_of


def _put(target: Path, content: bytes, *, replace: bool = False) -> None:
    with PendingFile(target, replace=replace) as pending:
        pending.write(content)
        pending.publish()


def test_a_file_is_private_whatever_the_umask(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        _put(tmp_path / "a.zip", b"whole")
    finally:
        os.umask(before)
    assert (tmp_path / "a.zip").read_bytes() == b"whole"
    assert stat.S_IMODE((tmp_path / "a.zip").stat().st_mode) == 0o600
    assert [file.name for file in tmp_path.iterdir()] == ["a.zip"]


def test_an_existing_file_is_replaced_only_on_request(tmp_path: Path) -> None:
    target = tmp_path / "a.zip"
    target.write_bytes(b"before")
    target.chmod(0o644)
    with pytest.raises(FileRefused) as refused:
        _put(target, b"after")
    assert (refused.value.fault, target.read_bytes()) == (WriteFault.EXISTS, b"before")
    _put(target, b"after", replace=True)
    assert (target.read_bytes(), stat.S_IMODE(target.stat().st_mode)) == (b"after", 0o600)


def test_a_link_is_replaced_and_not_followed(tmp_path: Path) -> None:
    other, target = tmp_path / "other", tmp_path / "a.zip"
    other.write_bytes(b"another's")
    target.symlink_to(other)
    _put(target, b"after", replace=True)
    assert (other.read_bytes(), target.read_bytes(), target.is_symlink()) == (b"another's", b"after", False)
    (tmp_path / "dangling").symlink_to(tmp_path / "nowhere")
    with pytest.raises(FileRefused):
        _put(tmp_path / "dangling", b"after")


@pytest.mark.parametrize(
    ("name", "fault"),
    [("", WriteFault.NOT_A_FILE), ("missing/a.zip", WriteFault.UNWRITABLE), ("a\0b", WriteFault.UNWRITABLE)],
)
def test_an_unusable_path_is_refused(tmp_path: Path, name: str, fault: WriteFault) -> None:
    with pytest.raises(FileRefused) as refused:
        _put(tmp_path / name, b"x", replace=True)
    assert refused.value.fault is fault
    assert list(tmp_path.iterdir()) == []


def test_a_full_disk_leaves_neither_half_nor_whole(tmp_path: Path) -> None:
    target = tmp_path / "a.zip"
    target.write_bytes(b"before")
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, hard))
    try:
        with pytest.raises(FileRefused) as refused:
            _put(target, b"x" * 5000, replace=True)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert (refused.value.fault, target.read_bytes()) == (WriteFault.UNWRITABLE, b"before")
    assert [file.name for file in tmp_path.iterdir()] == ["a.zip"]


@pytest.fixture
def handing(tmp_path: Path) -> Iterator[Handing]:
    with opened_handing(tmp_path) as opened:
        opened.bind(0, mother_of(0))
        yield opened


def _all_four(handing: Handing) -> dict[str, object]:
    service, member, folder = handing.service, handing.registrar, handing.folder
    return {
        "oneroster": lambda: service.oneroster(member, folder / "a.zip", Version.V1_2),
        "office": lambda: service.office(member, folder / "a.csv", as_workbook=False),
        "consents": lambda: service.consents(member, folder / "b.zip"),
        "report": lambda: service.report(member, folder / "c.csv", as_pdf=False),
    }


@pytest.mark.parametrize("kind", ["oneroster", "office", "consents", "report"])
def test_a_failed_write_records_no_export(handing: Handing, monkeypatch: pytest.MonkeyPatch, kind: str) -> None:
    def full(_descriptor: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    act = _all_four(handing)[kind]
    assert callable(act)
    with monkeypatch.context() as patched:
        patched.setattr("kiosk.services.files.atomic_file.os.fsync", full)
        with pytest.raises(FileRefused):
            act()
    assert (list(handing.folder.iterdir()), handing.runs(), handing.told()) == ([], [], [])
    assert handing.audited(f"export.{kind}") == []
    act()
    assert (len(list(handing.folder.iterdir())), len(handing.runs())) == (1, 1)


@pytest.mark.parametrize("kind", ["oneroster", "office", "consents", "report"])
def test_a_failed_record_leaves_no_file(handing: Handing, monkeypatch: pytest.MonkeyPatch, kind: str) -> None:
    def cannot(*_arguments: object, **_options: object) -> None:
        raise StoreUnavailable

    act = _all_four(handing)[kind]
    assert callable(act)
    monkeypatch.setattr(export_log, "_keep", cannot)
    with pytest.raises(StoreUnavailable):
        act()
    assert (list(handing.folder.iterdir()), handing.runs()) == ([], [])


def test_a_name_taken_meanwhile_keeps_the_file_beside_it(tmp_path: Path) -> None:
    target = tmp_path / "a.zip"
    with PendingFile(target, replace=False) as pending:
        pending.write(b"whole")
        target.mkdir()
        with pytest.raises(FileRefused) as refused:
            pending.publish()
    assert refused.value.fault is WriteFault.LEFT_BESIDE
    assert (tmp_path / refused.value.beside).read_bytes() == b"whole"
