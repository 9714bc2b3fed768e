"""The items of a parent account's menu."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from functools import partial

from kiosk.domain.documents import FormRefused
from kiosk.domain.errors import ChangedMeanwhile
from kiosk.flows.flow import Flow, SessionEnded
from kiosk.i18n import _, current_language
from kiosk.rules.contact import mask_email
from kiosk.rules.names import mask_name
from kiosk.screens.account.carers import GRANT, AddCarerScreen, CarersScreen
from kiosk.screens.account.children import ChildScreen, ChooseChildScreen, EndBindingScreen
from kiosk.screens.account.consents import ConsentsScreen
from kiosk.screens.account.contact import (
    ChosenAccountScreen,
    ContactScreen,
    EmailChangeCodeScreen,
    EmailScreen,
    MobileScreen,
)
from kiosk.screens.account.fees import FeesScreen
from kiosk.screens.account.own_data import OwnDataScreen, RequestDeletionScreen
from kiosk.screens.account.password import AccountPasswordScreen, PresentPasswordScreen
from kiosk.screens.account.systems import SystemScreen, SystemsScreen
from kiosk.screens.base.account_step import AccountNoticeScreen, account_refusal_message
from kiosk.screens.base.context import KioskContext
from kiosk.screens.base.kiosk_screen import Nav
from kiosk.screens.base.notice import NoticeScreen
from kiosk.services.accounts.visible_children import BoundChild
from kiosk.services.auth.account_session import AccountSession
from kiosk.services.documents.printer import PrintFailed, PrintFault, send_to_printer
from kiosk.services.privacy.subject_rights import PRINT_TITLE, GivenConsent
from kiosk.services.texts.city_systems import load_systems
from kiosk.services.texts.loader import TextName, load_text


class AccountMenuFlow(Flow):
    """Opens the items.

    Args:
        app: the kiosk.
        holder: the account's session, after the forced change of the password.
    """

    def __init__(self, app: KioskContext, holder: AccountSession) -> None:
        super().__init__(app)
        self.holder = holder

    def notice(self, heading: str, text: str, choices: Mapping[str, str] | None = None) -> NoticeScreen:
        """Make a notice in the account's frame."""
        return AccountNoticeScreen(self.holder, heading, text, choices)

    async def open_item(self, item: str, children: Sequence[BoundChild]) -> None:
        """Open one item.

        Raises:
            SessionEnded: the visit is over.
            Denied, PasswordChangeRequired: the session is no longer valid.
        """
        items: Mapping[str, Callable[[], Awaitable[None]]] = {
            "systems": self.systems,
            "fees": self.fees,
            "contact": self.contact,
            "bindings": partial(self.bindings, children),
            "carers": partial(self.carers, children),
            "consents": partial(self.consents, children),
            "data": self.own_data,
        }
        await items[item]()

    async def show_names(self) -> None:
        """Show the names that the account may sign on with."""
        contact = await self.call(self.school.accounts.contact, self.holder)
        names = [contact.chosen_account, contact.email_masked]
        names += [contact.mobile_masked] if contact.mobile_can_sign_on else []
        text = _("您可以用這些帳號登入本校服務站：\n{names}").format(names="\n".join(filter(None, names)))
        await self.show_notice(_("您的帳號"), text)

    async def systems(self) -> None:
        """Show one system after another (選擇系統)."""
        systems = load_systems(self.app.settings.text_folder, current_language())
        while not isinstance(chosen := await self.show(SystemsScreen(self.holder, systems)), Nav):
            await self.show(
                SystemScreen(self.holder, next(system for system in systems.systems if system.key == chosen))
            )

    async def fees(self) -> None:
        """Show the fees (繳費)."""
        notice = load_text(TextName.FEES_NOTICE, self.app.settings.text_folder, current_language())
        children = await self.call(self.school.fees.of_account, self.holder)
        await self.show(FeesScreen(self.holder, notice.body, children))

    async def contact(self) -> None:
        """Change one name or number after another (帳號資料)."""
        while True:
            contact = await self.call(self.school.accounts.contact, self.holder)
            match await self.show(ContactScreen(self.holder, contact)):
                case "account":
                    if await self.show(ChosenAccountScreen(self.holder, contact.chosen_account)) is True:
                        await self.show_notice(_("已更改"), _("自訂帳號已更改。"))
                case "mobile":
                    await self.mobile()
                case "email":
                    await self.email()
                case "password":
                    await self.password()
                case _:
                    return

    async def password(self) -> None:
        """Ask for the password, then for a new one; every other session of this account ends."""
        if await self.show(PresentPasswordScreen(self.holder)) is not True:
            return
        changed = await self.show(AccountPasswordScreen(self.holder, forced=False))
        if not isinstance(changed, Nav):
            self.holder = changed
            await self.show_notice(_("已更改"), _("密碼已變更，以後用新的密碼登入。"))

    async def mobile(self) -> None:
        """Change the mobile number, and say where it cannot be used to sign on."""
        changed = await self.show(MobileScreen(self.holder))
        if changed == "shared":
            text = _("手機號碼已更改。這個號碼也登記在別的家長帳號，所以不能用來登入；請用電子郵件或自訂帳號。")
            await self.show_notice(_("已更改"), text)
        elif changed == "ok":
            await self.show_notice(_("已更改"), _("手機號碼已更改。"))

    async def email(self) -> None:
        """Change the e-mail address, after the code that is mailed to it."""
        if not self.school.email_codes.available:
            await self.show_notice(_("不能在這裡更改"), _("學校沒有設定寄信，不能寄驗證碼，所以不能更改電子郵件。"))
            return
        typed = ""
        while True:
            challenge = await self.show(EmailScreen(self.holder, typed))
            if isinstance(challenge, Nav):
                return
            typed = challenge.address
            screen = EmailChangeCodeScreen(self.holder, challenge, mask_email(challenge.address))
            if await self.show(screen) is True:
                await self.show_notice(_("已更改"), _("電子郵件已更改，以後用新的電子郵件登入；原來的信箱會收到通知。"))
                return

    async def choose_child(self, children: Sequence[BoundChild], heading: str) -> BoundChild | None:
        """Ask for one of the bound children; None where the holder went back."""
        bound = [child for child in children if child.binding_id is not None]
        if len(bound) == 1:
            return bound[0]
        chosen = await self.show(ChooseChildScreen(self.holder, heading, bound))
        return None if isinstance(chosen, Nav) else next(child for child in bound if child.student_id == chosen)

    async def bindings(self, children: Sequence[BoundChild]) -> None:
        """Show a child's binding, and end it (子女與綁定)."""
        child = await self.choose_child(children, _("子女與綁定"))
        while child is not None and await self.show(ChildScreen(self.holder, child)) == "end":
            is_last = len(children) == 1
            if await self.show(EndBindingScreen(self.holder, child, is_last=is_last)) is True:
                await self.show_binding_ended(child, is_last=is_last)
                return

    async def show_binding_ended(self, child: BoundChild, *, is_last: bool) -> None:
        """Say that a binding has ended, and with the last one the account.

        Raises:
            SessionEnded: it was the last one.
        """
        text = _("和 {child} 的綁定已經終止。").format(child=mask_name(child.student_name))
        if is_last:
            text += _("這是最後一位子女，帳號已經關閉。")
        await self.show_notice(_("已終止綁定"), text)
        if is_last:
            raise SessionEnded

    async def carers(self, children: Sequence[BoundChild]) -> None:
        """Add and remove a child's carers (照顧者)."""
        child = await self.choose_child(children, _("照顧者"))
        while child is not None:
            carers = await self.call(self.school.carers.of_child, self.holder, child.student_id)
            answer = await self.show(CarersScreen(self.holder, child, carers))
            if isinstance(answer, Nav):
                return
            if answer == GRANT:
                granted = await self.show(AddCarerScreen(self.holder, child))
                if not isinstance(granted, Nav):
                    text = _(
                        "請告訴 {name}：在學校服務站按「家長帳號登入」，帳號是電子郵件或手機號碼，"
                        "還沒登入過的第一次密碼是身分證字號末六碼。"
                    )
                    await self.show_notice(_("已新增照顧者"), text.format(name=granted.name))

    async def consents(self, children: Sequence[BoundChild]) -> None:
        """Show the consents, and withdraw one (同意紀錄)."""
        while True:
            consents = await self.call(self.school.own_data.consents, self.holder)
            chosen = await self.show(ConsentsScreen(self.holder, consents))
            if isinstance(chosen, Nav):
                return
            if await self.withdraw(chosen, is_last=len(children) == 1):
                return

    async def withdraw(self, consent: GivenConsent, *, is_last: bool) -> bool:
        """Withdraw a consent, after a notice of the consequences; return whether it was done.

        Raises:
            SessionEnded: it was the last child's.
        """
        text = _("撤回 {child} 的同意，您和這位子女的綁定就終止；撤回會留下紀錄。")
        if is_last:
            text += _("這是最後一位子女，帳號也會關閉。")
        question = text.format(child=mask_name(consent.student_name))
        choices = {"keep": _("不撤回"), "withdraw": _("撤回同意")}
        if await self.show(self.notice(_("要撤回同意嗎？"), question, choices)) != "withdraw":
            return False
        await self.call(self.school.own_data.withdraw_consent, self.holder, consent.consent_id)
        await self.show_notice(_("已撤回同意"), _("已經記錄，綁定也終止了。"))
        if is_last:
            raise SessionEnded
        return True

    async def own_data(self) -> None:
        """Show and print the holder's data; request its deletion (我的個人資料)."""
        while True:
            copy = await self.call(self.school.own_data.copy, self.holder)
            deletion = await self.call(self.school.own_data.deletion, self.holder)
            match await self.show(OwnDataScreen(self.holder, copy, deletion)):
                case "print":
                    await self.print_copy()
                case "delete":
                    if await self.show(RequestDeletionScreen(self.holder)) is True:
                        await self.show_notice(_("已送出申請"), _("註冊組會決定，結果顯示在「我的個人資料」。"))
                case "take_back":
                    await self.take_back()
                case _:
                    return

    async def print_copy(self) -> None:
        """Print the copy, and show the result."""
        printer = self.app.settings.printer
        try:
            if printer is None:
                raise PrintFailed(PrintFault.NO_PRINTER)
            pdf = await self.call(self.school.own_data.copy_pdf, self.holder)
            await self.call(send_to_printer, printer, pdf, PRINT_TITLE)
        except PrintFailed as failed:
            await self.show_notice(_("沒有印出來"), failed.line)
        except FormRefused:
            await self.show_notice(_("沒有印出來"), _("現在無法製作文件，請稍後再試一次，或洽服務台。"))
        else:
            await self.show_notice(_("正在列印"), _("已送到印表機。請馬上取走，上面有您的個人資料。"))

    async def take_back(self) -> None:
        """Take back the request for deletion (取回刪除申請), unless the school has decided meanwhile."""
        try:
            await self.call(self.school.own_data.take_back_deletion, self.holder)
        except ChangedMeanwhile as changed:
            await self.show_notice(_("沒有取回"), account_refusal_message(changed))
        else:
            await self.show_notice(_("已取回"), _("刪除申請已經取回，什麼都沒有刪除。"))
