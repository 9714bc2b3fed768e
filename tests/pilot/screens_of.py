"""The screens of a package, so that a test fails that leaves one out."""

from __future__ import annotations

import importlib
import pkgutil
from types import ModuleType


def screens_of(package: ModuleType) -> set[str]:
    """Name every screen that a package's modules define, without the abstract ones."""
    names = [one.name for one in pkgutil.iter_modules(package.__path__)]
    return set().union(*(screens_in(importlib.import_module(f"{package.__name__}.{name}")) for name in names))


def screens_in(module: ModuleType) -> set[str]:
    """Name every screen that a module defines, without the abstract ones."""
    return {
        name
        for name, value in vars(module).items()
        if name.endswith("Screen") and isinstance(value, type) and value.__module__ == module.__name__
    }
