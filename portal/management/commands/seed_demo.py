"""Fill an empty database with the demo (portal.demo). Repeatable: where the demo is, nothing is done."""

from __future__ import annotations

import logging
import os
import time
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.models import Division
from portal.demo.seed import is_there, seed
from portal.demo.size import FULL, SMALL

# They tell each step of each paper.
NOISY = ("weasyprint", "fontTools")


class Command(BaseCommand):
    help = "Load the demo: two provinces, a year of work, a person for every role. Needs DUDAO_DEMO and DEMO_PASSWORD."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--small", action="store_true", help="a few schools and two months, for tests")

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEMO:
            raise CommandError("Demo mode is off: set DUDAO_DEMO=1, on a database that holds no real people.")
        password = os.environ.get("DEMO_PASSWORD", "")
        if not password:
            raise CommandError("Set DEMO_PASSWORD: every account of the demo signs in with it.")
        if is_there():
            self.stdout.write("The demo is there already; nothing was changed.")
            return
        if not Division.objects.exists():
            call_command("load_divisions", stdout=self.stdout)
        for name in NOISY:
            logging.getLogger(name).setLevel(logging.WARNING)
        began = time.monotonic()
        made = seed(SMALL if options["small"] else FULL, password=password)
        words = ", ".join(f"{count} {what}" for what, count in made.items())
        self.stdout.write(f"Demo loaded in {time.monotonic() - began:.0f} s: {words}.")
