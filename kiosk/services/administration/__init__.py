"""What administrators do: staff accounts, login resets, audit log, backup and keys."""
