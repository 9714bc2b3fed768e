"""選擇系統: the city's systems, and each with its address as a QR code for the parent's own phone."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import Container, Horizontal
from textual.widgets import Static

from kiosk.i18n import N_, _
from kiosk.screens.base.account_step import AccountStep
from kiosk.screens.base.menu_step import MenuStep
from kiosk.services.auth.account_session import AccountSession
from kiosk.services.texts.city_systems import CitySystem, CitySystems
from kiosk.widgets.menu_button import MenuButton
from kiosk.widgets.qr import qr_lines
from kiosk.widgets.wrapped_text import WrappedText


class SystemsScreen(MenuStep[str], AccountStep[str]):
    """Answers with the key of a system."""

    hints = N_("上下鍵或 Tab 選擇　Enter 進入　PageDown 往下看　Esc 返回")

    def __init__(self, holder: AccountSession, systems: CitySystems) -> None:
        super().__init__(holder)
        self.heading = systems.source.title
        self._systems = systems

    def body(self) -> ComposeResult:
        """Compose an introduction and the systems."""
        yield WrappedText(self._systems.introduction, id="introduction")
        with Container(id="systems"):
            for system in self._systems.systems:
                yield MenuButton(system.name, id=system.key)


class SystemScreen(AccountStep[bool]):
    """Shows one system."""

    AUTO_FOCUS = "#back"
    hints = N_("Enter 或 Esc 返回　PageDown 往下看")
    main_button = "back"

    def __init__(self, holder: AccountSession, system: CitySystem) -> None:
        super().__init__(holder)
        self._system = system

    def body(self) -> ComposeResult:
        """Compose name, purpose and address, and the code beside them."""
        system = self._system
        with Horizontal(id="system"):
            with Container(id="system-text"):
                yield Static(system.name, id="heading", markup=False)
                yield WrappedText(system.purpose, id="purpose")
                if system.address is None:
                    words = _("學校沒有列出這項服務自己的網址。請從要使用的系統登入，或洽學校。")
                    yield WrappedText(words, id="address")
                else:
                    yield Static(_("網址："), markup=False)
                    yield WrappedText(system.address, id="address")
                    yield WrappedText(_("用手機掃描 QR 碼，在自己的手機上開啟；這台機器不開網頁。"), id="how")
            if system.address is not None:
                yield Static(qr_lines(system.address), id="qr", markup=False)
