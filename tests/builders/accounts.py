"""Parents with accounts, for the tests of what they do once signed on."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import timedelta
from uuid import uuid4

from sqlmodel import col, select

from db.models.accounts import Binding, CarerAccess, ParentAccount
from db.models.messages import OutboxMessage
from db.models.school import Student
from kiosk.domain.application_form import ApplicantEntry
from kiosk.domain.bindings import OpenedBinding
from kiosk.domain.school_calendar import today
from kiosk.services.accounts.bindings_desk import Bindings
from kiosk.services.accounts.carers import CarerRow
from kiosk.services.accounts.visible_children import Scope
from kiosk.services.auth.account_session import AccountSession
from kiosk.services.school import School
from tests.builders.applications import FATHER, MOTHER, made_up_id, with_id
from tests.builders.decisions import apply_and_approve, with_email, without_email
from tests.builders.school import CHOSEN, TERMINAL, add_member, change_row, fetch, rows


def invented_parent(serial: int) -> ApplicantEntry:
    """A parent of their own, with an address of their own."""
    person = replace(with_id(MOTHER, made_up_id(serial)), mobile=f"0933{serial:06}")
    return with_email(person, f"parent{serial}@example.com")


@dataclass
class Families:
    """Families whose applications were approved, each with a child of its own (student numbers from 120001 on)."""

    school: School
    _serial: int = field(default=0)

    def approved(self, entry: ApplicantEntry) -> OpenedBinding:
        """One more child, and this parent bound to it."""
        self._serial += 1
        return apply_and_approve(self.school, f"{120000 + self._serial}", 500 + self._serial, entry)

    def mother(self) -> str:
        """The mother's account, with the first password."""
        return self.approved(MOTHER).account_id

    def father(self) -> str:
        """The father's account, with the first password."""
        return self.approved(FATHER).account_id

    def first_sign_on(self, account_id: str, name: str, national_id: str) -> AccountSession:
        """The first sign-on of an account, and the forced change of the password."""
        signed_in = self.school.sign_in.parent(name, national_id[-6:], TERMINAL)
        assert signed_in.must_change
        assert signed_in.holder.account_id == account_id
        return self.school.sign_in.change_account_password(signed_in.holder, CHOSEN)

    def signed_on(self, entry: ApplicantEntry = MOTHER) -> AccountSession:
        """A parent with a child of their own, past the forced change."""
        opened = self.approved(entry)
        return self.first_sign_on(opened.account_id, entry.email or entry.mobile, entry.national_id)

    def closed(self, email: str, mobile: str) -> None:
        """An account whose last child's binding was ended."""
        person = with_email(replace(with_id(MOTHER, made_up_id(601)), mobile=mobile), email)
        opened = self.approved(person)
        Bindings(self.school.store, self.school.settings).end(
            add_member(self.school, national_id=made_up_id(699)), opened.binding_id, 1, "轉學"
        )

    def sharing(self, mobile: str) -> None:
        """Two accounts with one mobile number."""
        for serial in (602, 603):
            person = without_email(replace(with_id(MOTHER, made_up_id(serial)), mobile=mobile))
            self.approved(person)

    def let_in(
        self, holder: AccountSession, student_id: str, *, serial: int, scope: Scope = Scope.STATES, days: int = 30
    ) -> CarerRow:
        """A carer whom a parent let in: ``invented_parent(serial)``."""
        person = invented_parent(serial)
        return self.school.carers.grant(
            holder,
            student_id,
            name=person.name,
            national_id=person.national_id,
            mobile=person.mobile,
            email=person.email,
            scope={scope},
            last_day=today(self.school.clock) + timedelta(days=days),
        )

    def expired_carer(self, mobile: str, given_by: str) -> str:
        """A carer whose access was over yesterday; their first password would still do."""
        opened = self.approved(without_email(replace(with_id(MOTHER, made_up_id(604)), mobile=mobile)))
        self._make_expired_carer(opened, given_by)
        return opened.account_id

    def signed_on_but_expired(self, entry: ApplicantEntry, given_by: str) -> AccountSession:
        """A carer who signed on while their access held; it was over yesterday."""
        opened = self.approved(entry)
        holder = self.first_sign_on(opened.account_id, entry.email, entry.national_id)
        self._make_expired_carer(opened, given_by)
        return holder

    def _make_expired_carer(self, opened: OpenedBinding, given_by: str) -> None:
        change_row(self.school, Binding, opened.binding_id, state="ended")
        with self.school.store.write() as unit:
            unit.session.add(
                CarerAccess(
                    id=uuid4().hex,
                    account_id=opened.account_id,
                    student_id=unit.session.get_one(Binding, opened.binding_id).student_id,
                    granted_by=given_by,
                    scope="states",
                    last_day=(today(self.school.clock) - timedelta(days=1)).isoformat(),
                    granted_at=unit.timestamp_ms,
                )
            )
            unit.audit("test", "access.given", opened.account_id)


def account_row(school: School, account_id: str) -> ParentAccount:
    return fetch(school, ParentAccount, account_id)


def child_of(school: School, account_id: str) -> Student:
    """The newest child of an account."""
    with school.store.read() as session:
        found = session.exec(
            select(Student)
            .join(Binding, col(Binding.student_id) == col(Student.id))
            .where(Binding.parent_account_id == account_id)
            .order_by(col(Binding.began_at).desc(), col(Student.student_number).desc())
        ).first()
        assert found is not None
        session.expunge(found)
        return found


def messages(school: School, kind: str) -> list[dict[str, str | None]]:
    """What stands in the outbox of a kind, opened: name, mobile, email, channel, and the template's words."""
    found = []
    for one in rows(school, OutboxMessage, "written_at", kind=kind):
        content = school.store.keys.open("outbox_message", one.id, one.sealed)
        found.append({**content, **content.pop("words"), "channel": one.channel})
    return found
