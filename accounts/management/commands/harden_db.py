from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand
from django.db import transaction

from accounts.hardening import follow_up, harden


class Command(BaseCommand):
    help = "Rebuild row security, privileges and sealed triggers from the models (the owner's role; repeatable)."

    def handle(self, *args: Any, **options: Any) -> None:
        with transaction.atomic():
            harden()
        follow_up()
        self.stdout.write("已按模型重建行级安全策略、权限与日志触发器。")
