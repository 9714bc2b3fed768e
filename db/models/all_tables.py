"""Registers every table with SQLModel, for migrations and for what walks through all of them."""

from __future__ import annotations

from db.models import accounts, applications, audit, documents, exports, logins, messages, school

__all__ = ["accounts", "applications", "audit", "documents", "exports", "logins", "messages", "school"]
