"""Registers every table with SQLModel, for migrations and for code that reads all tables."""

from __future__ import annotations

from db.models import accounts, applications, audit, documents, exports, logins, messages, school

__all__ = ["accounts", "applications", "audit", "documents", "exports", "logins", "messages", "school"]
