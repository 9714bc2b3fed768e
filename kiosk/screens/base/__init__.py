"""What every screen is made of: frame, notices, logins and their messages."""
