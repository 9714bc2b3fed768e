"""Files that a registrar takes in: rosters, OneRoster archives and fee lists."""
