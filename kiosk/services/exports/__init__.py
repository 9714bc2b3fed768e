"""Files that a school hands over: city upload, OneRoster, consent evidence, reports."""
