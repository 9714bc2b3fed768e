"""Make the pictures of the paper forms, of invented people: `make form-pictures`."""

from __future__ import annotations

import math
from dataclasses import asdict, replace
from datetime import date
from pathlib import Path

import pypdfium2

from kiosk.config.settings import DEMO_SCHOOL_NAME
from kiosk.domain.application_form import Basis, Mode
from kiosk.domain.documents import FormContent, FormKind, PrintableForm
from kiosk.rules.strokes import Drawing, svg
from kiosk.services.documents.pdf_renderer import fingerprint, render
from kiosk.services.texts.card_services import load_card_services
from kiosk.services.texts.loader import TextName, load_consent, load_text

FOLDER = Path(__file__).parent / "forms"
_DPI = 100
_SHADES = 16
_STUDENT = {"name": "王小明", "number": "110001"}
_PLACE = {"class_name": "科二智", "seat": "12"}
_MOTHER = {
    "name": "林小花",
    "relation": "媽媽",
    "national_id": "*******401",
    "mobile": "0910-100-200",
    "email": "flower@example.org",
}
_FATHER = {
    "name": "王大明",
    "relation": "爸爸",
    "national_id": "*******001",
    "mobile": "0910-100-201",
    "email": "ming@example.org",
}
_CARER = {
    "name": "吳𠮷花",
    "relation": "外祖母",
    "national_id": "*******210",
    "mobile": "0910-100-202",
    "email": None,
}


def binding() -> FormContent:
    """Two parents."""
    text = load_consent(None).source
    return FormContent(
        FormKind.BINDING,
        {
            "student": _STUDENT,
            "application": "115-000-0001-7",
            "applicants": [_MOTHER, _FATHER],
            "consent": {"version": text.version, "sha256": text.sha256},
        },
        {
            "place": _PLACE,
            "applied": "115年9月1日",
            "modes": [{"words": mode.label, "chosen": mode is Mode.TWO_PARENTS} for mode in Mode],
            "basis": Basis.PARENTS.label,
            "documents": [],
            "warning": load_text(TextName.WARNING, None).body,
            "consent": {
                "title": text.title,
                "answered": "家長於 115年9月1日 09:05 在校務系統點選「同意」",
                "fingerprint": fingerprint(text.sha256),
            },
            "signers": ["申請人一簽章（媽媽）", "申請人二簽章（爸爸）"],
        },
    )


def binding_of_carer() -> FormContent:
    """A carer with a rare character, who brings papers and has no e-mail."""
    usual = binding()
    words = {
        "modes": [{"words": mode.label, "chosen": mode is Mode.OTHER_GUARDIAN} for mode in Mode],
        "basis": Basis.CARER.label,
        "documents": Basis.CARER.documents,
        "signers": ["申請人簽章（外祖母）"],
    }
    return replace(usual, facts={**usual.facts, "applicants": [_CARER]}, words={**usual.words, **words})


def carer() -> FormContent:
    """The parents' paper for that carer."""
    return FormContent(
        FormKind.CARER,
        {"student": _STUDENT, "application": "115-000-0001-7", "carer": _CARER},
        {"place": _PLACE, "mandate": load_text(TextName.CARER_MANDATE, None).body, "signers": []},
    )


def correction() -> FormContent:
    """Two fields reported."""
    fields = [
        {"title": "班級", "shown": "科二智", "right": "資二智"},
        {"title": "姓名", "shown": "王小明", "right": "王曉明"},
    ]
    return FormContent(
        FormKind.CORRECTION,
        {"fields": fields},
        {"student": _STUDENT, "place": _PLACE, "reported": "115年9月1日", "signers": []},
    )


def card() -> FormContent:
    """Two functions on, two off."""
    services = load_card_services(None)
    items = [{**asdict(item), "chosen": place < 2} for place, item in enumerate(services.items)]
    source = services.source
    return FormContent(
        FormKind.CARD,
        {"student": _STUDENT, "items": items, "text": {"version": source.version, "sha256": source.sha256}},
        {
            "place": _PLACE,
            "answered": "家長於 115年9月1日 09:20 在校務系統作答",
            "fingerprint": fingerprint(source.sha256),
            "signers": ["家長（監護人）簽章"],
        },
    )


def signatures() -> dict[int, dict[str, str]]:
    """Two signatures as a terminal reports them, cell by cell: waves of different height."""
    marks = {}
    for place, (height, state) in enumerate(((3, "證件已查驗"), (2, "待查驗證件"))):
        wave = tuple((100 + 10 * step, 90 + round(math.sin(step / 3) * height) * 20, 16 * step) for step in range(40))
        signed = f"115年9月1日 09:10 螢幕簽署（{state}）"
        marks[place] = {"svg": svg(Drawing(700, 180, (wave,))), "signed": signed}
    return marks


def main() -> None:
    """Make every picture anew."""
    FOLDER.mkdir(exist_ok=True)
    shown = {
        "binding": binding(),
        "binding-signed": binding(),
        "binding-carer": binding_of_carer(),
        "card": card(),
        "carer": carer(),
        "correction": correction(),
    }
    for place, (name, content) in enumerate(shown.items(), 1):
        marks = signatures() if name == "binding-signed" else {}
        sheet = PrintableForm(f"D115-000-000{place}-0", "ABCDEFGHIJKLMNOPQRSTUVWX", date(2026, 9, 1), content, marks)
        page = pypdfium2.PdfDocument(render([sheet], DEMO_SCHOOL_NAME))[0]
        picture = page.render(scale=_DPI / 72).to_pil().convert("L").quantize(_SHADES)
        picture.save(FOLDER / f"{name}.png", optimize=True)


if __name__ == "__main__":
    main()
