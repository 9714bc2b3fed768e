"""The invented school's staff, and applications of every state and flag; all made by the real services."""

from __future__ import annotations

from dataclasses import replace

from kiosk.demo.family_visits import DemoVisits
from kiosk.demo.parent_accounts import APPROVED, apply_for_accounts, use_accounts
from kiosk.demo.people import DemoLogin, invented_id
from kiosk.domain.application_form import ApplicantEntry, Basis, Mode
from kiosk.services.auth.staff_session import CommandLine, Role, StaffMember
from kiosk.services.office import StaffServices, open_office
from kiosk.services.review.queue_filter import QueueFilter, QueueSort
from kiosk.services.students.error_reports import Correct

_FIRST_PASSWORD = "first-of-seven-lanterns"
_PASSWORD = "Harbour7lights-staff"
_TEACHER_CLASS = "科一智"
_STAFF = (
    ("TEACHER", "王淑芬", Role.HOMEROOM_TEACHER, (_TEACHER_CLASS,)),
    ("REGISTRAR", "林志明", Role.REGISTRAR, ()),
    ("ADMIN", "陳冠宇", Role.ADMINISTRATOR, ()),
)
_PARENTS, _MOTHER, _FATHER = Mode.ONE_PARENT, "母親", "父親"


def demo_staff_logins() -> tuple[DemoLogin, ...]:
    """Return the staff's logins to try."""
    return tuple(
        DemoLogin(account, _PASSWORD, f"{role.label}{'、'.join(classes)}") for account, _, role, classes in _STAFF
    )


def fill_demo_office(visits: DemoVisits) -> None:
    """Add the staff, submit applications of every kind that a reviewer meets, and decide some of them."""
    desk = _Desk(visits)
    desk.adds_staff()
    desk.parents_apply()
    apply_for_accounts(visits)
    desk.staff_decide()
    use_accounts(visits)
    visits.answers_the_card("110103", "easycard", "library")
    visits.signs("110103")


class _Desk:
    def __init__(self, visits: DemoVisits) -> None:
        self.visits = visits
        self.office: StaffServices = open_office(visits.school)
        self.members: dict[str, StaffMember] = {}

    def adds_staff(self) -> None:
        sign_in = self.visits.school.sign_in
        for place, (account, name, role, classes) in enumerate(_STAFF):
            self.office.staff_accounts.add(
                CommandLine(),
                account=account,
                name=name,
                role=role,
                classes=classes,
                national_id=invented_id("A", 2, 9400000 + place),
                first_password=_FIRST_PASSWORD,
            )
            signed_in = sign_in.staff(account, _FIRST_PASSWORD, "demo")
            self.members[account] = sign_in.change_staff_password(signed_in.member, _PASSWORD)

    def parents_apply(self) -> None:
        """Submit one application for each flag and approval block."""
        visits = self.visits
        stranger = invented_id("K", 1, 9450000)
        for number in ("110013", "110014", "110016", "110018", "110101"):
            visits.sends(number, _PARENTS, Basis.PARENTS, visits.entry(number, _FATHER))
        visits.sends("110017", _PARENTS, Basis.PARENTS, visits.entry("110017", _MOTHER))
        reached = _reached(visits.entry("110015", _MOTHER), "0922333444", "new15@example.org")
        visits.sends("110015", _PARENTS, Basis.PARENTS, reached)
        carer = ApplicantEntry("林𠮷花", "祖母", stranger, stranger, "0933444555", no_email=True)
        visits.sends("110019", Mode.OTHER_GUARDIAN, Basis.CARER, carer)
        visits.reports_an_error("110020", {"student_number": "110920"})
        visits.sends("110020", _PARENTS, Basis.PARENTS, visits.entry("110020", _FATHER))
        visits.sends("110095", _PARENTS, Basis.PARENTS, visits.entry("110017", _MOTHER))
        shared = visits.entry("110006", _MOTHER)
        same = _reached(visits.entry("110096", _MOTHER), shared.mobile, shared.email)
        visits.sends("110096", _PARENTS, Basis.PARENTS, same)
        pupil = visits.people["110098"]["身分證字號"]
        visits.sends("110097", _PARENTS, Basis.PARENTS, _with_id(visits.entry("110097", _FATHER), pupil))
        visits.sends("110098", _PARENTS, Basis.PARENTS, visits.entry("110098", _MOTHER))
        visits.answers_consent("110098", "refuse")
        other_number = invented_id("H", 2, 9450001)
        visits.sends("110099", _PARENTS, Basis.PARENTS, _with_id(visits.entry("110099", _MOTHER), other_number))
        renamed = replace(visits.entry("110100", _FATHER), name="歐陽志遠")
        visits.sends("110100", _PARENTS, Basis.PARENTS, renamed)
        visits.reports_an_error("110102", {"name": "王曉明"})

    def staff_decide(self) -> None:
        """Receive papers and decide applications."""
        review, teacher, registrar = self.office.review, self.members["TEACHER"], self.members["REGISTRAR"]
        for number in ("110006", "110013", "110014", "110015", "110017"):
            self._act(review.form_received, teacher, number)
        self._act(review.approve, teacher, "110017")
        self._act(review.return_fields, teacher, "110016", {(1, "mobile"): "這個號碼打不通，請填可以聯絡的手機。"})
        self._act(review.reject, teacher, "110018", "家長來電或到校表示不申請。")
        self._act(review.note, teacher, "110015", "已打電話請家長帶申請書到校核對。", by_version=False)
        for number in ("110101", *APPROVED):
            for act in (review.form_received, review.approve):
                self._act(act, registrar, number)
        student_id = review.open(registrar, self._application("110101")).student.student_id
        binding = self.office.bindings.list(registrar, student_id)[0]
        self.office.bindings.end(registrar, binding.id, binding.version, "家長申請終止")
        ticket = next(one for one in self.office.error_reports.list(registrar) if one.student_number == "110102")
        view = self.office.error_reports.open(registrar, ticket.ticket_id)
        self.office.error_reports.decide(registrar, ticket.ticket_id, view.version, {"name": Correct("王曉明")})

    def _application(self, number: str) -> str:
        """Return the id of a student's only application."""
        page = self.office.queue.page(self.members["REGISTRAR"], QueueFilter(search=number), QueueSort())
        return page.rows[0].application_id

    def _act(self, act: object, member: StaffMember, number: str, *said: object, by_version: bool = True) -> None:
        application_id = self._application(number)
        seen = (self.office.review.open(member, application_id).version,) if by_version else ()
        act(member, application_id, *seen, *said)  # type: ignore[operator]  # a method of the review service


def _reached(entry: ApplicantEntry, mobile: str, email: str) -> ApplicantEntry:
    return replace(entry, mobile=mobile, email=email, email_again=email)


def _with_id(entry: ApplicantEntry, national_id: str) -> ApplicantEntry:
    return replace(entry, national_id=national_id, national_id_again=national_id)
