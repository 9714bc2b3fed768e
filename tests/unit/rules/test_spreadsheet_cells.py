from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.rules.spreadsheet_cells import neutral_cell, original_cell


@pytest.mark.parametrize("text", ["=1+1", "+886", "-1", "@SUM(A1)", "\tx", "\rx", "＝1", "＋1", "－1", "＠x"])
def test_formulas_become_text(text: str) -> None:
    assert neutral_cell(text) == f"'{text}"


@pytest.mark.parametrize("text", ["", "王小明", "110001", "a=b", " =1"])
def test_other_cells_are_unchanged(text: str) -> None:
    assert neutral_cell(text) == text


@given(st.text())
def test_neutral_cells_are_reversible(text: str) -> None:
    assert original_cell(neutral_cell(text)) == text
    assert not neutral_cell(text).startswith(("=", "+", "-", "@", "\t", "\r"))
