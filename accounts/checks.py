"""System checks that need the database: `manage.py check --database default`, and /healthz asks the same."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register
from django.db import connection

POWERFUL = """SELECT r.rolsuper, r.rolbypassrls, EXISTS (SELECT 1 FROM pg_class c WHERE c.relowner = r.oid
              AND c.relname = 'accounts_membership') FROM pg_roles r WHERE r.rolname = current_user"""


def powerful_role(cursor: Any) -> str:
    """Why the login of `cursor` may not serve requests: row security would not bind it. Empty when it does."""
    cursor.execute(POWERFUL)
    superuser, bypasses, owns = cursor.fetchone()
    if superuser:
        return "superuser"
    return "bypasses row security" if bypasses else "owns the tables" if owns else ""


@register(Tags.database)
def serving_role_is_bound(databases: Any = None, **kwargs: Any) -> list[CheckMessage]:
    """The process that serves logs in as `web` or `sys`, never as the owner (docs/adr/0002). Migrations are exempt."""
    if not databases or settings.DATABASES["default"]["USER"] == "own":
        return []
    with connection.cursor() as cursor:
        why = powerful_role(cursor)
    return (
        [Error(f"The database login {why}: row security would not hold. Log in as web or sys.", id="accounts.E001")]
        if why
        else []
    )
