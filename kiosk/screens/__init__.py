"""The parent's steps: one screen a file."""
