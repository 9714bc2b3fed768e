"""Who is signed in: passwords, lock-out, sessions, and the audit of refusals."""
