"""Which screens a package has, so that a walk that leaves one out fails."""

from __future__ import annotations

import importlib
import pkgutil
from types import ModuleType


def screens_of(package: ModuleType) -> set[str]:
    """The names of every screen that a package defines; what only others build on is not called one."""
    modules = [
        importlib.import_module(f"{package.__name__}.{one.name}") for one in pkgutil.iter_modules(package.__path__)
    ]
    return {
        name
        for module in modules
        for name, value in vars(module).items()
        if name.endswith("Screen") and isinstance(value, type) and value.__module__ == module.__name__
    }
