from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from accounts import second_factor
from accounts.adapters import person_named
from accounts.identities import identities_of
from accounts.scope import system_role
from records import clock
from records.models import AuditEntry


class Command(BaseCommand):
    help = "Take a person's second factor away where no administrator can: the last one has lost his telephone."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("username", help="user name or phone number")
        parser.add_argument("--reason", required=True, help="stands in the audit log")

    def handle(self, *args: Any, **options: Any) -> None:
        user, reason = person_named(options["username"]), options["reason"].strip()
        if user is None:
            raise CommandError(f"没有“{options['username']}”这个账号。")
        if not reason:
            raise CommandError("请写明事由。")
        if not second_factor.is_set_up(user):
            raise CommandError(f"{user}没有启用两步验证。")
        with system_role(), transaction.atomic():
            second_factor.take_away(user)
            AuditEntry(
                at=clock.now(), action=AuditEntry.Action.CHANGE, person_name="运维人员（服务器命令）",
                division_code=next((i.division_code for i in identities_of(user.pk)), 0), object_kind="accounts.user",
                object_id=str(user.pk), detail=f"重置两步验证（{user}）：{reason}"[:200],
            ).save(force_insert=True)  # fmt: skip
        self.stdout.write(f"已重置{user}的两步验证，其全部登录已结束。")
