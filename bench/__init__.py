"""What must be fast, measured against its limit in the same run; `make bench` prints the ratios."""
