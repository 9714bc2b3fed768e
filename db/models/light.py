"""The tables of the first sign-in, as plain columns without SQLModel.

Loading SQLModel takes longer than verifying a password. The models document the columns; a test compares both.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Integer, LargeBinary, String, Text, column, table

SETTING = table("setting", column("name", String), column("value", String))
STUDENT = table(
    "student",
    column("id", String),
    column("student_number", String),
    column("name", String),
    column("class_name", String),
    column("seat_number", Integer),
    column("active", Boolean),
    column("data_state", String),
    column("national_id_index", LargeBinary),
    column("sealed", LargeBinary),
)
STAFF = table("staff", column("id", String), column("active", Boolean))
PARENT_ACCOUNT = table(
    "parent_account",
    column("id", String),
    column("name", String),
    column("email_index", LargeBinary),
    column("mobile_index", LargeBinary),
    column("chosen_account_index", LargeBinary),
    column("active", Boolean),
)
BINDING = table("binding", column("parent_account_id", String), column("state", String))
CARER_ACCESS = table("carer_access", column("account_id", String), column("state", String), column("last_day", String))
CREDENTIAL = table(
    "credential",
    column("id", String),
    column("kind", String),
    column("account", String),
    column("subject_id", String),
    column("active", Boolean),
    column("initial_code", LargeBinary),
    column("initial_kind", String),
    column("initial_failures", Integer),
    column("initial_expires_at", BigInteger),
    column("password_hash", String),
    column("pepper_id", String),
    column("earlier_hashes", Text),
    column("changed_at", BigInteger),
    column("version", Integer),
)
SIGN_IN_COUNTER = table(
    "sign_in_counter",
    column("account_index", LargeBinary),
    column("failures", Integer),
    column("day_failures", Integer),
    column("day_boot", String),
    column("day_elapsed", BigInteger),
    column("day_at", BigInteger),
    column("lock_seconds", Integer),
    column("lock_boot", String),
    column("lock_elapsed", BigInteger),
    column("lock_at", BigInteger),
)
TERMINAL_FAILURE = table(
    "terminal_failure",
    column("id", String),
    column("terminal", String),
    column("account_index", LargeBinary),
    column("boot", String),
    column("elapsed", BigInteger),
    column("at", BigInteger),
)
AUDIT_ENTRY = table(
    "audit_entry",
    column("seq", Integer),
    column("at", BigInteger),
    column("terminal", String),
    column("actor", String),
    column("action", String),
    column("subject", String),
    column("detail_hash", LargeBinary),
    column("prev", LargeBinary),
    column("mac", LargeBinary),
)
AUDIT_HEAD = table("audit_head", column("id", Integer), column("seq", Integer), column("mac", LargeBinary))
