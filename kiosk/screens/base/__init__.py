"""The parts of every screen: frame, steps over tables and menus, notices, logins."""
