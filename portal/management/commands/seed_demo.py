"""Fill an empty database with the demo (portal.demo), or with a county, a prefecture or a province of invented work
(portal.demo.scale). Repeatable: where the demo is, nothing is done."""

from __future__ import annotations

import logging
import os
import time
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.models import Division
from portal.demo.scale.load import NotEmpty, load
from portal.demo.scale.size import SCALES
from portal.demo.seed import is_there, seed
from portal.demo.size import FULL, SMALL

# They tell each step of each paper.
NOISY = ("weasyprint", "fontTools")


class Command(BaseCommand):
    help = (
        "Load the demo: two provinces, a year of work, a person for every role. Needs DUDAO_DEMO and DEMO_PASSWORD. "
        "With --scale: a county, a prefecture or a province in full, by COPY as the database's owner."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--small", action="store_true", help="a few schools and two months, for tests")
        parser.add_argument("--scale", choices=sorted(SCALES), help="five years of work in full, for measuring")
        parser.add_argument("--seed", type=int, default=1, help="with --scale: the same seed gives the same rows")

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEMO:
            raise CommandError("Demo mode is off: set DUDAO_DEMO=1, on a database that holds no real people.")
        password = os.environ.get("DEMO_PASSWORD", "")
        if not password:
            raise CommandError("Set DEMO_PASSWORD: every account of the demo signs in with it.")
        if not Division.objects.exists():
            call_command("load_divisions", stdout=self.stdout)
        for name in NOISY:
            logging.getLogger(name).setLevel(logging.WARNING)
        if options["scale"]:
            self._scale(options["scale"], options["seed"], password)
        else:
            self._demo(SMALL if options["small"] else FULL, password)

    def _demo(self, size: Any, password: str) -> None:
        if is_there():
            self.stdout.write("The demo is there already; nothing was changed.")
            return
        self._tell("Demo", lambda: seed(size, password=password))

    def _scale(self, name: str, seed_: int, password: str) -> None:
        try:
            self._tell(name, lambda: load(SCALES[name], seed=seed_, password=password, say=self.stdout.write))
        except NotEmpty as error:
            raise CommandError(str(error)) from error

    def _tell(self, what: str, act: Any) -> None:
        began = time.monotonic()
        words = ", ".join(f"{count} {kind}" for kind, count in act().items())
        self.stdout.write(f"{what} loaded in {time.monotonic() - began:.0f} s: {words}.")
