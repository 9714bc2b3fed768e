"""Goes to any screen of a parent's visit at the headless kiosk."""

from __future__ import annotations

from dataclasses import asdict, replace
from uuid import uuid4

from kiosk.config.sections import SmtpSecurity, SmtpSettings
from kiosk.domain.application_form import ApplicantEntry, Basis, Mode
from kiosk.services.applications.drafts import APPLICATION
from kiosk.services.auth.student_session import StudentSession
from kiosk.services.messaging.email_verification import EmailCodes
from kiosk.services.school import School
from kiosk.services.signing.signatures import Signatures
from kiosk.services.texts.loader import load_consent
from kiosk.testing.person import until
from tests.builders.applications import made_up_id
from tests.builders.school import add_student
from tests.pilot.conftest import STUDENTS
from tests.pilot.people import QuickParent

PASSWORD = "Harbour7lights"
MOTHER = ApplicantEntry(
    name="林小花",
    relation="媽媽",
    national_id="B200300401",
    national_id_again="B200300401",
    mobile="0910100200",
    email="flower@example.org",
    email_again="flower@example.org",
)
READY, APPLIED, ADULT = "110001", "110002", "110003"
"""The student who may apply, the one with an application and a draft, the one of full age."""
NEWCOMER, SIBLING = "110004", "110005"
"""The student with a first password, and the one whose parent goes on to the next child."""
NEWCOMER_ID, _SIBLING_ID = made_up_id(4), made_up_id(5)

_SHORT_CONSENT = "版本: 1\n標題: 同意書\n\n[本文]\n本文。\n\n[同意]\n同意。\n\n[不同意]\n不同意。\n\n[備註]\n備註。\n"

SCREENS = {
    "login": "LoginScreen",
    "change": "ChangePasswordScreen",
    "menu": "MenuScreen",
    "confirm": "ConfirmStudentScreen",
    "report": "ConfirmStudentScreen",
    "consent": "ConsentScreen",
    "mode": "ApplicationModeScreen",
    "basis": "BasisScreen",
    "form": "ApplicantFormScreen",
    "read_back": "SummaryScreen",
    "code": "EmailCodeScreen",
    "receipt": "ReceiptScreen",
    "next_login": "LoginScreen",
    "draft_id": "AskIdScreen",
    "which": "NoticeScreen",
    "withdraw_id": "AskIdScreen",
    "adult": "NoticeScreen",
    "adult_id": "AskIdScreen",
    "card": "StudentCardScreen",
    "sign": "FormsToSignScreen",
    "pad": "SignatureScreen",
}
"""Every screen of a visit, by what leads to it, and the class that shows it."""
_STUDENTS = {
    **dict.fromkeys(("draft_id", "which", "withdraw_id", "sign", "pad"), APPLIED),
    **dict.fromkeys(("adult", "adult_id"), ADULT),
    "next_login": SIBLING,
}
"""Whose login leads to a screen; to the others that of the student who may apply."""


def _chosen(school: School, number: str, national_id: str = "") -> StudentSession:
    signed_in = school.sign_in.student(f"P{number}", national_id or STUDENTS[number][2], "test")
    visitor = school.sign_in.change_password(signed_in.visitor, PASSWORD)
    school.student_data.confirm(visitor)
    return visitor


def make_ready(school: School) -> School:
    """Bring the students into the states that lead to every screen; return the school.

    The consent is short, the mail server answers nobody, and forms are signed on the screen.
    """
    school.settings.text_folder.mkdir()
    (school.settings.text_folder / "consent.zh_TW.txt").write_text(_SHORT_CONSENT, encoding="utf-8")
    _chosen(school, READY)
    _chosen(school, ADULT)
    add_student(school, NEWCOMER, national_id=NEWCOMER_ID)
    add_student(school, SIBLING, national_id=_SIBLING_ID)
    _chosen(school, SIBLING, _SIBLING_ID)
    visitor = _chosen(school, APPLIED)
    school.consents.record(visitor, load_consent(None), "agree", language="zh_TW", read_to_end=True)
    school.applications.submit(visitor, uuid4().hex, Mode.ONE_PARENT, Basis.PARENTS, [MOTHER])
    father = replace(MOTHER, name="王大明", relation="爸爸", national_id="A100000001", national_id_again="A100000001")
    values = {"mode": Mode.ONE_PARENT, "basis": Basis.PARENTS, "entries": [asdict(father)]}
    school.drafts.save(visitor, APPLICATION, values, father.national_id)
    nobody_listens = SmtpSettings("127.0.0.1", 1, SmtpSecurity.NONE, None, None, "registrar@example.org")
    vars(school)["email_codes"] = EmailCodes(school.store, replace(school.settings, smtp=nobody_listens), school.clock)
    vars(school)["signatures"] = Signatures(school.store, replace(school.settings, sign_on_screen=True), school.clock)
    return school


async def go_to(parent: QuickParent, screen: str) -> None:
    """Go from the empty resting login of a school that was made ready to one of `SCREENS`."""
    if screen == "login":
        return
    if screen == "change":
        await parent.logs_in(f"P{NEWCOMER}", NEWCOMER_ID)
    else:
        await parent.logs_in(f"P{_STUDENTS.get(screen, READY)}", PASSWORD)
        await parent.sees("MenuScreen")
        await _go_on(parent, screen)
    await parent.sees(SCREENS[screen])


async def _go_on(parent: QuickParent, screen: str) -> None:
    match screen:
        case "menu":
            return
        case "confirm" | "report":
            await parent.opens("confirm", "ConfirmStudentScreen")
            if screen == "report":
                await parent.clicks("#wrong")
        case "card":
            await parent.opens("card", "StudentCardScreen")
        case "sign" | "pad":
            await parent.opens("sign", "FormsToSignScreen")
            if screen == "pad":
                await parent.clicks("#sign")
        case "which" | "withdraw_id":
            await parent.opens("withdraw", "NoticeScreen")
            if screen == "withdraw_id":
                await parent.presses("enter")
        case "adult" | "adult_id":
            await parent.opens("apply", "NoticeScreen")
            if screen == "adult_id":
                await parent.clicks("#student")
        case _:
            await parent.opens("apply", "ConsentScreen")
            if screen != "consent":
                await parent.consents()
                if screen != "draft_id":
                    await _apply(parent, screen)


async def _apply(parent: QuickParent, screen: str) -> None:
    await parent.sees("ApplicationModeScreen")
    if screen == "mode":
        return
    await parent.presses("enter", then="BasisScreen")
    if screen == "basis":
        return
    await parent.presses("enter", then="ApplicantFormScreen")
    if screen == "form":
        return
    await parent.fills_in(MOTHER.name, MOTHER.relation, MOTHER.national_id, MOTHER.mobile, MOTHER.email)
    await parent.sees("SummaryScreen")
    if screen == "read_back":
        return
    await parent.presses("enter", then="EmailCodeScreen")
    await parent.is_told("目前無法寄信")
    if screen == "code":
        return
    await parent.clicks("#skip", then="ReceiptScreen")
    if screen == "next_login":
        await parent.clicks("#another")
        await until(parent.pilot, lambda: parent.app.screen is not parent.app.screen_stack[0])
