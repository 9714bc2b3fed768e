"""學生證多元功能開通服務: each service with its purpose and the recipient of its data, on or off; all off at first."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widgets import Button

from kiosk.i18n import N_, _
from kiosk.rules.line_breaks import wrap
from kiosk.screens.base.kiosk_screen import Body
from kiosk.screens.base.step import Step
from kiosk.services.texts.card_services import CardItem, CardServices
from kiosk.widgets.wrapped_text import WrappedText

_SIDE_CELLS = 4
_FIRST_WIDTH = 60
_NARROWEST = 20


class ItemButton(Button):
    """One service; pressing it turns it on or off. Its state comes in words before its name."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down", "app.focus_next", show=False),
        Binding("up", "app.focus_previous", show=False),
    ]

    def __init__(self, item: CardItem, *, chosen: bool) -> None:
        super().__init__(id=item.key, classes="item")
        self._item = item
        self.chosen = chosen
        self.show(_FIRST_WIDTH)

    def turn(self) -> None:
        """On becomes off, off becomes on."""
        self.chosen = not self.chosen
        self.show(max(_NARROWEST, self.size.width - _SIDE_CELLS))

    def show(self, width: int) -> None:
        """Break the lines for a width in cells."""
        item = self._item
        parts = (
            (_("【開通】") if self.chosen else _("【不開通】")) + item.name,
            item.purpose,
            _("資料提供給：{recipient}").format(recipient=item.recipient),
            _("提供的資料：{data}").format(data=item.data),
        )
        self.label = Content("\n".join(line for part in parts for line in wrap(part, width)))
        self.set_class(self.chosen, "chosen")


class StudentCardScreen(Step[dict[str, bool]]):
    """Answers with on or off for every item, by its key."""

    number = 5
    AUTO_FOCUS = ".item"
    idle_time = "consent_idle_seconds"
    hints = N_("上下鍵選項目　Enter 開通或不開通　PageDown 往下看　Esc 返回")
    buttons = {"send": N_("填答送出"), "back": N_("返回")}

    def __init__(self, services: CardServices, chosen: Mapping[str, bool]) -> None:
        super().__init__()
        self.heading = services.source.title
        self._services = services
        self._chosen = chosen

    def body(self) -> ComposeResult:
        """Compose the introduction, then the items."""
        yield WrappedText(self._services.introduction, id="introduction")
        for item in self._services.items:
            yield ItemButton(item, chosen=self._chosen.get(item.key, False))

    def on_mount(self) -> None:
        """Begin at the top: the focus on the first item would scroll the introduction away."""
        self.call_after_refresh(self._begin)

    def _begin(self) -> None:
        self._lay_out()
        self.query_one("#body", Body).scroll_home(animate=False)

    def on_resize(self, event: events.Resize) -> None:
        """Break the lines for this width."""
        self.call_after_refresh(self._lay_out)

    def _lay_out(self) -> None:
        for button in self.query(ItemButton):
            button.show(max(_NARROWEST, button.size.width - _SIDE_CELLS))

    @property
    def _answers(self) -> dict[str, bool]:
        return {str(button.id): button.chosen for button in self.query(ItemButton)}

    @on(Button.Pressed, ".item")
    def _turn(self, event: Button.Pressed) -> None:
        assert isinstance(event.button, ItemButton)
        event.button.turn()
        count = sum(self._answers.values())
        self.show_message(_("開通 {n} 項").format(n=count) if count else _("全部不開通"), wrong=False, scroll=False)

    @on(Button.Pressed, "#send")
    def _send(self) -> None:
        self.finish(self._answers)

    def is_changed(self) -> bool:
        """Return whether an item was turned on or off."""
        return self._answers != {item.key: self._chosen.get(item.key, False) for item in self._services.items}
