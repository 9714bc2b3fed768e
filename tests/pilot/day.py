"""A school on the day of the whole-day test: its families, its staff, its mail server; nothing has happened yet."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from argon2 import PasswordHasher
from sqlmodel import col, select

from db.models.applications import Applicant, Application, HistoryEntry
from db.models.messages import OutboxMessage
from kiosk.config.settings import Settings
from kiosk.demo.family_visits import DEMO_PASSWORD, DemoVisits
from kiosk.demo.people import invented_id, invented_roster
from kiosk.domain.application_status import ApprovalBlock
from kiosk.domain.school_calendar import today
from kiosk.services.applications.history import Action
from kiosk.services.auth.staff_session import CommandLine, Role
from kiosk.services.files.table_reader import Sheet
from kiosk.services.imports.roster_check import check_roster
from kiosk.services.imports.roster_import import import_roster
from kiosk.services.imports.roster_records import sheet_records
from kiosk.services.messaging.outbox import Channel, MessageState
from kiosk.services.office import open_office
from kiosk.services.review.queue import MAX_ROWS
from kiosk.services.review.queue_filter import QueueFilter, QueueSort
from kiosk.services.school import School, open_school
from kiosk.testing.clock import FakeClock
from kiosk.testing.person import Person, until
from tests.builders.mail_server import Mailbox, mail_server
from tests.pilot.people import STAFF_PASSWORD

FIRST_STAFF_PASSWORD = "first-of-seven-lanterns"
_FIRST_OF_A_CLASS, _FIRST_OF_THE_NEXT = 0, 30
_SHORT_CONSENT = "版本: 1\n標題: 同意書\n\n[本文]\n本文。\n\n[同意]\n同意。\n\n[不同意]\n不同意。\n\n[備註]\n備註。\n"
_MOTHER = ("母親姓名", "母親身分證字號", "母親行動電話", "母親電子郵件")
_TOLD = {Action.APPROVED: "已審核通過", Action.RETURNED: "請您補正", Action.REJECTED: "審核結果"}
"""What the subject of a decision's mail says."""


