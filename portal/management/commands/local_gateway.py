from __future__ import annotations

import signal
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from portal.demo.gateway import LocalGateway


class Command(BaseCommand):
    help = "A stand-in for the province's gateway: takes messages and writes them to .data/gateway.log. Not for production."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--port", type=int, default=8099)

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.NOTIFY_WEBHOOK_SECRET:
            raise CommandError(
                f"Set NOTIFY_WEBHOOK_URL=http://127.0.0.1:{options['port']}/messages and NOTIFY_WEBHOOK_SECRET."
            )
        log = settings.ROOT / ".data" / "gateway.log"
        with LocalGateway(settings.NOTIFY_WEBHOOK_SECRET, log=log).serving(options["port"]) as url:
            self.stdout.write(f"{url} → {log}")
            signal.sigwait({signal.SIGINT, signal.SIGTERM})
