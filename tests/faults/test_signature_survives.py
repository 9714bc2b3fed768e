"""What was signed and counted is there after the process was killed at once."""

from __future__ import annotations

from sqlmodel import select

from db.models.documents import Document, Signature
from kiosk.config.settings import Settings
from kiosk.domain.documents import PaperState
from kiosk.services.documents.register import drawing_of
from tests.builders.documents import DRAWING
from tests.builders.filled_school import open_cheaply
from tests.faults.test_kill import audit_is_whole
from tests.faults.worker import child, messages, sign_and_die


def test_strokes_survive_a_kill_after_the_form_counts(settings: Settings) -> None:
    with child(sign_and_die, settings) as (_pid, pipe):
        assert list(messages(pipe)) == ["returned"]
    school = open_cheaply(settings)
    with school.store.read() as session:
        assert session.exec(select(Document.state)).one() == PaperState.RETURNED
        signature = session.exec(select(Signature)).one()
        assert signature.state == "checked"
        assert drawing_of(school.store.keys, signature) == DRAWING
    assert audit_is_whole(school)
    school.close()