class Day:
    """The school and everybody in it.

    Attributes:
        school: open.
        visits: what families do without being watched, by student number.
        people: each student's row of the roster by its headings, by student number.
        mailbox: what the mail server took.
    """

    def __init__(self, school: School, people: dict[str, dict[str, str]], mailbox: Mailbox) -> None:
        self.school = school
        self.people = people
        self.visits = DemoVisits(school, people)
        self.office = open_office(school)
        self.mailbox = mailbox

    def mother(self, number: str) -> tuple[str, str, str, str, str]:
        """What the mother on file of a student fills in."""
        entry = self.visits.entry(number, "母親")
        return entry.name, entry.relation, entry.national_id, entry.mobile, entry.email

    def father(self, number: str) -> tuple[str, str, str, str, str]:
        """What the father on file fills in; he has no e-mail there."""
        entry = self.visits.entry(number, "父親")
        return entry.name, entry.relation, entry.national_id, entry.mobile, entry.email

    def last_mail_to(self, email: str) -> str:
        """The words of the last mail to an address."""
        received = zip(reversed(self.mailbox.bodies()), reversed(self.mailbox.recipients), strict=True)
        return next(body for body, recipients in received if recipients == [email])

    def code_for(self, email: str) -> str:
        """The code in the last mail to an address."""
        return str(re.findall(r"(?<![0-9])[0-9]{6}(?![0-9])", self.last_mail_to(email))[0])

    def other_forms_come_in(self, account: str, class_name: str) -> None:
        """A member ticks off the signed forms of a class that are still out, one by one."""
        member = self.school.sign_in.staff(account, STAFF_PASSWORD, "elsewhere").member
        wanted = QueueFilter(class_name=class_name, flag=ApprovalBlock.SIGNATURE)
        for row in self.office.queue.page(member, wanted, QueueSort(), limit=MAX_ROWS).rows:
            self.office.review.form_received(member, row.application_id, row.version)

    def take_back(self, number: str) -> None:
        """A mother withdraws her application at another kiosk."""
        visitor = self.school.sign_in.student(f"P{number}", DEMO_PASSWORD, "elsewhere").visitor
        national_id = self.visits.entry(number, "母親").national_id
        self.school.applications.withdraw(visitor, self.application(number).id, national_id)

    def application(self, number: str, relation: str = "") -> Application:
        """The row of a student's application, where there are several that of a 爸爸 or 媽媽."""
        with self.school.store.read() as session:
            found = select(Application).join(Applicant, col(Applicant.application_id) == col(Application.id))
            found = found.where(Application.student_number == number)
            if relation:
                found = found.where(Applicant.relation == relation)
            row = session.exec(found.distinct()).one()
            session.expunge(row)
            return row

    def decisions(self) -> Counter[tuple[str, str, str]]:
        """Every decision that a mail should tell: whom, of which application, and what the subject says."""
        told: Counter[tuple[str, str, str]] = Counter()
        with self.school.store.read() as session:
            found = (
                select(HistoryEntry.action, Application.number, Applicant)
                .join(Application, col(Application.id) == col(HistoryEntry.application_id))
                .join(Applicant, col(Applicant.application_id) == col(Application.id))
                .where(col(HistoryEntry.action).in_(_TOLD))
            )
            for action, number, person in session.exec(found):
                email = self.school.store.keys.open("applicant", person.id, person.sealed)["email"]
                if email:
                    told[email, number, _TOLD[Action(action)]] += 1
        return told

    def mails_of_decisions(self) -> Counter[tuple[str, str, str]]:
        """What arrived at the mail server, in the same words; a mail of another kind is left out."""
        arrived: Counter[tuple[str, str, str]] = Counter()
        for mail, recipients in zip(self.mailbox.parsed(), self.mailbox.recipients, strict=True):
            subject = str(mail["Subject"])
            number = re.search(r"申請編號 ([0-9-]+)", subject)
            if number is not None:
                said = next(words for words in _TOLD.values() if words in subject)
                arrived.update((recipient, number[1], said) for recipient in recipients)
        return arrived

    def mails_in(self, *states: MessageState) -> int:
        """How many mails of the outbox are in these states."""
        wanted = select(OutboxMessage.id).where(
            OutboxMessage.channel == Channel.MAIL, col(OutboxMessage.state).in_(states)
        )
        with self.school.store.read() as session:
            return len(session.exec(wanted).all())

    async def all_mails_gone(self, person: Person) -> None:
        """Wait until the app that stands has sent what is due."""
        await until(person.pilot, lambda: not self.mails_in(MessageState.WAITING, MessageState.SENDING))


def _roster() -> Sheet:
    """The invented school's, with one mother of two children in two classes."""
    sheet = invented_roster()
    rows = list(sheet.rows)
    places = [sheet.header.index(heading) for heading in _MOTHER]
    line, cells = rows[_FIRST_OF_THE_NEXT]
    of_the_first = rows[_FIRST_OF_A_CLASS][1]
    shared = [of_the_first[place] if place in places else cell for place, cell in enumerate(cells)]
    rows[_FIRST_OF_THE_NEXT] = (line, tuple(shared))
    return Sheet(sheet.header, tuple(rows))


@contextmanager
def opened_day(home: Path, clock: FakeClock) -> Iterator[Day]:
    """The school with its roster, a teacher, a registrar and a mail server."""
    mailbox = Mailbox()
    with mail_server(mailbox) as smtp:
        school = open_school(Settings(home=home, smtp=smtp), clock, PasswordHasher(1, 1024, 1))
        school.settings.text_folder.mkdir()
        (school.settings.text_folder / "consent.zh_TW.txt").write_text(_SHORT_CONSENT, encoding="utf-8")
        sheet = _roster()
        roster = check_roster(sheet_records(sheet), school.settings.student_no_pattern, today(clock))
        assert not roster.faults
        import_roster(school.store, roster, "0" * 64, "test", lambda _done, _all: None)
        people = {cells[0]: dict(zip(sheet.header, cells, strict=True)) for _line, cells in sheet.rows}
        day = Day(school, people, mailbox)
        for place, (account, role, classes) in enumerate(
            (("TEACHER", Role.HOMEROOM_TEACHER, ["科一智"]), ("REGISTRAR", Role.REGISTRAR, []))
        ):
            day.office.staff_accounts.add(
                CommandLine(),
                account=account,
                name=("王淑芬", "林志明")[place],
                role=role,
                classes=classes,
                national_id=invented_id("A", 2, 9400000 + place),
                first_password=FIRST_STAFF_PASSWORD,
            )
        yield day
        school.close()
