"""Parent accounts after approval: bindings, carers, settings, recovery and fees."""
