"""The terminal and every private name of Textual: locks, driver, input gate, caches."""
