"""What the database may refuse, for screens, which do not know the database."""

from db.store import StoreBusy, StoreError, StoreUnavailable

__all__ = ["StoreBusy", "StoreError", "StoreUnavailable"]
