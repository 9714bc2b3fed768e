"""A table for lists of any length."""
