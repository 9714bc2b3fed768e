"""The staff's screens; each is imported where the staff mode needs it, never at the parents' start."""
