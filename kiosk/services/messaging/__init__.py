"""Mail to parents: templates, the outbox, verification codes, and who must be called."""
