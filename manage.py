#!/usr/bin/env python
"""Django's command line. Starts PostgreSQL and Redis itself where DATABASE_URL and REDIS_URL are not set."""

import os
import sys
from importlib import import_module

from django.core.management import execute_from_command_line

from config import services
from config.roles import Role

PRODUCTION = "config.settings.base"

OWNER_COMMANDS = frozenset(
    {
        "createsuperuser",
        "dbshell",
        "flush",
        "harden_db",
        "load_divisions",
        "makemigrations",
        "migrate",
        "seed_demo",
        "showmigrations",
        "sqlmigrate",
        "squashmigrations",
    }
)
# Commands that touch no row: they get addresses where nothing answers instead of two servers.
SERVERLESS_COMMANDS = frozenset(
    {
        "",
        "check",
        "collectstatic",
        "compilemessages",
        "diffsettings",
        "findstatic",
        "help",
        "local_gateway",
        "makemessages",
    }
    | {"startapp", "state_diagrams", "version"}
)
NOBODY = {"DATABASE_URL": "postgresql://web@127.0.0.1:1/none", "REDIS_URL": "redis://127.0.0.1:1/0"}


def role_of(command: str) -> Role:
    """As whom a command talks to the database: changes of tables as own, pages as web, else as the jobs."""
    if command in OWNER_COMMANDS:
        return "own"
    return "web" if command in {"runserver", "testserver"} else "sys"


def is_serverless(arguments: list[str]) -> bool:
    """Whether the command needs neither server: `makemigrations --check` only compares models with files."""
    command = arguments[1] if len(arguments) > 1 else ""
    if {"-h", "--help", "--version"} & set(arguments):
        return True
    if command == "makemigrations":
        return bool({"--check", "--dry-run"} & set(arguments))
    return command in SERVERLESS_COMMANDS and "--database" not in arguments


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.dev")
    if is_serverless(sys.argv):
        for name, value in NOBODY.items():
            os.environ.setdefault(name, value)
    else:
        if os.environ["DJANGO_SETTINGS_MODULE"] != PRODUCTION:  # which says itself what is missing
            services.ensure(role_of(sys.argv[1]))
        import_module("config.celery")  # tasks that a command queues must know the broker of our settings
    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
