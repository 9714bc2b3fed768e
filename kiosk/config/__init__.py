"""What an installation sets: environment, ``kiosk.toml`` and the files of a home."""
