"""What the kiosk does, in plain Python: one capability a file."""
