"""Steps whose answer is one of several menu items."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

from textual.app import ComposeResult
from textual.containers import Container

from kiosk.i18n import N_
from kiosk.screens.base.step import Step
from kiosk.widgets.menu_button import MenuButton

T = TypeVar("T")


class MenuStep(Step[T]):
    """Focuses its first item, without scrolling the text above it out of sight."""

    AUTO_FOCUS = ""
    hints = N_("上下鍵或 Tab 選擇　Enter 進入　Esc 返回")

    def on_mount(self) -> None:
        """Focus the first item at once: an Enter that was typed ahead is for it."""
        self.set_focus(self.query(MenuButton).first(), scroll_visible=False)


class MainMenuStep(MenuStep[str]):
    """The first step after a sign-in; answers with an item, or "leave"."""

    hints = N_("上下鍵或 Tab 選擇　Enter 進入　Esc 登出")
    buttons = {"leave": N_("登出")}
    answers = ("leave",)

    def items(self) -> Mapping[str, tuple[str, str]]:
        """Return the label and the explanation of each item by its id."""
        return {}

    def compose_items(self, classes: str = "") -> ComposeResult:
        """Compose a menu button for each item."""
        with Container(id="items", classes=classes):
            for key, (label, explanation) in self.items().items():
                yield MenuButton(f"{label}\n{explanation}", id=key)

    def action_back(self) -> None:
        """Sign out."""
        self.finish("leave")
