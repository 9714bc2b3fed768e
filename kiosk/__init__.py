"""The parent-child binding kiosk."""
