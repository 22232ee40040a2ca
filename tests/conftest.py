"""The database plays the web role in every test; `as_owner` builds other tenants' rows, `as_system` plays Celery."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from importlib import import_module

import pytest
from django.apps import apps
from django.db import connection

import config.celery  # noqa: F401  the application whose settings make tasks run in place
from inspections.models import Instrument
from records.archive.retention import load_retention
from records.models import DeadlineRule, DocumentTemplate, LadderRung, RetentionRule
from records.timing.rules import load_rules as load_common_rules
from rectification.categories import load_categories
from rectification.models import ProblemCategory
from rectification.rules import load_bounds, load_rules

load_instrument = import_module("inspections.migrations.0002_plaque_instrument").load
load_templates = import_module("records.migrations.0013_country_templates").load_templates


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


def as_owner() -> AbstractContextManager[None]:
    return playing(None)


def as_system() -> AbstractContextManager[None]:
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


@pytest.fixture(autouse=True)
def reference_data(request: pytest.FixtureRequest) -> None:
    """What migrations load (rules, the country's instrument): a TransactionTestCase's TRUNCATE takes it away."""
    if not {"db", "transactional_db"} & set(request.fixturenames) and not request.node.get_closest_marker("django_db"):
        return
    marker = request.node.get_closest_marker("django_db")
    committed = "transactional_db" in request.fixturenames or (marker and marker.kwargs.get("transaction"))
    request.getfixturevalue("transactional_db" if committed else "db")
    with as_owner():
        if not DeadlineRule.objects.exists():
            load_common_rules(DeadlineRule, LadderRung)
            load_rules(DeadlineRule, LadderRung)
            load_bounds(DeadlineRule)
        if not RetentionRule.objects.exists():
            load_retention(RetentionRule)
        if not ProblemCategory.objects.exists():
            load_categories(ProblemCategory)
        if not DocumentTemplate.objects.exists():
            load_templates(DocumentTemplate)
        if not Instrument.objects.exists():
            load_instrument(apps, None)
        if not committed:  # checks that wait for the end would stand in the way of ALTER TABLE within the test
            with connection.cursor() as cursor:
                cursor.execute("SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The browser's tests last: its driver leaves a running loop in the thread, where pyHanko cannot start its own."""
    items.sort(key=lambda item: "/e2e/" in str(item.path))
