"""QR codes in the cells of a terminal."""

from __future__ import annotations


def qr_lines(text: str) -> str:
    """A QR code in half blocks, two modules a row, with its quiet zone (ISO/IEC 18004: four modules).

    The smallest that holds the text, with as much error correction as that size has room for. It is to be shown black
    on white, whatever the colours around it.
    """
    import segno

    rows = [list(row) for row in segno.make(text, error="l", micro=False).matrix_iter(border=4)]
    if len(rows) % 2:
        rows.append([0] * len(rows[0]))
    blocks = {(0, 0): " ", (1, 0): "▀", (0, 1): "▄", (1, 1): "█"}
    return "\n".join(
        "".join(blocks[bool(top), bool(bottom)] for top, bottom in zip(upper, lower, strict=True))
        for upper, lower in zip(rows[::2], rows[1::2], strict=True)
    )
