"""Runs the migrations on the connection of :mod:`db.schema`."""

from alembic import context
from sqlalchemy import text
from sqlmodel import SQLModel

import db.models.all_tables  # noqa: F401  # the tables register themselves on import

for table in SQLModel.metadata.tables.values():
    for index in table.indexes:
        if "where" in index.info:  # see db.models.columns.unique_where
            index.dialect_kwargs["sqlite_where"] = index.dialect_kwargs["postgresql_where"] = text(index.info["where"])

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=SQLModel.metadata,
    render_as_batch=True,
    transactional_ddl=True,
)
context.run_migrations()
