"""What runs beside the screens: supervisor, startup, idle guard and mail worker."""
