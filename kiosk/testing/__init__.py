"""The headless harness: drives the kiosk in tests, without a terminal and without waiting."""
