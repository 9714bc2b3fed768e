"""Describes a crash by exception types and places in the code, without messages or values.

A message such as ``invalid literal for int(): 'A123456789'`` may hold typed text.
"""

from __future__ import annotations

import traceback

_MAX_LINKS = 8


def describe_crash(error: BaseException | None) -> str:
    """Return lines such as ``KeyError`` followed by ``  /opt/kiosk/kiosk/app.py:12 in begin``.

    None stands for a crash whose exception is unknown.
    """
    if error is None:
        return "a fault without an exception"
    lines: list[str] = []
    for link in _links(error):
        lines.append(f"{type(link).__module__}.{type(link).__qualname__}")
        for frame, line_number in traceback.walk_tb(link.__traceback__):
            lines.append(f"  {frame.f_code.co_filename}:{line_number} in {frame.f_code.co_name}")
    return "\n".join(lines)


def _links(error: BaseException) -> list[BaseException]:
    """Return the exception and its causes, the last one raised first."""
    links: list[BaseException] = []
    link: BaseException | None = error
    while link is not None and link not in links and len(links) < _MAX_LINKS:
        links.append(link)
        inner = getattr(link, "error", None)  # textual.worker.WorkerFailed keeps the real one here
        link = link.__cause__ or link.__context__ or (inner if isinstance(inner, BaseException) else None)
    return links
