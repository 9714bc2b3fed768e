"""Paper forms: their contents, their numbers, and their PDF."""
