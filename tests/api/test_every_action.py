"""What a person can do on a page, a program can do by the API, or tests/api_actions.py says why not."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.urls import URLPattern, URLResolver, get_resolver

from tests.api.callers import operations
from tests.api_actions import ACTIONS, ON_PAGES_ONLY

pytestmark = pytest.mark.django_db


def pages_that_write(patterns: list[URLPattern | URLResolver], prefix: str = "") -> Iterator[str]:
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            space = f"{prefix}{pattern.namespace}:" if pattern.namespace else prefix
            yield from pages_that_write(pattern.url_patterns, space)
        elif getattr(pattern.callback, "writes", False):
            yield f"{prefix}{pattern.name}"


def test_every_page_that_writes_has_its_operation_or_a_reason() -> None:
    """Issue 4: the API does what the pages do. A new page's line goes into tests/api_actions.py."""
    assert not set(ACTIONS) & set(ON_PAGES_ONLY)
    assert set(pages_that_write(get_resolver().url_patterns)) == {*ACTIONS, *ON_PAGES_ONLY}


def test_every_operation_that_is_named_exists_and_writes() -> None:
    writing = {name for name, method, _ in operations() if method != "get"}
    named = {name for names in ACTIONS.values() for name in names}
    assert named <= writing
    assert all(len(reason) > 10 for reason in ON_PAGES_ONLY.values())


def test_every_operation_that_writes_is_some_page_s() -> None:
    """Nothing can be done by a program that no page offers."""
    writing = {name for name, method, _ in operations() if method != "get"} - {"auth.token"}
    assert writing <= {name for names in ACTIONS.values() for name in names}
