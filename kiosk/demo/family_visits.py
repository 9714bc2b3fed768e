"""Visits of the invented school's families, made by the real services."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict
from uuid import uuid4

from kiosk.domain.application_form import ApplicantEntry, Basis, Mode
from kiosk.rules.strokes import Drawing
from kiosk.services.auth.student_session import StudentSession
from kiosk.services.school import School
from kiosk.services.students.consents import ConsentAnswer
from kiosk.services.texts.card_services import load_card_services
from kiosk.services.texts.loader import load_consent

DEMO_PASSWORD = "Harbour7lights"
_SIGNATURE = Drawing(
    700,
    180,
    (
        tuple((105 + 10 * step, 90 + round(math.sin(step / 2) * 3) * 20, 16 * step) for step in range(24)),
        ((385, 30, 600), (395, 70, 620), (395, 110, 640), (385, 150, 660)),
    ),
)


class DemoVisits:
    """The acts of families, each by student number; ``people`` as of :func:`kiosk.demo.people.people_by_number`."""

    def __init__(self, school: School, people: Mapping[str, Mapping[str, str]]) -> None:
        self.school = school
        self.people = people
        self._visitors: dict[str, StudentSession] = {}

    def _visitor(self, number: str) -> StudentSession:
        if number not in self._visitors:
            first = self.people[number]["身分證字號"]
            visitor = self.school.sign_in.student(f"P{number}", first, "demo").visitor
            self._visitors[number] = self.school.sign_in.change_password(visitor, DEMO_PASSWORD)
        return self._visitors[number]

    def answers_consent(self, number: str, choice: ConsentAnswer) -> StudentSession:
        """Sign in and answer the consent."""
        visitor = self._visitor(number)
        text = load_consent(None)
        self.school.consents.record(visitor, text, choice, language=text.source.language, read_to_end=True)
        return visitor

    def entry(self, number: str, who: str) -> ApplicantEntry:
        """Return the form as 父親 or 母親 of the roster would fill it in."""
        person = self.people[number]
        email = person.get(f"{who}電子郵件", "")
        national_id = person[f"{who}身分證字號"]
        return ApplicantEntry(
            name=person[f"{who}姓名"],
            relation="爸爸" if who == "父親" else "媽媽",
            national_id=national_id,
            national_id_again=national_id,
            mobile=person[f"{who}行動電話"],
            email=email,
            email_again=email,
            no_email=not email,
        )

    def confirms(self, number: str) -> StudentSession:
        """Confirm the child's data."""
        visitor = self._visitor(number)
        self.school.student_data.confirm(visitor)
        return visitor

    def reports_an_error(self, number: str, right_values: Mapping[str, str]) -> None:
        """Report errors in the child's data, by field."""
        self.school.student_data.report_errors(self._visitor(number), right_values)

    def refuses(self, number: str) -> None:
        """Confirm the data and refuse the consent."""
        self.confirms(number)
        self.answers_consent(number, "refuse")

    def leaves_a_draft(self, number: str) -> None:
        """Confirm the data, begin an application and save the draft."""
        self.confirms(number)
        entry = self.entry(number, "母親")
        values = {"mode": Mode.ONE_PARENT, "basis": Basis.PARENTS, "entries": [asdict(entry)]}
        self.school.drafts.save(self._visitor(number), "application", values, entry.national_id)

    def applies(self, number: str, mode: Mode, basis: Basis, people: tuple[str, ...]) -> str:
        """Confirm, consent and apply with the roster's parents; return the first applicant's ID."""
        self.confirms(number)
        entries = [self.entry(number, who) for who in people]
        self.sends(number, mode, basis, *entries)
        return entries[0].national_id

    def sends(self, number: str, mode: Mode, basis: Basis, *entries: ApplicantEntry) -> None:
        """Consent and submit these entries."""
        visitor = self.answers_consent(number, "agree")
        self.school.applications.submit(visitor, uuid4().hex, mode, basis, list(entries))

    def answers_the_card(self, number: str, *chosen: str) -> None:
        """Choose only these functions of the student card, by key."""
        services = load_card_services(None)
        answers = {item.key: item.key in chosen for item in services.items}
        self.school.card.answer(self._visitor(number), services, answers)

    def signs(self, number: str) -> None:
        """Sign every form on screen; the signatures wait for a check of the signer's ID."""
        visitor = self._visitor(number)
        for box in self.school.signatures.boxes(visitor):
            self.school.signatures.sign(visitor, box, _SIGNATURE)

    def withdraws(self, number: str) -> None:
        """Apply and withdraw the application."""
        national_id = self.applies(number, Mode.ONE_PARENT, Basis.PARENTS, ("父親",))
        visitor = self._visitor(number)
        application = self.school.student_data.hub(visitor).applications[0]
        self.school.applications.withdraw(visitor, application.id, national_id)
