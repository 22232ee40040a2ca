from __future__ import annotations

from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.scope import system_role
from records import clock
from records.outbox import consume
from records.timing.sweep import sweep


class Command(BaseCommand):
    help = "Do what the scheduler's sweep does: reminders, escalations and their consequences, in all tenants."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--on", help="the day to do it for, YYYY-MM-DD (default: today)")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            on = date.fromisoformat(options["on"]) if options["on"] else clock.today()
        except ValueError:
            raise CommandError(f"“{options['on']}”不是日期，请写成 2026-11-24 的形式。") from None
        done = sweep(on)
        with clock.travel(on), system_role():
            consumed = consume()
        self.stdout.write(f"{on.isoformat()} {done}；已处理后续事项 {consumed}")
