"""Private names of Textual: each that the kiosk uses exists with its signature, and none is used elsewhere."""

from __future__ import annotations

import ast
import functools
import importlib
import inspect
import re
from pathlib import Path

import pytest
import textual

from tests.paths import ROOT

TABLE = {
    "textual._context:visible_screen_stack": "",
    "textual._styles_cache:StylesCache.get_inner_outer": "",
    "textual._xterm_parser:BRACKETED_PASTE_END": "",
    "textual._xterm_parser:BRACKETED_PASTE_START": "",
    "textual._xterm_parser:XTermParser": "(debug: 'bool' = False) -> 'None'",
    "textual._xterm_parser:XTermParser.feed": "(self, data: 'str') -> 'Iterable[Message]'",
    "textual._xterm_parser:XTermParser.tick": "(self) -> 'Iterable[T]'",
    "rich.segment:Segment._split_cells": "",
    "textual.app:App._close_messages_no_wait": "(self) -> 'None'",
    "textual.app:App._exception_event": "",
    "textual.app:App._fatal_error": "(self) -> 'None'",
    "textual.app:App._handle_exception": "(self, error: 'Exception') -> 'None'",
    "textual.app:App._print_error_renderables": "(self) -> 'None'",
    "textual.app:App._set_pointer_shape": "(self, shape: 'str') -> 'None'",
    "textual.app:App.panic": "(self, *renderables: 'RenderableType') -> 'None'",
    "textual.drivers.linux_driver:LinuxDriver._get_terminal_size": "(self) -> 'tuple[int, int]'",
    "textual.drivers.linux_driver:LinuxDriver._query_in_band_window_resize": "(self) -> 'None'",
    "textual.drivers.linux_driver:LinuxDriver.run_input_thread": "(self) -> 'None'",
    "textual.message_pump:MessagePump._dispatch_message": "(self, message: 'Message') -> 'None'",
    "textual._compositor:Compositor.render_strips": "(self, size: 'Size | None' = None) -> 'list[Strip]'",
    "textual.widgets:Input._value": "",
}
"""Private names, and public ones that only Textual calls, each with its signature; empty where it has none."""

ASSIGNED = {
    "textual/app.py": {
        "_disable_notifications", "_disable_tooltips", "_dom_ready", "_exception", "_exit",
        "_exit_renderables", "_filters", "_return_code", "_return_value",
    },
    "textual/driver.py": {"_app", "_debug", "_loop"},
    "textual/drivers/linux_driver.py": {"_file"},
    "textual/message_pump.py": {"_parent"},
    "textual/screen.py": {"_compositor"},
}  # fmt: skip
"""Private attributes of instances, by the file of Textual that assigns them."""

_TEXTUAL = Path(textual.__file__).parent
_PRIVATE = re.compile(r"(?:\bdef |\bself\.)(_[a-z]\w*)")


@pytest.mark.parametrize("name", TABLE)
def test_each_private_name_exists_with_its_signature(name: str) -> None:
    module, _, path = name.partition(":")
    found = importlib.import_module(module)
    for part in path.split("."):
        found = inspect.getattr_static(found, part) if inspect.isclass(found) else getattr(found, part)
    signature = str(inspect.signature(found)) if inspect.isfunction(found) or inspect.isclass(found) else ""
    assert signature == TABLE[name]


@pytest.mark.parametrize("file", ASSIGNED)
def test_textual_assigns_these_attributes(file: str) -> None:
    assert _assigned(_TEXTUAL.parent / file) >= ASSIGNED[file]


def test_private_names_are_used_only_in_terminal() -> None:
    private = _private_names_of_textual()
    used = {
        f"{file.relative_to(ROOT)}: {name}"
        for file in (ROOT / "kiosk").rglob("*.py")
        if file.parent.name != "terminal" and "textual" in (source := file.read_text("utf-8"))
        for name in _foreign_names(ast.parse(source)) & private
    }
    assert used == set()


def test_the_table_lists_every_private_name_in_use() -> None:
    known = set().union(*ASSIGNED.values(), *({module, path.rpartition(".")[2]} for module, path in _split_table()))
    used = {
        name
        for file in (ROOT / "kiosk/terminal").glob("*.py")
        for name in _foreign_names(ast.parse(file.read_text("utf-8"))) & _private_names_of_textual()
    }
    assert used <= known


def _split_table() -> list[tuple[str, str]]:
    return [(module, path) for module, _, path in (name.partition(":") for name in TABLE)]


def _assigned(file: Path) -> set[str]:
    return {
        node.attr
        for node in ast.walk(ast.parse(file.read_text("utf-8")))
        if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store)
    }


@functools.cache
def _private_names_of_textual() -> set[str]:
    source = "\n".join(file.read_text("utf-8") for file in _TEXTUAL.rglob("*.py"))
    return set(_PRIVATE.findall(source)) | {f"textual.{file.stem}" for file in _TEXTUAL.glob("_*.py")}


def _foreign_names(tree: ast.Module) -> set[str]:
    """Collect the attributes that a module uses but nowhere defines, and the private modules that it imports."""
    used: set[str] = set()
    own: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute):
            (own if isinstance(node.ctx, ast.Store) else used).add(node.attr)
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            own.add(node.name)
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            own.add(node.target.id)
        elif isinstance(node, ast.Assign):
            own |= {target.id for target in node.targets if isinstance(target, ast.Name)}
        elif isinstance(node, ast.ImportFrom) and node.module:
            used.add(node.module)
    return used - own
