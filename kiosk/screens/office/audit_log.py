"""稽核紀錄: who did what and when, the newest first."""

from __future__ import annotations

from kiosk.domain.school_calendar import day_and_time
from kiosk.i18n import N_, _
from kiosk.screens.base.table_step import StaffTableStep
from kiosk.services.administration.audit_log import AuditRow
from kiosk.widgets.table.column_layout import Column
from kiosk.widgets.table.paged_window import PageRequest, Row, RowPage, Side


class AuditLogScreen(StaffTableStep[None, AuditRow]):
    """Shows the log; answers nothing."""

    hints = N_("上下鍵與 PageDown 往下看　Home 最新　End 最早　Esc 返回")
    buttons = {"before": N_("上一頁"), "after": N_("下一頁"), "back": N_("返回")}
    columns = (
        Column("編號", 8),
        Column("時間", 15),
        Column("誰", 12, grows=1),
        Column("做了什麼", 16, grows=2),
        Column("對象", 14, grows=1),
        Column("終端機", 10, grows=1, from_width=90),
    )
    empty = N_("沒有紀錄。")

    def show_list(self) -> None:
        """Show the newest rows."""
        self.table.show(self._fetch)

    async def _fetch(self, wanted: PageRequest) -> RowPage[AuditRow] | None:
        key = wanted.key if isinstance(wanted.key, int) else None
        done = await self.look(
            self.office.audit_log.page,
            self.member,
            older_than=key if wanted.side is Side.AFTER else None,
            newer_than=key if wanted.side is Side.BEFORE else None,
            from_oldest=wanted.side is Side.LAST,
            limit=wanted.limit,
        )
        if done is None:
            return None
        return RowPage([self.row_of(row) for row in done.value.rows], done.value.has_newer, done.value.has_older)

    def row_of(self, value: AuditRow) -> Row[AuditRow]:
        """Return the row of an audited action."""
        cells = (
            f"{value.seq:>8}",
            day_and_time(value.at),
            value.account or _actor_word(value.actor),
            action_word(value.action),
            _("通知家長") if value.subject == "outbox" else value.subject,
            value.terminal,
        )
        return Row(str(value.seq), value.seq, cells, value)


def _actor_word(actor: str) -> str:
    """Return the word for an actor without a staff account."""
    return {
        "student": _("家長或學生"),
        "parent": _("家長帳號"),
        "staff": _("教職員"),
        "operator": _("指令列"),
        "system": _("系統"),
        "nobody": _("尚未登入"),
    }.get(actor, actor)


def action_word(action: str) -> str:
    """Return the word for an action; an action without one is shown by its key."""
    return {
        "application.submitted": _("送出申請"),
        "application.sent_again": _("重送同一件申請"),
        "application.answered": _("補正後送出"),
        "application.withdrawn": _("撤回申請"),
        "application.approved": _("通過"),
        "application.not_approvable": _("通過未成（有等待事項）"),
        "application.returned": _("退件補正"),
        "application.rejected": _("不通過"),
        "application.form_received": _("收到簽章申請書"),
        "application.documents_seen": _("查驗證明文件"),
        "application.conflict_resolved": _("處理申請衝突"),
        "application.registrar_released": _("註冊組確認無誤"),
        "application.revealed": _("查看完整資料"),
        "application.noted": _("備註"),
        "consent.answered": _("答覆同意書"),
        "consent.recorded": _("登錄紙本同意書"),
        "binding.opened": _("綁定家長"),
        "binding.ended": _("終止綁定"),
        "binding.ended_by_parent": _("家長終止綁定"),
        "consent.withdrawn": _("撤回同意"),
        "account.name_chosen": _("設定自訂帳號"),
        "account.mobile_changed": _("更換帳號的手機"),
        "account.email_changed": _("更換帳號的電子郵件"),
        "account.recovered": _("以驗證碼重設密碼"),
        "recovery.asked": _("忘記帳號、密碼"),
        "carer.granted": _("新增照顧者"),
        "carer.refused": _("新增照顧者未成"),
        "carer.revoked": _("收回照顧者"),
        "own_data.shown": _("查看自己的資料"),
        "own_data.copied": _("製作個人資料複製本"),
        "deletion.requested": _("申請刪除資料"),
        "deletion.taken_back": _("取回刪除申請"),
        "deletion.deleted": _("依申請刪除資料"),
        "deletion.declined": _("不刪除資料"),
        "student.confirmed": _("確認學生資料"),
        "student.error_reported": _("回報資料有誤"),
        "ticket.corrected": _("更正學生資料"),
        "ticket.declined": _("未更正學生資料"),
        "draft.saved": _("暫存申請"),
        "draft.discarded": _("刪除暫存"),
        "draft.asked_for": _("開啟暫存"),
        "corrections.opened": _("開啟退件"),
        "own_id.right": _("輸入證號相符"),
        "own_id.wrong": _("輸入證號不符"),
        "own_id.locked": _("輸入證號太多次"),
        "sign_in.attempt": _("嘗試登入"),
        "sign_in.success": _("登入"),
        "password.confirm.attempt": _("再次輸入密碼"),
        "password.confirm.success": _("密碼確認相符"),
        "password.changed": _("變更密碼"),
        "login.reset": _("重設登入"),
        "desk.id_seen": _("查驗身分證件"),
        "terminal.many_failures": _("這台機器登入失敗太多次"),
        "outbox.calls": _("查看電話清單"),
        "outbox.dead_letters": _("查看寄不出的信"),
        "outbox.counts": _("查看通知件數"),
        "outbox.called": _("登錄已打電話"),
        "outbox.retried": _("再寄一次"),
        "mail.claimed": _("開始寄信"),
        "mail.sent": _("寄出信件"),
        "mail.failed": _("信件寄不出"),
        "mail.deferred": _("稍後再寄"),
        "mail.claims_lost": _("寄信中斷"),
        "card.answered": _("答覆學生證功能"),
        "document.issued": _("發出申請書"),
        "document.printed": _("列印申請書"),
        "document.scanned": _("掃描申請書"),
        "document.returned": _("申請書已簽回"),
        "document.void": _("申請書作廢"),
        "document.signed": _("螢幕簽名"),
        "documents.asked_for": _("開始整批列印"),
        "documents.printed": _("整批列印"),
        "signature.checked": _("查驗螢幕簽名"),
        "signature.too_late": _("查驗已作廢的簽名"),
        "staff.added": _("新增教職員"),
        "staff.disabled": _("停用教職員"),
        "staff.enabled": _("啟用教職員"),
        "staff.classes_set": _("設定導師班級"),
        "staff.role_changed": _("變更職務"),
        "roster.imported": _("匯入名冊"),
        "export.oneroster": _("匯出名冊與家長"),
        "export.office": _("匯出批次上傳檔"),
        "export.national_ids": _("匯出的檔案含證號"),
        "export.consents": _("匯出同意紀錄"),
        "export.report": _("匯出進度報表"),
        "fees.imported": _("匯入繳費清單"),
        "fees.cleared": _("清除繳費清單"),
        "keys.known": _("登錄金鑰"),
        "keys.resealed": _("換新金鑰"),
        "applications.rebuilt": _("重算申請標記"),
        "counts.rebuilt": _("重算件數"),
        "denied": _("拒絕沒有權限的操作"),
    }.get(action, action)
