"""Applications from families: submission, drafts, corrections, flags and history."""
