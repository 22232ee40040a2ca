"""The database plays the web role in every test; `as_owner` builds other tenants' rows, `as_system` plays Celery."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.db import connection

import config.celery  # noqa: F401  the application whose settings make tasks run in place


@contextmanager
def playing(role: str | None) -> Iterator[None]:
    """SET ROLE for the block (None: the owner, whom row security does not bind)."""
    before = connection.settings_dict["OPTIONS"].get("assume_role")
    _set_role(role)
    try:
        yield
    finally:
        if not connection.needs_rollback:
            _set_role(before)


def _set_role(role: str | None) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"SET ROLE {role}" if role else "RESET ROLE")


def as_owner() -> object:
    return playing(None)


def as_system() -> object:
    return playing("sys")


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None) -> Iterator[None]:  # type: ignore[misc]
    """pytest-django has made and migrated the database as its owner; from here on we are the web role."""
    options = connection.settings_dict["OPTIONS"]
    options["assume_role"] = "web"
    connection.close()
    yield
    options.pop("assume_role")
    connection.close()
