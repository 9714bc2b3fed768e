"""Texts that broke programs, of our own writing after the kinds of the Big List of Naughty Strings (T05)."""

from __future__ import annotations

_MARKUP = """
[@click=app.quit]quit[/]|[@click=app.quit]|[/foo]|王[/]小明|王[/小明|[|]|[[|]]|[]|[/]|[/|\\[bold]|[bold]|[/bold]|[red]王
[link=https://example.org]x[/link]|[@click=screen.dismiss(None)]x[/]|[@click="app.bell"]x[/]|[on red]|[not a style]
[#ff0000]x|[$primary]x|[b][i]x[/b]|[b]x[/i]|[=]|[@]|[@click]|[a=b=c]|:smile:|$name|{name}|{0}|{}|{{}}|%s|%n|%(x)s|%
"""
_CODE = """
<script>alert(1)</script>|<b>|&lt;b&gt;|&amp;|'; DROP TABLE student;--|' OR '1'='1|" OR ""="|1;SELECT 1|`id`|$(id)
../../../etc/passwd|/dev/null|C:\\|CON|NUL|=1+1|+1|-1|@SUM(A1)|=cmd|'\\x00|\\u202e|\\n|\\|\\\\|//|/**/|--|#|;|&&|{"a":1}
"""
_NUMBERS = """
0|-0|NaN|Infinity|1e309|0x10|1/0|1_000|１２３|٣٤٥|①②|½|2147483648|99999999999999999999|1,000.5|null|None|undefined|true
"""
_LETTERS = """
Ω≈ç√∫|田中さん|찦차를|社會科學院|表ポあA鷗ŒéＢ|𠜎𠜱𠝹|𪚥|龘|ﷺ|ثم نفس|בראשית|Z̮̞̠͙͔ͅḀ̗̞͈̻̗|é|é|ﬁ|ſ|İ|ı|ß|👾|👨‍👩‍👧
🇹🇼|🏴󠁧󠁢|e\u0301\u0301\u0301|王 小 明|王　小明|王·小明|O'Neil
"""

NAUGHTY = tuple(
    text
    for block in (_MARKUP, _CODE, _NUMBERS, _LETTERS)
    for line in block.splitlines()
    for text in line.split("|")
    if text
) + ("a\u202eb", "a\u200bb", "a\x1b[2Jb", "a\x9b31mb", "a\x07b", "a\tb", "x" * 500, "王" * 200, " ", "\ufeff")
