"""One print job: forms are given their numbers, printed together, and only then counted as printed.

What did not come out of the printer stays in the queue and is printed again under the same number.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

from db.store import UnitOfWork
from kiosk.clock import Clock
from kiosk.config.settings import Settings
from kiosk.domain.documents import FormKey
from kiosk.domain.errors import Denied
from kiosk.services.documents.form_contents import FormContents
from kiosk.services.documents.pdf_renderer import missing_in, render
from kiosk.services.documents.printer import job_title, purge, save_for_staff, send_to_printer
from kiosk.services.signing.issuing import Issued, issue, mark_printed


@dataclass(frozen=True, slots=True)
class Printed:
    """What was printed.

    Attributes:
        numbers: of the documents, in order.
        by_hand: of those whose foot asks for characters that the font lacks.
        file: where the PDF lies, where there is no printer.
    """

    numbers: tuple[str, ...]
    by_hand: tuple[str, ...]
    file: Path | None


@dataclass(frozen=True, slots=True)
class PrintRequester:
    """Who prints, in one unit of work.

    Attributes:
        unit: the unit of work.
        actor: as it stands in the audit.
        staff_id: the member of staff; None for parents and the command line.
        require_student: raises Denied where the forms of a student, given by id, are not theirs to print.
    """

    unit: UnitOfWork
    actor: str
    staff_id: str | None
    require_student: Callable[[str], None]


def print_forms(
    settings: Settings,
    clock: Clock,
    enter: Callable[[], AbstractContextManager[PrintRequester]],
    keys: Sequence[FormKey],
) -> Printed:
    """Print forms in one job, in this order.

    Args:
        settings: printer, school's name, texts.
        clock: for the age of files.
        enter: opens a unit of work for whoever asks; twice, for the printing itself is in none.
        keys: which forms.

    Raises:
        PrintFailed: nothing came out; the forms wait as before.
        NothingToSign: one of the forms stands no more.
        FormRefused: a form cannot be made.
        Denied: not theirs to print.
    """
    with enter() as asker:
        issued = [_issue(asker, settings.text_folder, key) for key in keys]
        asker.unit.audit(asker.actor, "documents.asked_for", "printer", {"forms": len(issued)})
    pdf = render([form.sheet for form in issued], settings.school_name)
    purge(settings, clock.now())
    file: Path | None = None
    if settings.printer is None:
        file = save_for_staff(settings, pdf)
    else:
        send_to_printer(settings.printer, pdf, job_title([form.sheet.number for form in issued]))
    with enter() as asker:
        mark_printed(asker.unit, [form.document_id for form in issued], asker.actor, asker.staff_id)
        asker.unit.audit(asker.actor, "documents.printed", "printer", {"forms": len(issued)})
    return Printed(
        tuple(form.sheet.number for form in issued),
        tuple(form.sheet.number for form in issued if missing_in(form.sheet.content)),
        file,
    )


def _issue(asker: PrintRequester, text_folder: Path, key: FormKey) -> Issued:
    student_id = FormContents(asker.unit.session, asker.unit.keys, None).student_of(key.kind, key.subject_id)
    if student_id is None:
        raise Denied
    asker.require_student(student_id)
    return issue(asker.unit, text_folder, key, asker.actor)
