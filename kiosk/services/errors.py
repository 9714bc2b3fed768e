"""What the database may refuse, for screens, which do not know the database."""

from db.errors import StoreBusy, StoreConflict, StoreError, StoreUnavailable

__all__ = ["StoreBusy", "StoreConflict", "StoreError", "StoreUnavailable"]
