"""An application in words: student, state, comparison with the school's data, history."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from kiosk.domain.application_form import Basis, FormField, Mode
from kiosk.domain.receipt import EmailState
from kiosk.domain.school_calendar import day_and_time
from kiosk.i18n import _
from kiosk.services.accounts.bindings_desk import BindingRow
from kiosk.services.accounts.parent_accounts import EmailOfAnother
from kiosk.services.applications.history import UNCHANGED, FieldNote, HistoryLine
from kiosk.services.review.case_view import (
    ApplicationView,
    ConsentEvidence,
    GuardianOnFile,
    OtherApplication,
    PersonView,
    Revealed,
)
from kiosk.services.review.refusals import Blocked
from kiosk.services.students.consents import WITHDRAWN, choice_label
from kiosk.widgets.comparison_table import Pair

_COMPARED = ("name", "national_id", "mobile", "email")
_DIGITS_OF_HASH = 16


def student_line(view: ApplicationView) -> str:
    """Return the student."""
    student = view.student
    seat = _(" {n} 號").format(n=student.seat_number) if student.seat_number else ""
    adult = _("　已成年") if student.is_adult else ""
    return _("{class_name}{seat}　{name}　學號 {number}{adult}").format(
        class_name=student.class_name, seat=seat, name=student.name, number=student.student_number, adult=adult
    )


def application_line(view: ApplicationView) -> str:
    """Return number, state, mode and decision."""
    basis = "" if view.basis is Basis.PARENTS else f"　{view.basis.label}"
    line = f"{view.number}　{view.state.label}　{mode_words(view.mode)}{basis}"
    if view.decided_by and view.decided_at:
        line += _("　{by} {time} 決定").format(by=view.decided_by, time=day_and_time(view.decided_at))
    return line


def mode_words(mode: Mode) -> str:
    """Return the short name of a mode."""
    return {
        Mode.ONE_PARENT: _("一位家長申辦"),
        Mode.TWO_PARENTS: _("二位家長申辦"),
        Mode.OTHER_GUARDIAN: _("其他監護人申辦"),
    }[mode]


def field_label(key: str) -> str:
    """Return the short name of a field, for a column."""
    return {"name": _("姓名"), "relation": _("親屬關係"), "email": _("電子郵件"), "mobile": _("手機")}.get(
        key, FormField(key).label
    )


def person_title(view: ApplicationView, person: PersonView) -> str:
    """Return the applicant's position and relation."""
    if len(view.people) == 1:
        return _("申請人　{relation}").format(relation=person.relation)
    return _("第 {n} 位申請人　{relation}").format(n=person.position, relation=person.relation)


def comparison_header(person: PersonView) -> tuple[str, str, str, str]:
    """Return the column headings; the school's names the guardian's role."""
    on_file = (
        _("學籍無此人") if person.on_file is None else _("學籍（{role}）").format(role=role_word(person.on_file.role))
    )
    return _("欄位"), on_file, _("家長填的"), _("對照")


def role_word(role: str) -> str:
    """Return the word for a guardian's role in the roster."""
    return {"father": _("父親"), "mother": _("母親"), "guardian": _("監護人")}[role]


def compare(person: PersonView, revealed: Revealed | None) -> list[Pair]:
    """Return the fields side by side, masked unless revealed."""
    on_file = person.on_file if revealed is None else revealed.on_file
    given = person if revealed is None else revealed.given
    pairs = []
    for key in _COMPARED:
        left = (getattr(on_file, key) or "") if on_file is not None else ""
        right = getattr(given, key) or ""
        verdict = _verdict(person, key, left=left, right=right)
        pairs.append(Pair(field_label(key), left, right or _("（沒有）"), verdict, key in person.differing))
    return pairs


def _verdict(person: PersonView, key: str, *, left: str, right: str) -> str:
    """Return the verdict on a field; the service knows which differ, for masked values can look alike."""
    if key in person.differing:
        return _("不同")
    state = _email_word(person.email_state) if key == "email" else ""
    if person.on_file is None or not right:
        return state
    return (_("相同") if left else _("學籍沒有")) + (f" {state}" if state else "")


def _email_word(state: EmailState) -> str:
    return {EmailState.VERIFIED: _("已驗證"), EmailState.UNVERIFIED: _("未驗證"), EmailState.NONE: ""}[state]


def guardian_line(guardian: GuardianOnFile) -> str:
    """Return a guardian of the roster, masked."""
    known = (guardian.name, guardian.national_id, guardian.mobile, guardian.email)
    return "　".join([role_word(guardian.role), *filter(None, known)])


def other_line(other: OtherApplication) -> str:
    """Return another application of the same child."""
    return _("{number}　{state}　{mode}　{names}　{time} 送出").format(
        number=other.number,
        state=other.state.label,
        mode=mode_words(other.mode),
        names=other.applicant_names,
        time=day_and_time(other.submitted_at),
    )


