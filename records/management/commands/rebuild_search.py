from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from records.search.rebuild import rebuild


class Command(BaseCommand):
    help = "Make all search entries anew from the rows (the owner's role; repeatable). Writers wait meanwhile."

    def handle(self, *args: Any, **options: Any) -> None:
        entries = rebuild(self.stdout.write)
        self.stdout.write(f"检索条目共{entries}条。")
