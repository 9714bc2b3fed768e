"""學生證多元功能開通服務: a parent's answers item by item, kept as evidence; independent of the binding."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from uuid import uuid4

from sqlmodel import select

from db.models.documents import CardAnswer, SignedForm
from kiosk.domain.documents import FormKind
from kiosk.domain.errors import ServiceError
from kiosk.services.applications.flags import refresh
from kiosk.services.auth.denial_audit import audits_refusals
from kiosk.services.auth.student_session import FamilyService, StudentSession
from kiosk.services.documents.form_contents import latest_card_answer
from kiosk.services.students.consents import moment_after_last
from kiosk.services.texts.card_services import CardServices


class IncompleteAnswer(ServiceError):
    """An answer does not say on or off for exactly the shown items."""


@dataclass(frozen=True, slots=True)
class CardChoices:
    """The last answer; ``chosen`` is by the item's key, and empty without an answer."""

    answered: bool
    chosen: Mapping[str, bool]


@audits_refusals
class StudentCard(FamilyService):
    """The service."""

    def choices(self, visitor: StudentSession) -> CardChoices:
        """Return the last answer for the child's card."""
        with self._read(visitor) as (session, student):
            answer = latest_card_answer(session, student.id)
            if answer is None:
                return CardChoices(answered=False, chosen={})
            return CardChoices(answered=True, chosen={item["key"]: item["chosen"] for item in json.loads(answer.items)})

    def answer(self, visitor: StudentSession, services: CardServices, chosen: Mapping[str, bool]) -> None:
        """Add an answer beside the earlier ones, on or off for each shown item; it voids a form with another answer.

        Raises:
            IncompleteAnswer: an item has no answer, or an unknown one has.
        """
        if set(chosen) != {item.key for item in services.items}:
            raise IncompleteAnswer
        with self._write(visitor) as (unit, student):
            answer_id = uuid4().hex
            items = [{**asdict(item), "chosen": chosen[item.key]} for item in services.items]
            unit.session.add(
                CardAnswer(
                    id=answer_id,
                    student_id=student.id,
                    text_version=services.source.version,
                    text_sha256=services.source.sha256,
                    language=services.source.language,
                    items=json.dumps(items, ensure_ascii=False),
                    account=visitor.account,
                    terminal=visitor.terminal,
                    answered_at=moment_after_last(unit.session, student.id, unit.timestamp_ms, CardAnswer),
                )
            )
            known = select(SignedForm.id).where(SignedForm.student_id == student.id, SignedForm.form == FormKind.CARD)
            if unit.session.exec(known).first() is None:
                place = {"id": uuid4().hex, "student_id": student.id, "form": FormKind.CARD}
                unit.session.add(SignedForm(**place, changed_at=unit.timestamp_ms))
            refresh(unit, [student.id])
            detail = {"answer": answer_id, "chosen": dict(chosen), "sha256": services.source.sha256}
            unit.audit(visitor.credential_id, "card.answered", student.id, detail)
