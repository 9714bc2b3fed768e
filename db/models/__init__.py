"""The tables, one file for each subject; :mod:`db.models.columns` states their conventions."""
