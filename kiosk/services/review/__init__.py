"""The reviewer's work: queue, one case, decisions, and bulk approval."""
