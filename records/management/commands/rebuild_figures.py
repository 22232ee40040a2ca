from __future__ import annotations

import time
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from accounts.scope import system_role
from records.figures.rebuild import rebuild


class Command(BaseCommand):
    help = "Count all figures anew from the rows (the owner's or the background role; repeatable, writers go on)."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--quiet", action="store_true", help="say nothing when every figure was right")

    def handle(self, *args: Any, **options: Any) -> None:
        began = time.monotonic()
        with system_role():
            mended = rebuild()
        if mended or not options["quiet"]:
            self.stdout.write(f"已按明细重算汇总数，更正{mended}个，用时{time.monotonic() - began:.1f}秒。")
