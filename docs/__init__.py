"""Documents, and the command that makes their pictures (`make pictures`)."""
