"""No attribute of ours replaces one of Textual's by accident.

A screen that keeps a visitor's name in ``_name`` overwrites `DOMNode._name`, and ``repr(screen)`` shows it.
"""

from __future__ import annotations

import ast
import importlib
import inspect
import pkgutil
import textwrap
from functools import cache

import pytest
from textual.app import App
from textual.message_pump import MessagePump
from textual.screen import Screen
from textual.widgets import Static

import kiosk

_DOCUMENTED = frozenset(
    {
        "ALLOW_SELECT", "AUTO_FOCUS", "BINDINGS", "COMPONENT_CLASSES", "CSS_PATH", "DEFAULT_CSS",
        "ENABLE_COMMAND_PALETTE", "HORIZONTAL_BREAKPOINTS", "TITLE", "auto_links", "border_subtitle", "border_title",
        "check_action", "compose", "cursor_blink", "get_content_height", "get_default_screen", "label", "on_event",
        "render", "render_line", "render_lines",
    }
)  # fmt: skip
"""What Textual documents for a subclass to set or override."""

_DELIBERATE = {
    "GuardedScreen": {"_dispatch_message", "call_after_refresh", "set_timer"},
    "LockedApp": {
        "_disable_notifications", "_disable_tooltips", "_exception", "_fatal_error", "_handle_exception",
        "_print_error_renderables", "_return_code", "_return_value", "_set_pointer_shape", "action_help_quit",
        "action_quit", "action_screenshot", "action_suspend_process", "bell", "copy_to_clipboard", "exit", "open_url",
        "panic",
    },
    "MaskedInput": {"_value"},
    "SafeInput": {
        "action_copy", "action_cut", "action_paste", "cursor_screen_offset", "replace", "restricted",
    },
}  # fmt: skip
"""Overrides that lock the kiosk or protect a visitor, by class."""


@cache
def _names(cls: type) -> frozenset[str]:
    """Return the names that a class sets in its body, or on ``self`` in its methods."""
    (body,) = ast.parse(textwrap.dedent(inspect.getsource(cls))).body
    assert isinstance(body, ast.ClassDef)
    names = set()
    for node in body.body:
        match node:
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
                names.add(node.name)
            case ast.AnnAssign(target=ast.Name(id=name)):
                names.add(name)
            case ast.Assign():
                names |= {name.id for target in node.targets for name in ast.walk(target) if isinstance(name, ast.Name)}
    for part in ast.walk(body):
        match part:
            case ast.Attribute(value=ast.Name(id="self"), attr=name, ctx=ast.Store()):
                names.add(name)
    return frozenset(name for name in names if not name.startswith("__"))


def _is_textual(cls: type) -> bool:
    return cls.__module__.startswith("textual.")


def shadows(cls: type) -> set[str]:
    """Return ``Class.name`` for each attribute of our bases of a class that its Textual bases have too."""
    bases = cls.__mro__[:-1]
    of_textual = frozenset[str]().union(*({*vars(base), *_names(base)} for base in bases if _is_textual(base)))
    return {
        f"{base.__qualname__}.{name}"
        for base in bases
        if base.__module__.startswith(("kiosk.", "tests."))
        for name in (_names(base) & of_textual) - _DOCUMENTED - _DELIBERATE.get(base.__qualname__, set())
    }


def _ours() -> set[type]:
    found = set()
    for module in pkgutil.walk_packages(kiosk.__path__, "kiosk."):
        if not module.name.endswith("__main__"):
            for cls in vars(importlib.import_module(module.name)).values():
                if isinstance(cls, type) and issubclass(cls, MessagePump) and cls.__module__.startswith("kiosk."):
                    found.add(cls)
    return found


def test_no_attribute_of_ours_replaces_one_of_textual() -> None:
    classes = _ours()
    assert len(classes) > 50
    assert sorted(set[str]().union(*map(shadows, classes))) == []


class _Keeps:
    def keep(self, name: str) -> None:
        self._name, self.kept = name, True


class _KeepingScreen(_Keeps, Screen[None]):  # type: ignore[misc]
    pass


class _SizedApp(App[None]):
    size: int = 3  # type: ignore[assignment]


class _RunningWidget(Static):
    async def _render(self) -> None:  # type: ignore[override]
        pass


@pytest.mark.parametrize(
    ("cls", "shadow"),
    [(_KeepingScreen, "_Keeps._name"), (_SizedApp, "_SizedApp.size"), (_RunningWidget, "_RunningWidget._render")],
)
def test_a_planted_shadow_is_found(cls: type, shadow: str) -> None:
    assert shadows(cls) == {shadow}
