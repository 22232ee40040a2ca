"""Blanks of a template, {{ 名称 }}: a strict substitution of our own. Whatever else stands between braces is just text, so
nothing that somebody writes into a template or a draft is ever run.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from records.documents.kinds import blanks_of

BLANK = re.compile(r"\{\{[ \t\u3000]*([^{}\n]{1,40}?)[ \t\u3000]*\}\}")
TEXTS = ("recipient", "contact_note", "copies_to")


def names_in(*texts: str) -> list[str]:
    """Everything that stands where a blank's name would, each once, in order of appearance."""
    return list(dict.fromkeys(name for text in texts for name in BLANK.findall(text)))


def unknown_in(kind: str, *texts: str) -> list[str]:
    """Names that are no blank of the kind."""
    known = blanks_of(kind)
    return [name for name in names_in(*texts) if name not in known]


def fill(text: str, values: Mapping[str, str]) -> str:
    """`text` with its blanks filled in once; what has no value stays open. A value is never looked at for blanks."""
    return BLANK.sub(lambda found: values.get(found[1]) or found[0], text)


def fill_content(content: dict[str, Any], values: Mapping[str, str]) -> dict[str, Any]:
    """A document's content with its blanks filled in."""
    return _mapped(content, lambda text: fill(text, values))


def open_blanks(kind: str, title: str, content: dict[str, Any]) -> list[str]:
    """Blanks of the kind that nobody has filled in yet."""
    known = blanks_of(kind)
    return [name for name in names_in(title, *texts_of(content)) if name in known]


def texts_of(content: dict[str, Any]) -> list[str]:
    found: list[str] = []
    _mapped(content, lambda text: found.append(text) or text)  # type: ignore[func-returns-value]
    return found


def _mapped(content: dict[str, Any], change: Callable[[str], str]) -> dict[str, Any]:
    changed = {name: change(str(content[name])) for name in TEXTS if content.get(name)}
    blocks = [_block(block, change) for block in content.get("paragraphs", ())]
    names = [change(name) for name in content.get("attachments", ())]
    lists = [[label, change(text)] for label, text in content.get("attendance", ())]
    return content | changed | _given(content, paragraphs=blocks, attachments=names, attendance=lists)


def _given(content: dict[str, Any], **parts: list[Any]) -> dict[str, Any]:
    return {name: part for name, part in parts.items() if name in content}


def _block(block: dict[str, Any], change: Callable[[str], str]) -> dict[str, Any]:
    if "rows" in block:
        rows: Iterable[list[str]] = block["rows"]
        return block | {"rows": [[change(str(cell)) for cell in row] for row in rows]}
    return block | {"text": change(block["text"])}
