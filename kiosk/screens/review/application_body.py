"""The contents and the buttons of one application; :mod:`.application` acts on them."""

from __future__ import annotations

from dataclasses import dataclass

from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.widgets import Button, Static

from kiosk.domain.application_status import NEEDS_REVIEW, OPEN_STATES, ApplicationState, ApprovalBlock
from kiosk.i18n import _
from kiosk.screens.review import application_labels as words
from kiosk.services.accounts.bindings_desk import BindingRow
from kiosk.services.auth.staff_session import Role, StaffMember
from kiosk.services.office import StaffServices
from kiosk.services.review.case_view import ApplicationView, PersonView
from kiosk.widgets.compact_button import CompactButton
from kiosk.widgets.comparison_table import ComparisonTable
from kiosk.widgets.wrapped_text import WrappedText


@dataclass(frozen=True)
class CaseView:
    """An application and the bindings of its child, as a member read them."""

    view: ApplicationView
    bindings: tuple[BindingRow, ...]
    member: StaffMember

    @property
    def may_decide(self) -> bool:
        """Whether this member may decide anything."""
        return self.view.state in OPEN_STATES and not self.view.is_own_child

    @property
    def can_pass(self) -> bool:
        """Whether this member may approve it now."""
        return self.may_decide and self.view.state is ApplicationState.UNDER_REVIEW and not self.view.blocks

    def key_hints(self) -> str:
        """Return the keys that work here."""
        if self.view.is_own_child:
            return _("PageDown 往下看　Esc 返回")
        if not self.may_decide:
            return _("PageDown 往下看　F4 完整資料　F8 備註　Esc 返回")
        papers = [_("F2 收到簽章")] if ApprovalBlock.SIGNATURE in self.view.blocks else []
        papers += [_("F3 查驗文件")] if ApprovalBlock.DOCUMENTS in self.view.blocks else []
        decide = [_("F4 完整"), _("F6 退件"), _("F7 不通過"), _("F8 備註")]
        passing = [_("F9 通過")] if self.can_pass else []
        return "　".join([*papers, *decide, *passing, _("Esc 返回")])

    def body(self) -> ComposeResult:
        """Compose the contents, the most important first."""
        view = self.view
        yield Static(words.student_line(view), id="who", markup=False)
        yield Static(words.application_line(view), id="what", markup=False)
        if view.is_own_child:
            yield WrappedText(_("這是您自己的孩子，只能看，請由同事審核。"), classes="warning")
        yield from self._approval_state()
        yield from self._flags()
        for person in view.people:
            yield from self._person(person)
        if view.others_on_file:
            yield _section(_("學籍上的其他家長"))
            yield WrappedText("\n".join(map(words.guardian_line, view.others_on_file)), classes="paper")
        yield from self._others()
        yield _section(_("紙本"))
        yield WrappedText("\n".join(words.paper_lines(view)), classes="paper")
        yield _section(_("同意書"))
        yield WrappedText("\n".join(words.consent_lines(view)), classes="paper")
        yield from self._bound()
        yield _section(_("歷程"))
        yield WrappedText("\n".join(words.history_lines(view)), classes="paper")

    def _approval_state(self) -> ComposeResult:
        """Compose the approval blocks, each with the button that removes it, or the state."""
        view = self.view
        if view.state is ApplicationState.RETURNED:
            yield WrappedText(words.returned_words(view), classes="blocked")
        elif view.state is ApplicationState.UNDER_REVIEW and not view.blocks:
            looks = _("看過下面要看的地方，就可以通過。") if view.flags & NEEDS_REVIEW else _("可以通過。")
            yield Static(looks, id="free", markup=False)
        if view.blocks:
            yield WrappedText(_("現在不能通過，因為："), classes="blocked")
        for block in view.blocks:
            cure = self._cure(block) if self.may_decide else None
            with Horizontal(classes="case-row" if cure is None else "case-row curable"):
                yield WrappedText(f"{block.label}：{block.explanation}", classes="blocked")
                if cure is not None:
                    yield cure

    def _cure(self, block: ApprovalBlock) -> Button | None:
        """Return the button that removes a block, where this member may press it."""
        is_registrar = self.member.role is Role.REGISTRAR
        cures = {
            ApprovalBlock.SIGNATURE: ("form", _("已收到簽章申請書"), True),
            ApprovalBlock.DOCUMENTS: ("documents", _("已查驗證明文件"), True),
            ApprovalBlock.STUDENT_CONSENT: ("consent", _("登錄紙本同意書"), True),
            ApprovalBlock.CONFLICT: ("conflict", _("處理衝突"), is_registrar),
            ApprovalBlock.REGISTRAR: ("release", _("確認無誤"), is_registrar),
        }
        key, label, is_theirs = cures.get(block, ("", "", False))
        return Button(label, id=key, classes="cure") if is_theirs else None

    def _flags(self) -> ComposeResult:
        looks, others = self.view.flags & NEEDS_REVIEW, self.view.flags & ~NEEDS_REVIEW
        if looks:
            lines = [f"{flag.label}：{flag.explanation}" for flag in looks]
            yield WrappedText("\n".join([_("要看一下"), *lines]), classes="look")
        if others:
            labels = "、".join(flag.label for flag in others)
            yield WrappedText(_("參考　{told}").format(told=labels), classes="for-information")

    def _person(self, person: PersonView) -> ComposeResult:
        yield _section(words.person_title(self.view, person))
        yield ComparisonTable(
            words.comparison_header(person), words.compare(person, None), id=f"compare-{person.position}"
        )

    def _others(self) -> ComposeResult:
        """Compose the child's other applications, each with a button to open it."""
        if self.view.others:
            yield _section(_("這名學生的其他申請"))
        for place, other in enumerate(self.view.others):
            with Horizontal(classes="case-row"):
                yield WrappedText(words.other_line(other), classes="paper")
                yield Button(_("看這一件"), id=f"other-{place}", classes="cure")

    def _bound(self) -> ComposeResult:
        """Compose the child's bindings; the registrar may end them."""
        if self.bindings:
            yield _section(_("綁定的家長"))
        for place, binding in enumerate(self.bindings):
            with Horizontal(classes="case-row"):
                yield WrappedText(words.binding_line(binding), classes="paper")
                if binding.is_active and self.member.role is Role.REGISTRAR and not self.view.is_own_child:
                    yield Button(_("終止綁定"), id=f"end-{place}", classes="cure")

    def buttons(self) -> ComposeResult:
        """Compose the buttons: three decisions, full numbers, a note, back."""
        if self.may_decide:
            yield CompactButton(_("通過"), id="approve", variant="primary", disabled=not self.can_pass)
            yield CompactButton(_("退件補正"), id="return")
            yield CompactButton(_("不通過"), id="reject")
        if not self.view.is_own_child:
            yield CompactButton(_("完整資料"), id="reveal")
            yield CompactButton(_("備註"), id="note")
        yield CompactButton(_("返回"), id="back")


def load_case(office: StaffServices, member: StaffMember, application_id: str) -> CaseView:
    """Read everything that the screen shows; runs in a thread.

    Raises:
        Denied, PasswordChangeRequired, StoreError: see `kiosk.services.review.decisions.Review.open`.
    """
    view = office.review.open(member, application_id)
    return CaseView(view, office.bindings.list(member, view.student.student_id), member)


def _section(title: str) -> Static:
    return Static(title, classes="section", markup=False)
