"""One print job: issues forms, prints them together, then marks them as printed.

After a failed print the forms stay in the queue and keep their numbers.
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
    """The result of a print job: the documents' numbers in order, and the PDF without a printer.

    ``by_hand`` are those with characters that the font lacks, to be written by hand.
    """

    numbers: tuple[str, ...]
    by_hand: tuple[str, ...]
    file: Path | None


@dataclass(frozen=True, slots=True)
class PrintRequester:
    """The person who prints, in one unit of work; ``staff_id`` is None for parents and the command line.

    ``require_student`` raises Denied unless the person may print the forms of the student with this id.
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

    ``enter`` opens a unit of work for the requester. It is called twice: no transaction is open while printing.

    Raises:
        PrintFailed: nothing was printed; the forms wait as before.
        NothingToSign: a form's subject was withdrawn, replaced or not answered yet.
        FormRefused: a form cannot be rendered.
        Denied: a form is not the requester's to print.
    """
    with enter() as requester:
        issued = [_issue(requester, settings.text_folder, key) for key in keys]
        requester.unit.audit(requester.actor, "documents.asked_for", "printer", {"forms": len(issued)})
    pdf = render([form.sheet for form in issued], settings.school_name)
    purge(settings, clock.now())
    file: Path | None = None
    if settings.printer is None:
        file = save_for_staff(settings, pdf)
    else:
        send_to_printer(settings.printer, pdf, job_title([form.sheet.number for form in issued]))
    with enter() as requester:
        mark_printed(requester.unit, [form.document_id for form in issued], requester.actor, requester.staff_id)
        requester.unit.audit(requester.actor, "documents.printed", "printer", {"forms": len(issued)})
    return Printed(
        tuple(form.sheet.number for form in issued),
        tuple(form.sheet.number for form in issued if missing_in(form.sheet.content)),
        file,
    )


def _issue(requester: PrintRequester, text_folder: Path, key: FormKey) -> Issued:
    student_id = FormContents(requester.unit.session, requester.unit.keys, None).student_of(key.kind, key.subject_id)
    if student_id is None:
        raise Denied
    requester.require_student(student_id)
    return issue(requester.unit, text_folder, key, requester.actor)