def paper_lines(view: ApplicationView) -> Iterator[str]:
    """Return the signed form, and the documents whose originals must be seen."""
    paper = view.paper
    state = {"not_printed": _("未列印"), "printed": _("已列印"), "returned": _("已簽回")}[paper.state]
    by = _("（{by} {time}）").format(by=paper.received_by, time=day_and_time(paper.at)) if paper.received_by else ""
    yield _("簽章申請書　{state}{by}").format(state=state, by=by)
    for place, name in enumerate(view.documents.papers):
        yield (_("證明文件　　{name}") if place == 0 else "　　　　　　{name}").format(name=name)
    if view.documents.seen_at is not None:
        seen = day_and_time(view.documents.seen_at)
        yield _("　　　　　　{by} {time} 查驗正本").format(by=view.documents.seen_by, time=seen)
    elif view.documents.papers:
        yield _("　　　　　　還沒查驗正本")


def consent_lines(view: ApplicationView) -> list[str]:
    """Return every answer with its evidence, the newest first."""
    return [_consent_line(one) for one in reversed(view.consents)] or [_("沒有紀錄")]


def _consent_line(one: ConsentEvidence) -> str:
    who = _("學生本人") if one.answered_by == "student" else _("家長")
    how = (
        _("{by} 登錄紙本").format(by=one.recorded_by)
        if one.recorded_by
        else _("終端機 {terminal}").format(terminal=one.terminal)
    )
    parts = [
        day_and_time(one.answered_at),
        who + choice_label(one.choice),
        how,
        _("版本 {version}").format(version=one.text_version),
        f"SHA-256 {one.text_sha256[:_DIGITS_OF_HASH]}",
    ]
    if one.choice != WITHDRAWN:  # a withdrawal shows no text
        parts.insert(-1, _("已讀到最後") if one.read_to_end else _("沒有讀到最後"))
    if one.is_basis:
        parts.append(_("本申請依據"))
    return "　".join(parts)


def binding_line(binding: BindingRow) -> str:
    """Return a present or past binding of the child."""
    email = binding.email or _("沒有電子郵件")
    since = _("{time} 起").format(time=day_and_time(binding.began_at))
    line = f"{binding.name}（{binding.relation}）　{email}　{since}"
    if binding.other_children:
        line += _("　另有 {n} 名子女").format(n=binding.other_children)
    if not binding.is_active and binding.ended_at is not None:
        line += _("　{by} {time} 終止：{reason}").format(
            by=binding.ended_by, time=day_and_time(binding.ended_at), reason=binding.reason
        )
    return line


def history_lines(view: ApplicationView) -> Iterator[str]:
    """Return the history, the newest first."""
    for line in reversed(view.history):
        yield _history_line(line)
        yield from (f"　　{_field_note(note)}" for note in line.fields)


def _history_line(line: HistoryLine) -> str:
    said = _("：{text}").format(text=line.text) if line.text else ""
    by = line.by or _("家長")
    return f"{day_and_time(line.at)}　{by}　{line.action.label}{said}"


def _field_note(note: FieldNote) -> str:
    text = _("沒有改") if note.text == UNCHANGED else note.text
    place = _("第 {n} 位 {field}").format(n=note.position, field=field_label(note.key))
    return _("{place}：{text}").format(place=place, text=text) if text else place


def returned_words(view: ApplicationView) -> str:
    """Return the corrections that the parent still owes."""
    lines = [
        _("第 {n} 位 {field}：{reason}").format(n=one.position, field=field_label(one.key), reason=one.reason)
        for one in view.corrections
        if one.state == "open"
    ]
    return "\n".join([_("已退件，等家長在本機補正："), *lines])


def blocked_words(blocked: Blocked) -> str:
    """Return why an approval was refused."""
    if blocked.is_returned:
        return _("已退件，等家長補正後才能通過。")
    if blocked.blocks:
        return _("現在不能通過：{holds}。").format(holds="、".join(block.label for block in blocked.blocks))
    return _("有要看一下的標記，請逐件審核。")


def email_words(taken: EmailOfAnother) -> str:
    """Return whose account an address is, and what to do about it."""
    return _(
        "第 {n} 位的電子郵件 {email} 已經是 {name}（申請 {number}）的帳號，一個信箱只能是一個人的；"
        "請用「退件補正」請家長換一個。"
    ).format(n=taken.position, email=taken.email, name=taken.other_name, number=taken.other_number)


def values_of(person: PersonView) -> Mapping[str, str]:
    """Return an applicant's masked entries by the fields' keys."""
    return {
        "name": person.name,
        "relation": person.relation,
        "national_id": person.national_id,
        "mobile": person.mobile,
        "email": person.email or _("（沒有）"),
    }
