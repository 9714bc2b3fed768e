"""The bars on speed, each measured against its reference in the same run; `make bench` prints the ratios."""
