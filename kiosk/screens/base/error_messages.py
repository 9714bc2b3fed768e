"""Messages for refusals of the database."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kiosk.i18n import _

if TYPE_CHECKING:
    from kiosk.services.errors import StoreError


def store_message(refusal: StoreError) -> str:
    """Return the request to try again, or to ask at the desk where that would fail again.

    A violated constraint fails every time. Only a database that was edited by hand can violate one: services look
    before they write, and writers take turns.
    """
    from kiosk.services.errors import StoreConflict

    if isinstance(refusal, StoreConflict):
        return _("這筆資料和學校已經存下的資料衝突，沒有存入；再試一次也一樣，請洽服務台。")
    return _("系統忙碌，請稍候再按一次；您填的資料都還在。")
