"""What a family does with the child's data: confirmation, error reports, consents, card."""
