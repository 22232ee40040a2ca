"""flush as the owner: TransactionTestCase truncates, and the web role that tests play may not."""

from __future__ import annotations

from typing import Any

from django.core.management.commands.flush import Command as Flush
from django.db import connections


class Command(Flush):
    def handle(self, **options: Any) -> None:  # type: ignore[override]
        connection = connections[options["database"]]
        playing = connection.settings_dict.get("OPTIONS", {}).get("assume_role")
        if playing:
            with connection.cursor() as cursor:
                cursor.execute("RESET ROLE")
        super().handle(**options)
        if playing:
            with connection.cursor() as cursor:
                cursor.execute(f"SET ROLE {connection.ops.quote_name(playing)}")
