"""The review: staff, decisions, parent accounts, mails, and the columns that the queue sorts by."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Upgrade to this revision.

    It adds columns without Alembic's batches: on SQLite these drop and copy a table, which foreign keys to its rows
    forbid.
    """
    op.create_table(
        "application_count",
        sa.Column("class_name", sa.String(length=32), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("value", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("class_name", "state"),
    )
    op.create_table(
        "parent_account",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("national_id_index", sa.LargeBinary(), nullable=False),
        sa.Column("email_index", sa.LargeBinary(), nullable=True),
        sa.Column("mobile_index", sa.LargeBinary(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("opened_at", sa.BigInteger(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("email_index"),
        sa.UniqueConstraint("national_id_index"),
    )
    with op.batch_alter_table("parent_account", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_parent_account_mobile_index"), ["mobile_index"], unique=False)
        batch_op.create_index(batch_op.f("ix_parent_account_name"), ["name"], unique=False)

    op.create_table(
        "staff",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("account", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("role", sa.String(length=24), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("national_id_index", sa.LargeBinary(), nullable=False),
        sa.Column("added_at", sa.BigInteger(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("account"),
    )
    op.create_table(
        "staff_class",
        sa.Column("staff_id", sa.String(length=32), nullable=False),
        sa.Column("class_name", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(
            ["staff_id"],
            ["staff.id"],
        ),
        sa.PrimaryKeyConstraint("staff_id", "class_name"),
    )
    with op.batch_alter_table("staff_class", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_staff_class_class_name"), ["class_name"], unique=False)

    op.create_table(
        "binding",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("parent_account_id", sa.String(length=32), nullable=False),
        sa.Column("student_id", sa.String(length=32), nullable=False),
        sa.Column("application_id", sa.String(length=32), nullable=False),
        sa.Column("relation", sa.String(length=32), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("began_at", sa.BigInteger(), nullable=False),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.Column("ended_by", sa.String(length=32), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["application_id"],
            ["application.id"],
        ),
        sa.ForeignKeyConstraint(
            ["parent_account_id"],
            ["parent_account.id"],
        ),
        sa.ForeignKeyConstraint(
            ["student_id"],
            ["student.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("binding", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_binding_application_id"), ["application_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_binding_parent_account_id"), ["parent_account_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_binding_student_id"), ["student_id"], unique=False)
        batch_op.create_index(
            "uq_binding_active",
            ["parent_account_id", "student_id"],
            unique=True,
            sqlite_where=sa.text("state = 'active'"),
            postgresql_where=sa.text("state = 'active'"),
        )

    op.create_table(
        "correction",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("application_id", sa.String(length=32), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("field", sa.String(length=32), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("returned_at", sa.BigInteger(), nullable=False),
        sa.Column("answered_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["application_id"],
            ["application.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("correction", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_correction_application_id"), ["application_id"], unique=False)
        batch_op.create_index(
            "uq_correction_open_field",
            ["application_id", "position", "field"],
            unique=True,
            sqlite_where=sa.text("state = 'open'"),
            postgresql_where=sa.text("state = 'open'"),
        )

    op.create_table(
        "history_entry",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("application_id", sa.String(length=32), nullable=False),
        sa.Column("staff_id", sa.String(length=32), nullable=True),
        sa.Column("action", sa.String(length=32), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["application_id"],
            ["application.id"],
        ),
        sa.ForeignKeyConstraint(
            ["staff_id"],
            ["staff.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("history_entry", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_history_entry_application_id"), ["application_id"], unique=False)

    op.create_table(
        "outbox_message",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("decision_key", sa.String(length=96), nullable=False),
        sa.Column("application_id", sa.String(length=32), nullable=True),
        sa.Column("channel", sa.String(length=8), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("last_fault", sa.String(length=32), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("written_at", sa.BigInteger(), nullable=False),
        sa.Column("due_at", sa.BigInteger(), nullable=False),
        sa.Column("done_at", sa.BigInteger(), nullable=True),
        sa.Column("done_by", sa.String(length=32), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["application_id"],
            ["application.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("decision_key"),
    )
    with op.batch_alter_table("outbox_message", schema=None) as batch_op:
        batch_op.create_index("ix_outbox_message_due", ["channel", "state", "due_at"], unique=False)

    op.add_column("applicant", sa.Column("sex_differs", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.drop_index("ix_applicant_name")
    op.create_index("ix_applicant_email_index", "applicant", ["email_index"], unique=False)
    op.create_index("ix_applicant_mobile_index", "applicant", ["mobile_index"], unique=False)

    op.add_column(
        "application", sa.Column("held_for_signature", sa.Boolean(), nullable=False, server_default=sa.true())
    )
    op.add_column("application", sa.Column("is_blocked", sa.Boolean(), nullable=False, server_default=sa.true()))
    op.add_column("application", sa.Column("remarks", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("application", sa.Column("needs_a_look", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("application", sa.Column("class_name", _ordered(32), nullable=False, server_default=""))
    op.add_column("application", sa.Column("seat_number", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("application", sa.Column("student_number", _ordered(32), nullable=False, server_default=""))
    op.add_column("application", sa.Column("student_name", sa.String(length=64), nullable=False, server_default=""))
    op.add_column("application", sa.Column("names", _ordered(224), nullable=False, server_default=""))
    op.add_column("application", sa.Column("registrar_released_by", sa.String(length=32), nullable=True))
    op.add_column("application", sa.Column("conflict_settled_by", sa.String(length=32), nullable=True))
    op.add_column("application", sa.Column("documents_seen_by", sa.String(length=32), nullable=True))
    op.add_column("application", sa.Column("documents_seen_at", sa.BigInteger(), nullable=True))
    op.add_column("application", sa.Column("decided_by", sa.String(length=32), nullable=True))
    op.add_column("application", sa.Column("decided_at", sa.BigInteger(), nullable=True))
    op.drop_index("ix_application_state")
    op.create_index(
        "ix_application_class_queue", "application", ["class_name", "state", "submitted_at", "id"], unique=False
    )
    op.create_index(
        "ix_application_queue",
        "application",
        ["state", "submitted_at", "id", "is_blocked", "needs_a_look"],
        unique=False,
    )
    op.create_index("ix_application_names", "application", ["state", "names"], unique=False)
    op.create_index("ix_application_numbers", "application", ["state", "number"], unique=False)
    op.create_index("ix_application_seats", "application", ["state", "class_name", "seat_number", "id"], unique=False)
    op.create_index("ix_application_student_numbers", "application", ["state", "student_number", "id"], unique=False)

    if op.get_bind().dialect.name == "postgresql":
        op.alter_column("application", "number", existing_type=sa.String(length=24), type_=_ordered(24))

    op.add_column("consent", sa.Column("recorded_by", sa.String(length=32), nullable=True))

    op.add_column("credential", sa.Column("initial_expires_at", sa.BigInteger(), nullable=True))

    op.add_column("signed_form", sa.Column("received_by", sa.String(length=32), nullable=True))

    op.add_column("ticket", sa.Column("decided_by", sa.String(length=32), nullable=True))
    op.add_column("ticket", sa.Column("decided_at", sa.BigInteger(), nullable=True))
    _fill_in()


def _ordered(length: int) -> sa.types.TypeEngine[str]:
    """Return the type of :func:`db.models.columns.ordered_column`."""
    return sa.String(length).with_variant(sa.String(length, collation="C"), "postgresql")


_STUDENT = sa.table("student", *map(sa.column, ("id", "class_name", "seat_number", "student_number", "name")))
_APPLICATION = sa.table(
    "application",
    *map(sa.column, ("id", "student_id", "class_name", "seat_number", "student_number")),
    *map(sa.column, ("student_name", "names", "state")),
)
_APPLICANT = sa.table("applicant", *map(sa.column, ("application_id", "position", "name")))
_COUNT = sa.table("application_count", *map(sa.column, ("class_name", "state", "value")))


def _fill_in() -> None:
    """Copy the student to each application and count them; ``doctor --repair`` rebuilds the flags."""
    filled = {
        "class_name": _STUDENT.c.class_name,
        "seat_number": sa.func.coalesce(_STUDENT.c.seat_number, 0),
        "student_number": _STUDENT.c.student_number,
        "student_name": _STUDENT.c.name,
        "names": _STUDENT.c.name + "、" + _name_at(1) + sa.func.coalesce("、" + _name_at(2), ""),
    }
    for name, source in filled.items():
        found = sa.select(source).where(_STUDENT.c.id == _APPLICATION.c.student_id).scalar_subquery()
        op.execute(sa.update(_APPLICATION).values({name: found}))
    kind = (_APPLICATION.c.class_name, _APPLICATION.c.state)
    counted = sa.select(*kind, sa.func.count()).group_by(*kind)
    op.execute(sa.insert(_COUNT).from_select(["class_name", "state", "value"], counted))


def _name_at(position: int) -> sa.ColumnElement[str]:
    return (
        sa.select(_APPLICANT.c.name)
        .where(_APPLICANT.c.application_id == _APPLICATION.c.id, _APPLICANT.c.position == position)
        .correlate(_APPLICATION)
        .scalar_subquery()
    )
