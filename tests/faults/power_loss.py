"""What a disk would hold if the power failed: a traced process's writes, as far as they were waited for.

The trace is strace's (``-f -xx -s …``). A write is safe once its file was synchronised, a new name once its folder
was; everything else may be lost. Memory maps are not seen: SQLite maps only its ``-shm`` file, which it makes anew.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

TRACED = (
    "pwrite64,write,writev,pwritev,fsync,fdatasync,ftruncate,openat,open,creat,close,unlink,unlinkat,rename,renameat,"
    "renameat2,link,linkat,dup,dup2,dup3,fcntl,fallocate,sync_file_range,mkdir,chdir"
)
_LINE = re.compile(r"(?:\[pid +)?(\d+)\]? +(\w+)\((.*)\) += (-?\d+)")
_STRING = re.compile(r'"((?:\\x[0-9a-f]{2})*)"(\.\.\.)?')
_OUTPUT = 1


class NotUnderstood(Exception):
    """The trace holds a call on a watched file that the replay does not know."""


@dataclass
class _File:
    """What is safe, and the writes and truncations that are not yet."""

    safe: bytearray = field(default_factory=bytearray)
    waiting: list[tuple[int, bytes | None]] = field(default_factory=list)
    name_is_safe: bool = True

    def synchronise(self) -> None:
        for change in self.waiting:
            _apply(self.safe, change)
        self.waiting.clear()

    def image(self, chance: random.Random | None) -> bytes:
        """The safe content; with a chance, some of the waiting changes reached the disk too."""
        content = bytearray(self.safe)
        for change in self.waiting if chance else ():
            if chance and chance.random() < 0.5:
                _apply(content, change)
        return bytes(content)


def _apply(content: bytearray, change: tuple[int, bytes | None]) -> None:
    """Write at a place, or (without bytes) cut or lengthen to it."""
    place, written = change
    length = place if written is None else max(len(content), place + len(written))
    if len(content) < length:
        content.extend(bytes(length - len(content)))
    if written is None:
        del content[place:]
    else:
        content[place : place + len(written)] = written


class Disk:
    """One folder's files while a trace is replayed; the folder must stand as it did before the traced process."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._files = {file.name: _File(bytearray(file.read_bytes())) for file in folder.iterdir()}
        self._open: dict[int, str] = {}

    def replay(self, trace: Path) -> Iterator[str]:
        """Replay call after call; gives each line that the process wrote to its standard output, when it did."""
        for line in _whole_lines(trace):
            found = _LINE.match(line)
            if found is None:
                continue
            _pid, call, arguments, result = found.groups()
            if int(result) < 0:
                continue
            if call == "write" and arguments.startswith(f"{_OUTPUT},"):
                yield _bytes(arguments).decode().strip()
            else:
                self._call(call, arguments, int(result))

    def _call(self, call: str, arguments: str, result: int) -> None:
        if call in ("openat", "open", "creat"):
            self._opened(arguments, result)
            return
        if call in ("unlink", "unlinkat", "rename", "renameat", "renameat2", "link", "linkat"):
            if str(self._folder) in _bytes(arguments).decode(errors="replace"):
                raise NotUnderstood(call)
            return
        descriptor = int(arguments.split(",")[0]) if arguments.split(",")[0].isdigit() else -1
        name = self._open.get(descriptor)
        if name is None:
            return
        if call == "close":
            del self._open[descriptor]
        elif name == "":
            if call in ("fsync", "fdatasync"):
                for file in self._files.values():
                    file.name_is_safe = True
        elif call == "pwrite64":
            place = int(arguments.rsplit(",", 1)[1])
            self._files[name].waiting.append((place, _bytes(arguments)[:result]))
        elif call == "ftruncate":
            self._files[name].waiting.append((int(arguments.rsplit(",", 1)[1]), None))
        elif call in ("fsync", "fdatasync"):
            self._files[name].synchronise()
        elif call != "fcntl":
            raise NotUnderstood(call)

    def _opened(self, arguments: str, descriptor: int) -> None:
        path = Path(_bytes(arguments).decode(errors="replace"))
        self._open.pop(descriptor, None)
        if path == self._folder:
            self._open[descriptor] = ""
        elif path.parent == self._folder and not path.name.endswith("-shm"):
            if "O_TRUNC" in arguments:
                raise NotUnderstood("O_TRUNC")
            self._open[descriptor] = path.name
            if path.name not in self._files and "O_CREAT" in arguments:
                self._files[path.name] = _File(name_is_safe=False)

    def write_to(self, folder: Path, chance: random.Random | None = None) -> None:
        """Write the files as they would be found after the power failed now.

        Args:
            folder: an empty folder.
            chance: None loses everything that was not waited for; else some of it survives, in any order.
        """
        for name, file in self._files.items():
            if file.name_is_safe:
                target = folder / name
                target.write_bytes(file.image(chance))
                target.chmod(0o400 if name.endswith(".key") else 0o600)


def _bytes(arguments: str) -> bytes:
    found = _STRING.search(arguments)
    if found is None:
        return b""
    if found.group(2):
        raise NotUnderstood("strace cut a string short")
    return bytes.fromhex(found.group(1).replace("\\x", ""))


def _whole_lines(trace: Path) -> Iterator[str]:
    """Join the two halves of a call that another thread's call interrupted, at its end."""
    begun: dict[str, str] = {}
    with trace.open(encoding="ascii", errors="replace") as lines:
        for line in lines:
            pid = line.split(" ", 1)[0]
            if line.rstrip().endswith("<unfinished ...>"):
                begun[pid] = line.rstrip().removesuffix("<unfinished ...>")
            elif "resumed>" in line:
                yield begun.pop(pid, "") + line.split("resumed>", 1)[1]
            else:
                yield line
