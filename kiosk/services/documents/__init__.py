"""Paper forms: their contents, their register, and their PDF."""
