"""Every icon that is named anywhere is drawn in the sprite: a name that is not there leaves a hole on the page."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from portal.context import ICONS
from portal.sights import STARTS
from records.registry import places

ROOT = Path(__file__).resolve().parents[2]
SPRITE = (ROOT / "static/img/icons.svg").read_text(encoding="utf-8")
KNOWN = re.findall(r'<symbol id="([^"]+)"', SPRITE)
SOURCES = [p for p in ROOT.glob("*/**/*.py") if p.relative_to(ROOT).parts[0] not in (".venv", "node_modules", "tests")]
# {% icon "x" … %} and what is handed on to a component: … with icon="x"
IN_TEMPLATE = re.compile(r"""\{%\s*icon\s+"([^"]+)"|\bicon(?:_name)?="([a-z-]+)\"""")


def named_in_templates() -> Iterator[tuple[str, str]]:
    for path in (ROOT / "templates").rglob("*.html"):
        for first, second in IN_TEMPLATE.findall(path.read_text(encoding="utf-8")):
            yield first or second, str(path.relative_to(ROOT))


def named_in_python() -> Iterator[tuple[str, str]]:
    """`icon="x"` of any call or dataclass, and the first word given to icon()."""
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            for value in _icons_of(node):
                for part in ast.walk(value):
                    if isinstance(part, ast.Constant) and isinstance(part.value, str) and part.value:
                        yield part.value, str(path.relative_to(ROOT))


def _icons_of(node: ast.AST) -> list[ast.expr]:
    if isinstance(node, ast.Call):
        given = [word.value for word in node.keywords if word.arg == "icon" and not isinstance(word.value, ast.Compare)]
        called = node.func.id if isinstance(node.func, ast.Name) else ""
        found = [value.body if isinstance(value, ast.IfExp) else value for value in given]
        found += [value.orelse for value in given if isinstance(value, ast.IfExp)]
        return [value for value in found if isinstance(value, ast.Constant)] + (
            node.args[:1] if called == "icon" else []
        )
    if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and node.target.id == "icon":
        return [node.value] if node.value is not None else []
    return []


def test_the_sprite_draws_each_icon_once() -> None:
    assert len(KNOWN) == len(set(KNOWN))


@pytest.mark.parametrize("named", [named_in_templates, named_in_python])
def test_what_is_named_is_drawn(named: object) -> None:
    found = list(named())  # type: ignore[operator]
    assert len(found) > 15, "the search itself works"
    assert not {name: where for name, where in found if name not in KNOWN}


def test_every_place_of_the_navigation_has_its_icon() -> None:
    assert len(places) > 30
    assert not {place.label: place.icon for place in places if place.icon not in KNOWN}
    assert not {start.label: start.icon for start in STARTS if start.icon not in KNOWN}
    assert not {section: name for section, name in ICONS.items() if name not in KNOWN}
