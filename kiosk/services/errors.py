"""The database's errors, for screens, which must not import ``db``."""

from db.errors import StoreBusy, StoreConflict, StoreError, StoreUnavailable

__all__ = ["StoreBusy", "StoreConflict", "StoreError", "StoreUnavailable"]
