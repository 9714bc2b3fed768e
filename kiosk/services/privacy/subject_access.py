"""The data held on a parent or carer, for that person (Personal Data Protection Act, art. 3).

IDs are masked but for three characters, and other people's names too. A carer without a binding gets only the data of
the account since its opening: the school has not verified them, and the granting parent could sign on in their place.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlmodel import Session, col, select

from db.keyring import KeyRing
from db.models.accounts import Binding, CarerAccess, DeletionRequest, ParentAccount
from db.models.applications import Applicant, Application, Consent
from db.models.documents import Document
from db.models.school import Guardian, Student
from kiosk.domain.application_status import ApplicationState
from kiosk.domain.documents import FormFault, FormKind, FormRefused, PaperState
from kiosk.domain.school_calendar import roc_day
from kiosk.i18n import _
from kiosk.rules.identity import mask_id
from kiosk.rules.names import mask_name
from kiosk.rules.roc_dates import format_roc
from kiosk.services.accounts.parent_accounts import credential_of, is_bound
from kiosk.services.accounts.visible_children import Scope, scope_of
from kiosk.services.documents.font_coverage import missing_characters, printable_value
from kiosk.services.documents.typst import NotTypeset, typeset
from kiosk.services.messaging.outbox import Channel, MessageKind
from kiosk.services.messaging.redaction import messages_of
from kiosk.services.students.consents import BY_ACCOUNT, choice_label

Line = tuple[str, str]


@dataclass(frozen=True, slots=True)
class DataSection:
    """One section of the copy; each line has a label and a value."""

    title: str
    lines: tuple[Line, ...] = field(repr=False)


class OwnDataReader:
    """Gathers the data held on the person of an account."""

    def __init__(self, session: Session, keys: KeyRing, account: ParentAccount) -> None:
        self._session = session
        self._keys = keys
        self._account = account
        self._known: Mapping[str, Any] = keys.open("parent_account", account.id, account.sealed)
        self._is_bound = is_bound(session, account)
        self._since = 0 if self._is_bound else account.opened_at

    def sections(self, consent_title: str) -> tuple[DataSection, ...]:
        """Return the sections of the copy; ``consent_title`` is the title of the consent text."""
        of_bound = (
            (_("親子關係綁定"), self._of_bindings()),
            (_("申請資料"), self._of_applications()),
            (_("同意紀錄"), self._of_consents(consent_title)),
            (_("學籍資料上的家長"), self._of_roster()),
            (_("申請書"), self._of_documents()),
        )
        elsewhere = _("學校還沒有核對過您的身分，這裡只有這個照顧者帳號的資料；其他資料請帶身分證件到註冊組查閱。")
        parts = (
            (_("帳號"), self._of_account()),
            *(of_bound if self._is_bound else ((_("其他資料"), _note(elsewhere)),)),
            (_("照顧者"), self._of_carers()),
            (_("通知"), self._of_messages()),
            (_("刪除申請"), self._of_deletions()),
            (_("稽核紀錄"), _note(_("登入與各項操作以帳號編號記錄，不含姓名、證號與聯絡方式。"))),
        )
        return tuple(DataSection(title, tuple(lines)) for title, lines in parts)

    def consents(self) -> list[Consent]:
        """Return the consents behind the account's bindings and its withdrawals, the oldest first; none for a carer."""
        if not self._is_bound:
            return []
        behind = (
            select(Application.consent_id)
            .join(Binding, col(Binding.application_id) == col(Application.id))
            .where(Binding.parent_account_id == self._account.id)
        )
        own = (Consent.answered_by == BY_ACCOUNT) & (Consent.account == self._account.id)
        statement = select(Consent).where(col(Consent.id).in_(behind) | own)
        return list(self._session.exec(statement.order_by(col(Consent.answered_at), col(Consent.id))).all())

    def _of_account(self) -> Iterator[Line]:
        account = self._account
        credential = credential_of(self._session, account)
        yield _("姓名"), account.name
        yield _("身分證字號（末三碼）"), mask_id(self._known["national_id"])
        yield _("手機"), self._known["mobile"]
        yield _("電子郵件"), self._known.get("email") or _("無")
        yield _("自訂帳號"), self._known.get("chosen_account") or _("無")
        yield _("帳號開通日期"), roc_day(account.opened_at)
        yield _("密碼最後變更"), roc_day(credential.changed_at)

    def _of_bindings(self) -> Iterator[Line]:
        found = self._session.exec(
            select(Binding, Student.name, Application.number)
            .join(Student, col(Student.id) == col(Binding.student_id))
            .join(Application, col(Application.id) == col(Binding.application_id))
            .where(Binding.parent_account_id == self._account.id)
            .order_by(col(Binding.began_at), col(Binding.id))
        ).all()
        for binding, student, number in found:
            text = _("{relation}，申請編號 {number}，{day} 起").format(
                relation=binding.relation, number=number, day=roc_day(binding.began_at)
            )
            if binding.ended_at is not None:
                reason = self._keys.open("binding", binding.id, binding.sealed).get("reason", "")
                text += _("，{day} 終止：{reason}").format(day=roc_day(binding.ended_at), reason=reason)
            yield student, text

    def _own_applications(self) -> list[tuple[Applicant, Application]]:
        found = self._session.exec(
            select(Applicant, Application)
            .join(Application, col(Application.id) == col(Applicant.application_id))
            .where(Applicant.national_id_index == self._account.national_id_index)
            .order_by(col(Application.submitted_at), col(Application.id))
        ).all()
        return [(person, application) for person, application in found]

    def _of_applications(self) -> Iterator[Line]:
        for person, application in self._own_applications():
            given = self._keys.open("applicant", person.id, person.sealed)
            yield (
                application.number,
                _("{day} 為 {student} 申請，{state}：{name}，{relation}，{national_id}，{mobile}，{email}").format(
                    day=roc_day(application.submitted_at),
                    student=application.student_name,
                    state=ApplicationState(application.state).label,
                    name=person.name,
                    relation=person.relation,
                    national_id=mask_id(given["national_id"]),
                    mobile=given["mobile"],
                    email=given["email"] or _("沒有電子郵件"),
                ),
            )

    def _of_consents(self, title: str) -> Iterator[Line]:
        for consent in self.consents():
            text = _("{choice}；{text} 版本 {version}，文字驗證碼 {sha256}，地點 {terminal}").format(
                choice=choice_label(consent.choice),
                text=title,
                version=consent.text_version,
                sha256=consent.text_sha256[:16],
                terminal=consent.terminal,
            )
            yield roc_day(consent.answered_at), text

    def _of_roster(self) -> Iterator[Line]:
        found = self._session.exec(
            select(Guardian, Student.name)
            .join(Student, col(Student.id) == col(Guardian.student_id))
            .where(col(Guardian.national_id_index) == self._account.national_id_index)
            .order_by(col(Student.student_number), col(Guardian.id))
        ).all()
        for guardian, student in found:
            given = self._keys.open("guardian", guardian.id, guardian.sealed)
            contact = [guardian.name, mask_id(given.get("national_id") or ""), given.get("mobile"), given.get("email")]
            yield student, "，".join(filter(None, contact))

    def _of_carers(self) -> Iterator[Line]:
        account = self._account
        found = self._session.exec(
            select(CarerAccess, Student.name)
            .join(Student, col(Student.id) == col(CarerAccess.student_id))
            .where(
                (CarerAccess.granted_by == account.id) | (CarerAccess.account_id == account.id),
                CarerAccess.granted_at >= self._since,
            )
            .order_by(col(CarerAccess.granted_at), col(CarerAccess.id))
        ).all()
        for access, student in found:
            is_own = access.granted_by == account.id
            other = self._session.get_one(ParentAccount, access.account_id if is_own else access.granted_by)
            words = _("您讓 {other} 看") if is_own else _("{other} 讓您看")
            scope = "、".join(scope.label for scope in Scope if scope in scope_of(access))
            last = format_roc(date.fromisoformat(access.last_day))
            text = _("{words}：{scope}，{day} 起至 {last}").format(
                words=words.format(other=mask_name(other.name)), scope=scope, day=roc_day(access.granted_at), last=last
            )
            if access.ended_at is not None:
                text += _("，{day} 收回").format(day=roc_day(access.ended_at))
            yield student, text

    def _of_documents(self) -> Iterator[Line]:
        numbers = [application.id for _person, application in self._own_applications()]
        found = self._session.exec(
            select(Document)
            .where(col(Document.application_id).in_(numbers))
            .order_by(col(Document.issued_at), col(Document.id))
        ).all()
        for document in found:
            text = _("{kind}，{day} 製發，{state}").format(
                kind=FormKind(document.kind).label,
                day=roc_day(document.issued_at),
                state=PaperState(document.state).label,
            )
            yield document.number, text

    def _of_messages(self) -> Iterator[Line]:
        for message in messages_of(self._session, self._account, of_applications=self._is_bound):
            if message.written_at < self._since:
                continue
            content = self._keys.open("outbox_message", message.id, message.sealed)
            is_mail = message.channel == Channel.MAIL.value
            where = content["email"] if is_mail else _("電話 {mobile}").format(mobile=content["mobile"])
            yield (
                roc_day(message.written_at),
                _("{what}：{where}").format(what=MessageKind(message.kind).label, where=where),
            )

    def _of_deletions(self) -> Iterator[Line]:
        found = self._session.exec(
            select(DeletionRequest)
            .where(DeletionRequest.account_id == self._account.id, DeletionRequest.requested_at >= self._since)
            .order_by(col(DeletionRequest.requested_at), col(DeletionRequest.id))
        ).all()
        for request in found:
            said = self._keys.open("deletion_request", request.id, request.sealed)
            words = [deletion_label(request.state), said["reason"], said.get("answer")]
            yield roc_day(request.requested_at), "，".join(filter(None, words))


