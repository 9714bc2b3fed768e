"""Both items of the paper in a real terminal: the card by keyboard alone, the signature by dragging the mouse."""

from __future__ import annotations

from pathlib import Path

from sqlmodel import col, select

from db.models.documents import CardAnswer, Signature
from kiosk.services.documents.register import drawing_of
from tests.terminal.keys import BACKTAB, ENTER, TAB, drag
from tests.terminal.walker import kiosk, opened, walk

_ROW = 14
_COLUMNS = range(10, 50)
_QUARTERS = set("▘▝▀▖▌▞▛▗▚▐▜▄▙▟█")


def test_the_card_by_keyboard_and_the_signature_by_mouse(own_home: Path) -> None:
    with kiosk(own_home) as terminal:
        walk(terminal, "menu")
        terminal.does(f"{TAB}{ENTER}", "【不開通】悠遊卡記名")
        terminal.does(ENTER, "【開通】悠遊卡記名")
        terminal.does(f"{TAB * 4}{ENTER}", "您選擇開通：悠遊卡記名。")
        terminal.does(ENTER, "申請簽署")
        terminal.does(f"{TAB * 2}{ENTER}", "在螢幕上簽名")
        terminal.does(f"{BACKTAB}{ENTER}", "簽好了")
        terminal.send(drag([(_COLUMNS[0], _ROW), *((column, _ROW + column % 8 // 4) for column in _COLUMNS)]))
        terminal.wait_until(lambda: sum(map(terminal.text.count, _QUARTERS)) >= len(_COLUMNS) - 2, what="the stroke")
        terminal.does(ENTER, "請現在向學校人員出示身分證件")
    school = opened(own_home)
    with school.store.read() as session:
        signature = session.exec(select(Signature).order_by(col(Signature.signed_at).desc())).first()
        assert signature is not None
        (stroke,) = drawing_of(school.store.keys, signature).strokes
        answers = session.exec(select(CardAnswer).where(CardAnswer.account == signature.account)).all()
        assert len(answers) == 1
    assert len(stroke) == len(_COLUMNS) + 1, "a stroke loses no place, however quickly it is drawn"
    assert sorted(across for across, _down, _at in stroke) == [across for across, _down, _at in stroke]
    school.close()
