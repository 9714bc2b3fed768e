"""Pure functions: identity numbers, passwords, contact, names, dates. Standard library only."""