def _note(text: str) -> Iterator[Line]:
    yield _("說明"), text


def deletion_label(state: str) -> str:
    """Return the label of a deletion request's state."""
    return {"deleted": _("已刪除"), "declined": _("不刪除"), "taken_back": _("已取回")}.get(state, _("待學校處理"))


def render_copy(sections: Sequence[DataSection], made_on: date, school_name: str) -> bytes:
    """Return one PDF, with the same bytes for the same data and day.

    Raises:
        FormRefused: the text cannot be rendered.
    """
    title = _("個人資料複製本")
    content = [[section.title, [list(line) for line in section.lines]] for section in sections]
    copy = {
        "school": printable_value(school_name),
        "title": title,
        "made": _("製作日期：{day}").format(day=format_roc(made_on)),
        "nothing": _("沒有資料。"),
        "note": _(
            "依個人資料保護法第3條製給。身分證字號只顯示末三碼，學校封存的是完整字號；密碼只存不能還原的雜湊值。"
        ),
        "missing": missing_characters([content, school_name]),
        "sections": [
            {"title": section.title, "lines": printable_value([list(line) for line in section.lines])}
            for section in sections
        ],
    }
    try:
        return typeset("copy.typ", made_on, {"copy": copy}, title)
    except NotTypeset:
        raise FormRefused(FormFault.UNRENDERABLE) from None
