"""Words of the trade: frozen dataclasses, enums and errors; no database and no screen."""
