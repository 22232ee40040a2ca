"""migrate, and after it what migrations undo: see accounts/hardening.py."""

from __future__ import annotations

from typing import Any

from django.core.management import call_command
from django.core.management.commands.migrate import Command as Migrate
from django.db import connections


class Command(Migrate):
    def handle(self, *args: Any, **options: Any) -> None:
        super().handle(*args, **options)
        looks_only = options["plan"] or options["check_unapplied"]
        everything = not options["app_label"] and not options["migration_name"]
        if everything and not looks_only and connections[options["database"]].vendor == "postgresql":
            call_command("harden_db", verbosity=0)
