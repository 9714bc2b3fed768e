"""Settings of an installation, from the environment and ``kiosk.toml``."""
