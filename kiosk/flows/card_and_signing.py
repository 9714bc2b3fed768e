"""The menu's last two items: 學生證多元功能開通服務 and 同意簽署回傳."""

from __future__ import annotations

from collections.abc import Sequence

from kiosk.domain.documents import FormKey, FormRefused, NothingToSign
from kiosk.domain.errors import ChangedMeanwhile
from kiosk.flows.family_flow import FamilyFlow
from kiosk.i18n import _, current_language
from kiosk.screens.base.kiosk_screen import Nav
from kiosk.screens.family.forms_to_sign import FormsToSignScreen
from kiosk.screens.family.signature import SignatureScreen
from kiosk.screens.family.student_card import StudentCardScreen
from kiosk.services.documents.printer import PrintFailed
from kiosk.services.signing.signatures import SignatureBox
from kiosk.services.texts.card_services import load_card_services


class SigningFlow(FamilyFlow):
    """Answers the services of the student card; prints and signs the forms."""

    async def card(self) -> None:
        """Ask which services to open (學生證多元功能開通服務), then say how the form is returned."""
        services = load_card_services(self.app.settings.text_folder, current_language())
        before = await self.call(self.school.card.choices, self.visitor)
        chosen = await self.show(StudentCardScreen(services, before.chosen))
        if isinstance(chosen, Nav):
            return
        await self.call(self.school.card.answer, self.visitor, services, chosen)
        on = "、".join(item.name for item in services.items if chosen[item.key])
        chosen_items = _("您選擇開通：{items}。").format(items=on) if on else _("您選擇全部不開通。")
        after = _("已經記錄，日後可以再更改。請到「同意簽署回傳」列印申請書，簽章後繳回學校。")
        await self.show_notice(_("學生證多元功能開通服務"), f"{chosen_items}\n\n{after}")

    async def sign(self) -> None:
        """Show both forms, print them and sign them (同意簽署回傳)."""
        papers = self.school.papers
        while True:
            boxes = await self.call(self.school.signatures.boxes, self.visitor)
            screen = FormsToSignScreen(
                await self.call(papers.of_child, self.visitor), has_printer=papers.has_printer, boxes=boxes
            )
            answer = await self.show(screen)
            if isinstance(answer, Nav):
                return
            if answer == "sign":
                await self.sign_on_screen([box for box in boxes if not box.is_checked])
            else:
                await self.print_forms([paper.key for paper in screen.to_print])

    async def sign_on_screen(self, boxes: Sequence[SignatureBox]) -> None:
        """Sign one box on the screen (在螢幕上簽名); staff check it afterwards."""
        chosen: int | None = 0
        if len(boxes) > 1:
            labels = [f"{box.key.kind.label}　{box.title}" for box in boxes]
            chosen = await self.choose(_("在螢幕上簽名"), _("要簽哪一欄？請由本人簽名。"), labels)
        if chosen is None:
            return
        box = boxes[chosen]
        drawing = await self.show(SignatureScreen(box))
        if isinstance(drawing, Nav):
            return
        try:
            await self.call(self.school.signatures.sign, self.visitor, box, drawing)
        except (ChangedMeanwhile, NothingToSign):
            await self.show_notice(_("沒有存入"), _("申請書的資料剛有變更，或學校已經收件；請再看一次。"))
        else:
            await self.show_notice(_("已簽名"), _("請現在向學校人員出示身分證件；查驗本人及證件後，簽名才算完成。"))

    async def print_forms(self, keys: Sequence[FormKey]) -> None:
        """Print, and show the result."""
        try:
            printed = await self.call(self.school.papers.print_own, self.visitor, keys)
        except PrintFailed as failed:
            await self.show_notice(_("沒有印出來"), failed.line)
        except (NothingToSign, FormRefused):
            await self.show_notice(_("沒有印出來"), _("申請書剛被更改或無法列印，請再試一次或洽服務台。"))
        else:
            text = _("已送到印表機：{n} 份。請取回申請書，簽章後由學生繳回導師。").format(n=len(printed.numbers))
            if printed.by_hand:
                text += _("有字型沒有的字，請照申請書下方的說明補寫。")
            await self.show_notice(_("正在列印"), text)
