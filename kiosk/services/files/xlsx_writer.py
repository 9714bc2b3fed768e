"""Writes an XLSX of one sheet, whose cells are all text, with the standard library.

No text becomes a formula: a cell's type is ``inlineStr``. Its style has the text format and ``quotePrefix``, which keep
it a text after an edit (ECMA-376 part 1, 18.3.1.4 and 18.8.45).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from xml.sax.saxutils import escape, quoteattr

from kiosk.services.files.reproducible_zip import zip_of

_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_TYPES = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_LETTERS = 26
_TEXT_FORMAT = 49  # "@", the built-in number format of texts

_CONTENT_TYPES = (
    f'<Types xmlns="{_PACKAGE}/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    f'<Override PartName="/xl/workbook.xml" ContentType="{_TYPES}.sheet.main+xml"/>'
    f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{_TYPES}.worksheet+xml"/>'
    f'<Override PartName="/xl/styles.xml" ContentType="{_TYPES}.styles+xml"/></Types>'
)
_ROOT_LINKS = (
    f'<Relationships xmlns="{_PACKAGE}/relationships">'
    f'<Relationship Id="r1" Type="{_OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>'
)
_BOOK_LINKS = (
    f'<Relationships xmlns="{_PACKAGE}/relationships">'
    f'<Relationship Id="r1" Type="{_OFFICE}/worksheet" Target="worksheets/sheet1.xml"/>'
    f'<Relationship Id="r2" Type="{_OFFICE}/styles" Target="styles.xml"/></Relationships>'
)
_STYLES = (
    f'<styleSheet xmlns="{_MAIN}"><fonts count="1"><font><sz val="11"/><name val="Calibri"/></font></fonts>'
    '<fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill>'
    '</fills><borders count="1"><border/></borders><cellStyleXfs count="1"><xf/></cellStyleXfs>'
    f'<cellXfs count="2"><xf/><xf numFmtId="{_TEXT_FORMAT}" applyNumberFormat="1" quotePrefix="1"/></cellXfs>'
    '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>'
)


def workbook(rows: Iterable[Sequence[str]], sheet_name: str) -> bytes:
    """Return the workbook without characters outside XML; the same rows give the same bytes.

    A sheet's name has 31 characters at most.
    """
    book = (
        f'<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><sheets>'
        f'<sheet name={quoteattr(sheet_name)} sheetId="1" r:id="r1"/></sheets></workbook>'
    )
    lines = "".join(_row(number, cells) for number, cells in enumerate(rows, 1))
    parts = {
        "[Content_Types].xml": _CONTENT_TYPES,
        "_rels/.rels": _ROOT_LINKS,
        "xl/workbook.xml": book,
        "xl/_rels/workbook.xml.rels": _BOOK_LINKS,
        "xl/styles.xml": _STYLES,
        "xl/worksheets/sheet1.xml": f'<worksheet xmlns="{_MAIN}"><sheetData>{lines}</sheetData></worksheet>',
    }
    return zip_of({name: (_HEAD + content).encode() for name, content in parts.items()})


def _row(number: int, cells: Sequence[str]) -> str:
    inside = "".join(
        f'<c r="{_column(place)}{number}" s="1" t="inlineStr"><is><t xml:space="preserve">{_text(cell)}</t></is></c>'
        for place, cell in enumerate(cells)
    )
    return f'<row r="{number}">{inside}</row>'


def _column(place: int) -> str:
    """Return the letters (A, B … Z, AA …) of a place counted from 0."""
    name = ""
    place += 1
    while place:
        place, letter = divmod(place - 1, _LETTERS)
        name = chr(ord("A") + letter) + name
    return name


def _text(cell: str) -> str:
    return escape(_NOT_XML.sub("", cell), {"\r": "&#13;"})
