"""Printing through CUPS: what reaches the printer is the very PDF, and nothing of it is left behind."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from kiosk.domain.documents import FormKey, FormKind
from kiosk.services.documents import printer
from kiosk.services.documents.printer import PrintFailed, PrintFault, send_to_printer
from kiosk.services.school import School
from kiosk.services.signing.family_forms import Papers
from tests.builders.filled_school import submit, visitors_of

_QUEUE = "kiosk"
_SECONDS = 30
needs_cups = pytest.mark.skipif(
    any(shutil.which(command) is None for command in ("cupsd", "lp", "lpadmin", "lpstat"))
    or not Path("/usr/lib/cups/backend/socket").exists()
    or os.geteuid() != 0,
    reason="CUPS is not installed (make test-tools), or not run as root",
)


class Listener:
    """A printer of ten lines: takes what comes on a port of its own."""

    def __init__(self) -> None:
        self._server = socket.create_server(("127.0.0.1", 0))
        self.port = self._server.getsockname()[1]
        self.received: list[bytes] = []
        self.done = threading.Event()
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self) -> None:
        connection, _address = self._server.accept()
        with connection, connection.makefile("rb") as stream:
            self.received.append(stream.read())
        self.done.set()

    def close(self) -> None:
        self._server.close()


def _wait(command: list[str], words: str) -> None:
    deadline = time.monotonic() + _SECONDS
    while words not in subprocess.run(command, capture_output=True, text=True, check=False).stdout:
        assert time.monotonic() < deadline, f"{command} does not say {words}"
        time.sleep(0.05)


@pytest.fixture
def listener() -> Iterator[Listener]:
    listener = Listener()
    yield listener
    listener.close()


@pytest.fixture
def cups(listener: Listener, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A print server of the test's own with one raw queue; gives its folder.

    Not in pytest's folder, which is closed to the user that CUPS prints as.
    """
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    folder = Path(tempfile.mkdtemp(prefix="cups"))
    for name in ("spool", "cache", "state", "tmp", "logs"):
        (folder / name).mkdir(parents=True)
    folder.chmod(0o755)
    (folder / "cupsd.conf").write_text(
        f"Listen 127.0.0.1:{port}\nLogLevel warn\nBrowsing No\nPreserveJobFiles No\nDefaultAuthType None\n"
        "<Location />\nOrder allow,deny\nAllow all\n</Location>\n"
        "<Policy default>\n<Limit All>\nOrder deny,allow\n</Limit>\n</Policy>\n"
    )
    (folder / "cups-files.conf").write_text(
        f"SystemGroup root\nServerRoot {folder}\nRequestRoot {folder}/spool\nTempDir {folder}/tmp\n"
        f"CacheDir {folder}/cache\nStateDir {folder}/state\nAccessLog {folder}/logs/access\n"
        f"ErrorLog {folder}/logs/error\nPageLog {folder}/logs/page\n"
    )
    command = ["cupsd", "-f", "-c", str(folder / "cupsd.conf"), "-s", str(folder / "cups-files.conf")]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        monkeypatch.setenv("CUPS_SERVER", f"127.0.0.1:{port}")
        _wait(["lpstat", "-r"], "is running")
        uri = f"socket://127.0.0.1:{listener.port}"
        made = subprocess.run(
            ["lpadmin", "-p", _QUEUE, "-E", "-v", uri, "-m", "raw"], capture_output=True, text=True, check=False
        )
        assert made.returncode == 0, made.stderr
        _wait(["lpstat", "-p", _QUEUE], "enabled")
        yield folder
    finally:
        server.terminate()
        server.wait(_SECONDS)
        shutil.rmtree(folder)


@needs_cups
def test_a_raw_queue_gets_the_very_bytes(
    school: School, cups: Path, listener: Listener, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent: list[tuple[bytes, str]] = []

    def send(printer: str, pdf: bytes, title: str) -> None:
        sent.append((pdf, title))
        send_to_printer(printer, pdf, title)

    monkeypatch.setattr("kiosk.services.signing.print_job.send_to_printer", send)
    visitor = visitors_of(school)[0]
    key = FormKey(FormKind.BINDING, submit(school, visitor, 1).application_id)
    papers = Papers(school.store, replace(school.settings, printer=_QUEUE), school.clock)
    printed = papers.print_own(visitor, [key])
    assert listener.done.wait(_SECONDS)
    ((pdf, title),) = sent
    assert listener.received == [pdf]
    assert title.isascii()
    assert printed.numbers[0] in title
    assert not school.settings.print_folder.exists()
    _wait(["lpstat", "-W", "completed", "-o"], _QUEUE)
    assert pdf not in [file.read_bytes() for file in cups.rglob("*") if file.is_file()]


@needs_cups
def test_an_unknown_printer_says_so(cups: Path) -> None:
    with pytest.raises(PrintFailed) as failed:
        send_to_printer("nowhere", b"%PDF-1.7", "kiosk test")
    assert failed.value.fault is PrintFault.REFUSED


def test_a_machine_without_lp_says_so(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(PrintFailed) as failed:
        send_to_printer(_QUEUE, b"%PDF-1.7", "kiosk test")
    assert failed.value.fault is PrintFault.NO_COMMAND


def test_lp_is_not_waited_for_without_end(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    stuck = tmp_path / "lp"
    stuck.write_text("#!/bin/sh\nexec /bin/sleep 60\n")
    stuck.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(printer, "_LP_TIMEOUT_SECONDS", 0.2)
    with pytest.raises(PrintFailed) as failed:
        send_to_printer(_QUEUE, b"%PDF-1.7", "kiosk test")
    assert failed.value.fault is PrintFault.TOO_SLOW
