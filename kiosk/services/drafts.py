"""What a visitor asked to keep (暫存離開): sealed, one a form and student, opened by its owner's full ID."""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from typing import Any
from uuid import uuid4

from sqlmodel import Session, select

from db.models import Draft
from db.sealed import IndexColumn, KeyRing
from db.store import Store
from kiosk.rules.identity import normalise_id
from kiosk.services.visitor import Visitor, require_student


class Drafts:
    """The service."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def save(self, visitor: Visitor, form: str, values: Mapping[str, Any], national_id: str = "") -> None:
        """Keep a form's values (JSON); with an ID, only that ID opens them again."""
        with self._store.write() as unit:
            student = require_student(unit.session, visitor)
            draft = _find(unit.session, student.id, form)
            if draft is None:
                draft = Draft(id=uuid4().hex, student_id=student.id, form=form, sealed=b"", saved_at=unit.at)
            draft.sealed = unit.keys.seal("draft", draft.id, values)
            draft.national_id_index = _index(unit.keys, national_id)
            draft.saved_at = unit.at
            unit.session.add(draft)
            unit.audit(visitor.credential_id, "draft.saved", student.id, {"form": form})

    def exists(self, visitor: Visitor, form: str) -> bool:
        """Whether a draft of this form is kept."""
        with self._store.read() as session:
            return _find(session, require_student(session, visitor).id, form) is not None

    def load(self, visitor: Visitor, form: str, national_id: str = "") -> dict[str, Any] | None:
        """The values, or None where there is no draft or the ID is not its owner's."""
        with self._store.read() as session:
            draft = _find(session, require_student(session, visitor).id, form)
            if draft is None:
                return None
            typed = _index(self._store.keys, national_id)
            if draft.national_id_index and not hmac.compare_digest(typed or b"", draft.national_id_index):
                return None
            return self._store.keys.open("draft", draft.id, draft.sealed)

    def discard(self, visitor: Visitor, form: str) -> None:
        """Forget a draft, if there is one."""
        with self._store.write() as unit:
            student = require_student(unit.session, visitor)
            draft = _find(unit.session, student.id, form)
            if draft is not None:
                unit.session.delete(draft)
            unit.audit(visitor.credential_id, "draft.discarded", student.id, {"form": form})


def _find(session: Session, student_id: str, form: str) -> Draft | None:
    return session.exec(select(Draft).where(Draft.student_id == student_id, Draft.form == form)).one_or_none()


def _index(keys: KeyRing, national_id: str) -> bytes | None:
    return keys.index(IndexColumn.NATIONAL_ID, normalise_id(national_id)) if national_id else None
