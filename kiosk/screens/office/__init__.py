"""The screens of the office: desks, lists, scans, staff and the audit log."""
