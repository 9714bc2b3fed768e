"""What a person is told where the database refused."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kiosk.i18n import _

if TYPE_CHECKING:
    from kiosk.services.errors import StoreError


def store_message(refusal: StoreError) -> str:
    """The words: to try again, or, where it would be refused again, to ask at the desk.

    A constraint refuses the same thing every time. No two visitors at once can run into one, for services look before
    they write and writers take turns; a database that somebody changed by hand can.
    """
    from kiosk.services.errors import StoreConflict

    if isinstance(refusal, StoreConflict):
        return _("這筆資料和學校已經存下的資料衝突，沒有存入；再試一次也一樣，請洽服務台。")
    return _("系統忙碌，請稍候再按一次；您填的資料都還在。")
