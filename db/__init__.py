"""The database: tables, keys, audit chain, units of work; knows nothing of the kiosk."""
