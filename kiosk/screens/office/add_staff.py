"""新增教職員: a new staff account."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field

from textual import on, work
from textual.app import ComposeResult
from textual.containers import Container
from textual.widgets import Button, Static

from kiosk.i18n import N_, _
from kiosk.rules.accounts import InvalidAccount
from kiosk.rules.identity import InvalidIdentity
from kiosk.rules.names import InvalidName
from kiosk.screens.base.staff_step import StaffStep
from kiosk.screens.office.staff_member import classes_field, role_buttons, split_classes, unknown_class_words
from kiosk.services.administration.staff_accounts import AccountTaken, StaffRow, UnknownClass
from kiosk.services.auth.staff_session import Role, StaffMember
from kiosk.services.office import StaffServices
from kiosk.widgets.field import Field
from kiosk.widgets.safe_input import SafeInput

_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"
"""Without what is misread: i, l, o, 0, 1."""
_GROUPS, _GROUP_LENGTH = 4, 4


@dataclass(frozen=True)
class StaffAdded:
    """The new account and its first password, to be shown once."""

    account: str
    first_password: str = field(repr=False)


class AddStaffScreen(StaffStep[StaffAdded]):
    """Answers once the account was added."""

    AUTO_FOCUS = "#account"
    keeps_typed_text = True
    heading = N_("新增教職員")
    buttons = {"send": N_("新增"), "back": N_("返回")}

    def __init__(self, office: StaffServices, member: StaffMember) -> None:
        super().__init__(office, member)
        self._role = Role.HOMEROOM_TEACHER

    def body(self) -> ComposeResult:
        """Compose account, name, own ID, role and classes."""
        with Container(classes="pair"):
            yield Field(_("帳號"), hint=_("英文字母、數字，3 到 32 個字"), id="account", max_length=64, half_width=True)
            yield Field(_("姓名"), id="name", max_length=60)
        yield Field(
            _("本人身分證字號"),
            hint=_("只用來防止審核自己的孩子，不會存下號碼"),
            id="national_id",
            max_length=20,
            half_width=True,
        )
        yield Static(_("職務"), classes="label", markup=False)
        yield from role_buttons(self._role)
        yield classes_field("")

    @on(Button.Pressed, ".role")
    def _choose_role(self, event: Button.Pressed) -> None:
        self._role = Role(str(event.button.id))
        self.show_choice({role.value: role.label for role in Role}, self._role.value)
        self.query_one("#classes", Field).display = self._role is Role.HOMEROOM_TEACHER

    @on(SafeInput.Submitted)
    def _next(self, event: SafeInput.Submitted) -> None:
        order = ["account", "name", "national_id"]
        if event.input.id in order[:-1]:
            self.query_one(f"#{order[order.index(str(event.input.id)) + 1]}").focus()
        elif event.input.id == order[-1]:
            self.query_one(f"#{self._role.value}").focus()
        else:
            self._send()

    @on(Button.Pressed, "#send")
    def _send(self) -> None:
        empty = {key: _("請填寫。") for key in ("account", "name", "national_id") if not self._value(key)}
        if empty:
            self.first_wrong(empty)
        else:
            self._add()

    def _value(self, key: str) -> str:
        return self.query_one(f"#{key}", Field).value.strip()

    @work(group="db", exclusive=True)
    async def _add(self) -> None:
        is_teacher = self._role is Role.HOMEROOM_TEACHER
        classes = split_classes(self._value("classes")) if is_teacher else ()
        first_password = _first_password()
        account, name, national_id = (self._value(key) for key in ("account", "name", "national_id"))

        def add() -> StaffRow:
            return self.office.staff_accounts.add(
                self.member,
                account=account,
                name=name,
                role=self._role,
                classes=classes,
                national_id=national_id,
                first_password=first_password,
            )

        try:
            done = await self.attempt(add)
        except InvalidAccount:
            self.first_wrong({"account": _("帳號只能用英文字母、數字、點、底線和減號，3 到 32 個字。")})
        except AccountTaken:
            self.first_wrong({"account": _("這個帳號已經有人用，請換一個。")})
        except InvalidName:
            self.first_wrong({"name": _("這不是可用的姓名，請檢查有沒有多餘的符號。")})
        except InvalidIdentity:
            self.first_wrong({"national_id": _("身分證字號不正確，請再檢查一次。")})
        except UnknownClass as unknown:
            self.first_wrong({"classes": unknown_class_words(unknown)})
        else:
            if done is not None:
                self.finish(StaffAdded(done.value.account, first_password))


def _first_password() -> str:
    """Return nineteen random characters (80 bits), to be typed once: abcd-efgh-jkmn-pqrs."""
    groups = ("".join(secrets.choice(_ALPHABET) for _letter in range(_GROUP_LENGTH)) for _group in range(_GROUPS))
    return "-".join(groups)
