"""What the staff's review needs: staff, decisions, parent accounts, mails, and what the queue sorts by."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go to this revision."""
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

    with op.batch_alter_table("applicant", schema=None) as batch_op:
        batch_op.add_column(sa.Column("sex_differs", sa.Boolean(), nullable=False, server_default=sa.false()))
        batch_op.create_index("ix_applicant_email_index", ["email_index"], unique=False)
        batch_op.create_index("ix_applicant_mobile_index", ["mobile_index"], unique=False)

    with op.batch_alter_table("application", schema=None) as batch_op:
        batch_op.add_column(sa.Column("held_for_signature", sa.Boolean(), nullable=False, server_default=sa.true()))
        batch_op.add_column(sa.Column("is_blocked", sa.Boolean(), nullable=False, server_default=sa.true()))
        batch_op.add_column(sa.Column("remarks", sa.Integer(), nullable=False, server_default="0"))
        batch_op.add_column(sa.Column("needs_a_look", sa.Boolean(), nullable=False, server_default=sa.false()))
        batch_op.add_column(sa.Column("class_name", sa.String(length=32), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("seat_number", sa.Integer(), nullable=False, server_default="0"))
        batch_op.add_column(sa.Column("student_number", sa.String(length=32), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("student_name", sa.String(length=64), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("applicant_names", sa.String(length=160), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("registrar_released_by", sa.String(length=32), nullable=True))
        batch_op.add_column(sa.Column("conflict_settled_by", sa.String(length=32), nullable=True))
        batch_op.add_column(sa.Column("documents_seen_by", sa.String(length=32), nullable=True))
        batch_op.add_column(sa.Column("documents_seen_at", sa.BigInteger(), nullable=True))
        batch_op.add_column(sa.Column("decided_by", sa.String(length=32), nullable=True))
        batch_op.add_column(sa.Column("decided_at", sa.BigInteger(), nullable=True))
        batch_op.drop_index(batch_op.f("ix_application_state"))
        batch_op.create_index("ix_application_arrival", ["submitted_at", "id"], unique=False)
        batch_op.create_index("ix_application_class_queue", ["class_name", "state", "submitted_at", "id"], unique=False)
        batch_op.create_index("ix_application_queue", ["state", "submitted_at", "id"], unique=False)
        batch_op.create_index("ix_application_seats", ["class_name", "seat_number", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_application_student_name"), ["student_name"], unique=False)
        batch_op.create_index(batch_op.f("ix_application_student_number"), ["student_number"], unique=False)

    with op.batch_alter_table("consent", schema=None) as batch_op:
        batch_op.add_column(sa.Column("recorded_by", sa.String(length=32), nullable=True))

    with op.batch_alter_table("credential", schema=None) as batch_op:
        batch_op.add_column(sa.Column("initial_expires_at", sa.BigInteger(), nullable=True))

    with op.batch_alter_table("signed_form", schema=None) as batch_op:
        batch_op.add_column(sa.Column("received_by", sa.String(length=32), nullable=True))

    with op.batch_alter_table("ticket", schema=None) as batch_op:
        batch_op.add_column(sa.Column("decided_by", sa.String(length=32), nullable=True))
        batch_op.add_column(sa.Column("decided_at", sa.BigInteger(), nullable=True))
    _fill_in()


_STUDENT = sa.table("student", *map(sa.column, ("id", "class_name", "seat_number", "student_number", "name")))
_APPLICATION = sa.table(
    "application",
    *map(sa.column, ("student_id", "class_name", "seat_number", "student_number", "student_name", "state")),
)
_COUNT = sa.table("application_count", *map(sa.column, ("class_name", "state", "value")))


def _fill_in() -> None:
    """Say of each application whose it is, and count them; the remarks are the doctor's to make anew."""
    columns = {"class_name": "class_name", "seat_number": "seat_number", "student_number": "student_number"}
    for name, source in {**columns, "student_name": "name"}.items():
        found = sa.select(_STUDENT.c[source]).where(_STUDENT.c.id == _APPLICATION.c.student_id).scalar_subquery()
        op.execute(sa.update(_APPLICATION).values({name: found}))
    kind = (_APPLICATION.c.class_name, _APPLICATION.c.state)
    counted = sa.select(*kind, sa.func.count()).group_by(*kind)
    op.execute(sa.insert(_COUNT).from_select(["class_name", "state", "value"], counted))
