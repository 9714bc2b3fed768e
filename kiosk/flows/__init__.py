"""One coroutine a visit, read from top to bottom."""
