"""Make the font of the printed forms from Debian's fonts-noto-cjk: `make form-font`.

A subset of Noto Sans CJK TC under a name of its own: what Taiwan's and Hong Kong's Big5 can write (cp950, and
big5hkscs for 堃, 喆, 峯 in names), and the Latin letters of parents from abroad, Vietnamese ones among them. Whole, the
font is 16 MB and its file holds five languages.
"""

from __future__ import annotations

import sys
from pathlib import Path

from fontTools import subset
from fontTools.ttLib import TTFont

SOURCE = Path("/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc")
TARGET = Path(__file__).parents[1] / "kiosk" / "fonts" / "KioskFormSans.otf"
FAMILY = "Kiosk Form Sans"
_TRADITIONAL_CHINESE = 3
_CODECS = ("cp950", "big5hkscs")
_LATIN = (range(0x00A0, 0x0250), range(0x1E00, 0x1F00))
_FAMILY_NAMES, _FULL_NAMES, _POSTSCRIPT_NAME = (1, 16), (3, 4), 6


def repertoire() -> set[int]:
    """The characters that forms may need."""
    wanted = {code for latin in _LATIN for code in latin}
    for code in range(0x20, 0x30000):
        for codec in _CODECS:
            try:
                chr(code).encode(codec)
            except UnicodeEncodeError:
                continue
            wanted.add(code)
    return wanted


def rename(font: TTFont) -> None:
    """Give the subset its own name, so that it is never taken for the whole font."""
    for record in font["name"].names:
        if record.nameID in _FAMILY_NAMES:
            record.string = FAMILY
        elif record.nameID in _FULL_NAMES:
            record.string = f"{FAMILY} Regular"
        elif record.nameID == _POSTSCRIPT_NAME:
            record.string = FAMILY.replace(" ", "")


def main() -> None:
    """Write the font file."""
    if not SOURCE.exists():
        sys.exit("找不到 Noto Sans CJK；請先執行 make test-tools")
    options = subset.Options()
    options.font_number = _TRADITIONAL_CHINESE
    options.layout_features = ["kern", "liga"]
    options.hinting = False
    options.notdef_outline = True
    options.name_IDs = [0, 1, 2, 3, 4, 5, 6, 13, 14]
    options.drop_tables += ["vhea", "vmtx", "VORG", "BASE"]
    font = subset.load_font(str(SOURCE), options)
    subsetter = subset.Subsetter(options)
    subsetter.populate(unicodes=repertoire())
    subsetter.subset(font)
    rename(font)
    subset.save_font(font, str(TARGET), options)


if __name__ == "__main__":
    main()
