from tests.unit.services.conftest import database_url, either_opened, opened, settings

__all__ = ["database_url", "either_opened", "opened", "settings"]
