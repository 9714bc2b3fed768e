"""What may be said about a crash: where in the code, and which exception types; no message and no value.

A message such as ``invalid literal for int(): 'A123456789'`` and the local variables of a frame hold what a
visitor typed, so neither is ever written.
"""

from __future__ import annotations

import traceback

_MAX_LINKS = 8


def describe_crash(error: BaseException | None) -> str:
    """Name the exception, what caused it, and the places in the code, one a line.

    Args:
        error: the exception; None where only the fact of a crash is known.

    Returns:
        Lines such as ``KeyError`` followed by ``  /opt/kiosk/kiosk/app.py:12 in begin``.
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
    """Give the exception and what it came from, the last one raised first."""
    links: list[BaseException] = []
    link: BaseException | None = error
    while link is not None and link not in links and len(links) < _MAX_LINKS:
        links.append(link)
        inner = getattr(link, "error", None)  # textual.worker.WorkerFailed keeps the real one here
        link = link.__cause__ or link.__context__ or (inner if isinstance(inner, BaseException) else None)
    return links
